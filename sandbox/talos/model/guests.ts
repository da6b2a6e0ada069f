/** The machines that boot Talos: virtual machines, of which sandbox/proxmox says which, and instances (instances.ts). */
import type { World } from "../../world/world.ts";

/** A running virtual machine, or an instance, whose disk holds a Talos image. */
export interface Guest {
  /** Null: it is an instance itself, which then is its own host. */
  readonly vmId: number | null;
  readonly host: string;
  readonly name: string;
  readonly address: string;
  readonly prefixLength: number;
  /** Where its network leads out; null where it does not. */
  readonly gateway: string | null;
  readonly mac: string;
  /** Changes when the virtual machine is made anew. */
  readonly generation: string;
  readonly vcpus: number;
  readonly memoryMb: number;
  readonly diskBytes: number;
  /** Of the Talos image on its disk: `1.13.9`; "" where that is not known. */
  readonly imageVersion: string;
  /** As Talos calls what it runs on: `nocloud`, `metal`, `oracle`. */
  readonly platform: string;
}

/** Says which there are now. */
export type GuestsOf = (world: World) => readonly Guest[];

/** Switches a machine off, from the inside. */
export type PowerOff = (world: World, guest: Guest) => void;
