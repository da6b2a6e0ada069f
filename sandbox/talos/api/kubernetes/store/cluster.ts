/** A cluster at one moment: its store, its machines, and the networks of its pods and services. */
import type { NetworkPlugin } from "../../../model/config/facts.ts";
import type { Fields } from "../objects/fields.ts";
import type { Store } from "./store.ts";

/** A cluster, as its API server and its controllers see it. */
export interface Cluster {
  readonly store: Store;
  /** Of the API server: `1.36.3`. */
  readonly version: string;
  readonly networkPlugin: NetworkPlugin;
  readonly hasKubeProxy: boolean;
  readonly podSubnet: string;
  readonly serviceSubnet: string;
  readonly dnsDomain: string;
  /** The nodes whose kubelets there are now: what they say of themselves. */
  readonly machines: readonly MachineNode[];
  /** PEM. */
  readonly authority: string;
  /** A random text, for names. */
  readonly random: (length: number) => string;
}

/** A node, as its kubelet registers it. */
export interface MachineNode {
  readonly node: Fields;
  /** The kubelet has gone silent. */
  readonly isSilent: boolean;
  /** Another machine than the one that had the name before has another. */
  readonly machine: string;
  /** Whether Talos has cordoned it. */
  readonly cordoned: boolean;
  /** Has Talos know what was said here. */
  readonly cordon: (cordoned: boolean) => void;
}

/** The characters of generated names (apimachinery's rand). */
export const SAFE = "bcdfghjklmnpqrstvwxz2456789";

/** Five characters at the end of a generated name. */
export function suffix({ random }: Cluster): string {
  return Array.from(random(5), (character) => SAFE[character.charCodeAt(0) % SAFE.length]).join("");
}
