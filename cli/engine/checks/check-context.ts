/** What the checks of a deployed cluster get. */
import type { Topology } from "../../../topology/types.ts";
import type { Admin, Kubernetes } from "../../clients/kubernetes.ts";
import type { Oci } from "../../clients/oci.ts";
import type { TalosMachine } from "../../clients/talos.ts";
import type { Finding } from "../../ui/findings.ts";
import type { State } from "../state/state.ts";
import type { ClientCertificate } from "./certificates.ts";

/** The deployed lab: its plan, its states, and clients for its parts. */
export interface CheckContext {
  readonly topology: Topology;
  /** What is deployed of stack oci; nothing in a lab without an account. */
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
export type Check = (context: CheckContext) => Promise<readonly Finding[]>;

/** `--sandbox` where the commands that we advise need it. */
export const flag = ({ sandbox }: Pick<CheckContext, "sandbox">): string => (sandbox ? " --sandbox" : "");

/** The stack that makes the machines of this lab. */
export const machineStack = ({ topology }: Pick<CheckContext, "topology">): string =>
  topology.placement === "oci" ? "oci" : "proxmox";

/** Those that make and configure them. */
export const machineStacks = (context: Pick<CheckContext, "topology">): string => `${machineStack(context)} talos`;
