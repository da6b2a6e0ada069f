/** What stack talos knows of the machines it configures, whatever they are: virtual machines, or instances. */
import type { Architecture } from "../../topology/types.ts";
import type { ClusterKeys } from "./cluster-keys.ts";

/** What it may know of one machine. */
export interface MadeMachine {
  readonly name: string;
  /** Changes when the machine is replaced: its Talos then has no configuration, or that of its first boot. */
  readonly generation: string;
  readonly architecture: Architecture;
}

/** The machines of a cluster, their secrets, and where its API is found. */
export interface Machines {
  readonly machines: readonly MadeMachine[];
  /**
   * Created by a stack before, and not where they are used: a state is guaranteed to be written only when an apply has ended (OpenTofu
   * writes it at most every 20 s, as backends do), and machines with keys that no state has refuse all others.
   */
  readonly keys: ClusterKeys;
  /** The image factory's id of what the machines booted, by their architecture: their installer must have the same extensions. */
  readonly schematicIds: Readonly<Partial<Record<Architecture, string>>>;
  /** As the image factory calls what they run on. */
  readonly platform: "nocloud" | "oracle";
  /** Where machines find the API server. */
  readonly endpoint: string;
  /** Where it is found from outside: at the public address of the load balancer in front of it, or at the machines' shared one. */
  readonly apiAddress: string;
}
