/** The one model behind every interface of the sandbox: an OCI tenancy, the Proxmox hosts on it, the Talos machines on those. */
import type { Calls } from "../faults/calls.ts";
import type { FaultState } from "../faults/state.ts";
import type { EtcdState } from "./kubernetes.ts";
import type { OciTenancy } from "./oci.ts";
import type { ProxmoxState } from "./proxmox.ts";
import type { TalosState } from "./talos.ts";
import type { Tunnel } from "../../topology/types.ts";

/** Everything that is kept: plain JSON. */
export interface WorldState {
  readonly version: 5;
  oci: OciTenancy;
  proxmox: ProxmoxState;
  talos: TalosState;
  /** What etcd holds, by id of the cluster; a cluster that nobody has asked has none yet. */
  kubernetes?: Record<string, EtcdState>;
  /** Where tunnels would end: set by the CLI from the topology before each run. */
  tunnels: readonly Tunnel[];
  /** Where the admin comes from; of a world that no lab has told of its own, nothing is known. */
  admin?: AdminState;
  /** What root's shell has changed on a machine, by its boot volume. */
  shells?: Record<string, ShellFiles>;
  /** What somebody asked to go wrong; a world of before has none. */
  faults?: FaultState;
}

/** Lines of files that commands over SSH have added. */
export interface ShellFiles {
  knownHosts: string[];
  authorizedKeys: string[];
  /** Certificates of a QDevice lie there. */
  qdeviceStore: boolean;
}

interface AdminState {
  /** The lab's `access.adminCidrs`, as they were told last. */
  cidrs: readonly string[];
  /** Where the admin is instead of in the first of these; null: there. */
  address: string | null;
}

/** An object of the world as a Terraform import would name it; what `inventory()` lists. */
export interface InventoryItem {
  /** Terraform resource type, such as `oci_core_vcn`. */
  readonly type: string;
  readonly id: string;
  readonly name: string;
}

/**
 * Handlers change `state` in place and then call `changed()`; the daemon saves it before it answers, so what Terraform
 * was told exists also exists after a crash.
 */
export interface World {
  readonly state: WorldState;
  /** Gets every call on an interface. */
  readonly calls: Calls;
  /** The current time, RFC 3339: one place, so that tests can fix it. */
  now(): string;
  /** A fresh random string of lower-case letters and digits, for ids. */
  random(length: number): string;
  changed(): void;
}
