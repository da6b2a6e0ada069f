/** Which labs of other authors, at which commit, and what a user of each sets. */
import type { OwnHostAccess } from "../../sandbox/client.ts";
import { OCI_LABS } from "./labs-oci.ts";
import { PROXMOX_LABS } from "./labs-proxmox.ts";
import type { Verdict } from "./outcome.ts";

/** What the account and the machine of a user are. */
export interface Given {
  readonly tenancy: string;
  readonly user: string;
  readonly fingerprint: string;
  readonly keyFile: string;
  /** Its text. */
  readonly key: string;
  readonly region: string;
  /** Name of an availability domain. */
  readonly domain: (number: 1 | 2 | 3) => string;
  /** Id of the newest of Oracle's images whose name begins so. */
  readonly image: (name: string) => string;
  readonly publicKey: string;
  /** A Proxmox VE host at home. */
  readonly host: OwnHostAccess;
  /** An API token of root's there. */
  readonly token: string;
}

export interface Lab {
  /** At GitHub. */
  readonly repository: string;
  readonly commit: string;
  /** Of the root module. @default the repository's */
  readonly folder?: string;
  /** Where the repository is a module: the root module that calls it, at `./lab`. */
  readonly root?: string;
  /** Repositories of the modules that it calls, which are to be in the source's folder too. */
  readonly modules?: readonly string[];
  /** What it says where it is known why it does not pass. */
  readonly known?: { readonly says: RegExp; readonly verdict: Verdict; readonly because: string };
  /** @default "terraform" */
  readonly tool?: "tofu";
  /** @default "always-free" */
  readonly account?: "pay-as-you-go";
  readonly variables: (given: Given) => Readonly<Record<string, unknown>>;
}

export const LABS: readonly Lab[] = [...OCI_LABS, ...PROXMOX_LABS];
