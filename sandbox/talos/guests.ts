/** The virtual machines that boot Talos: sandbox/proxmox says which. */
import type { World } from "../world/world.ts";

/** A running virtual machine whose disk holds a Talos image. */
export interface Guest {
  readonly vmId: number;
  readonly host: string;
  readonly name: string;
  readonly address: string;
  /** Changes when the virtual machine is made anew. */
  readonly generation: string;
}

export type GuestsOf = (world: World) => readonly Guest[];
