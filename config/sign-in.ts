/** How the lab signs in to Oracle Cloud. */
import type { CloudConfig, LabConfig, OciConfig } from "./schema.ts";

/** Who the lab is to Oracle Cloud. */
export type SignIn =
  /** An API key of `~/.oci/config`, or a session there, as `oci session authenticate` makes it. */
  | { readonly auth: "profile" | "security-token"; readonly profile: string }
  /** An API key in the variables that the provider reads: `TF_VAR_tenancy_ocid` and so on. */
  | { readonly auth: "environment" }
  /** What Oracle Cloud says of the instance that this runs on. */
  | { readonly auth: "instance-principal" };

/** The sign-in that a config names. */
export function signInOf({ auth, profile }: OciConfig): SignIn {
  return auth === "profile" || auth === "security-token" ? { auth, profile } : { auth };
}

/** Whether a lab has an account: one on hosts of one's own has none. */
export function hasAccount(config: LabConfig): config is CloudConfig {
  return config.oci !== null;
}

/** The account of a lab. @throws Error in one line where it has none */
export function accountIn(config: LabConfig): OciConfig {
  return inCloud(config).oci;
}

/** A lab that has an account. @throws Error in one line where it has none */
export function inCloud(config: LabConfig): CloudConfig {
  if (hasAccount(config)) return config;
  throw new Error('this lab has no account of Oracle Cloud: its hosts are your own (proxmox.hosts "existing")');
}
