/** How the lab signs in to Oracle Cloud. */
import type { LabConfig } from "./schema.ts";

export type SignIn =
  /** An API key, or a session, of `~/.oci/config`. */
  | { readonly auth: "profile"; readonly profile: string }
  /** An API key in the variables that the provider reads: `TF_VAR_tenancy_ocid` and so on. */
  | { readonly auth: "environment" }
  /** What Oracle Cloud says of the instance that this runs on. */
  | { readonly auth: "instance-principal" };

export function signInOf({ auth, profile }: LabConfig["oci"]): SignIn {
  return auth === "profile" ? { auth, profile } : { auth };
}
