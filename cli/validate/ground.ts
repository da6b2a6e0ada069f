/** What the checks of a cluster stand on. */
import type { Topology } from "../../topology/types.ts";
import type { ClientCertificate } from "../contexts/certificates.ts";
import type { Finding } from "../doctor/finding.ts";
import type { Oci } from "../oci/client.ts";
import type { State } from "../terraform/state.ts";
import type { Admin, Kubernetes } from "./kubernetes.ts";
import type { TalosMachine } from "./talos.ts";

export interface Ground {
  readonly topology: Topology;
  /** What is deployed of stack oci. */
  readonly oci: State;
  readonly admin: Admin;
  /** What we identify ourselves with. */
  readonly certificates: readonly ClientCertificate[];
  /** By the clock of what is looked at. */
  readonly now: Date;
  /** The API server through its tunnel. */
  readonly kubernetes: Kubernetes;
  /** A node's Talos through its tunnel, by the node's name. */
  talos(node: string): TalosMachine;
  /** The account; null where it cannot be asked, and why. */
  readonly account: Oci | { readonly unasked: string; readonly advice: string };
  /** The lab is the sandbox's: its public addresses lead nowhere. */
  readonly sandbox: boolean;
}

/** Looks at one thing, and says what there is. What it throws is a failure of the thing it looks at. */
export type Check = (ground: Ground) => Promise<readonly Finding[]>;

/** `--sandbox` where the commands that we advise need it. */
export const flag = ({ sandbox }: Pick<Ground, "sandbox">): string => (sandbox ? " --sandbox" : "");
