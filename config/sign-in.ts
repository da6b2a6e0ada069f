/** How the lab signs in to Oracle Cloud. */
import type { LabConfig } from "./schema.ts";

/** Who the lab is to Oracle Cloud. */
export type SignIn =
  /** An API key of `~/.oci/config`, or a session there, as `oci session authenticate` makes it. */
  | { readonly auth: "profile" | "security-token"; readonly profile: string }
  /** An API key in the variables that the provider reads: `TF_VAR_tenancy_ocid` and so on. */
  | { readonly auth: "environment" }
  /** What Oracle Cloud says of the instance that this runs on. */
  | { readonly auth: "instance-principal" };

/** The sign-in that a config names. */
export function signInOf({ auth, profile }: LabConfig["oci"]): SignIn {
  return auth === "profile" || auth === "security-token" ? { auth, profile } : { auth };
}
