/** What a lab's sign-in says of the account: its tenancy, and, of a profile, its region. */
import type { SignIn } from "../../config/sign-in.ts";
import { providerVariable } from "../../images/upload/api-key.ts";
import { readProfile } from "../../images/upload/profile.ts";
import { CliError } from "../errors.ts";

type Variables = Readonly<Record<string, string | undefined>>;

/** Values of a profile of the OCI configuration; empty where there is none. */
export function profileValues(profile: string, env: Variables): Readonly<Record<string, string>> {
  try {
    return readProfile(profile, env).values;
  } catch {
    return {};
  }
}

/**
 * The tenancy that is named for signing in; undefined where it is not.
 *
 * @throws CliError where a variable and a profile name two: the provider would sign with one, and create in the other
 */
export function tenancyOf(signIn: SignIn, env: Variables): string | undefined {
  const given = providerVariable(env, "tenancy_ocid");
  if (!("profile" in signIn)) return given;
  const { tenancy } = profileValues(signIn.profile, env);
  if (given !== undefined && tenancy && given !== tenancy)
    throw new CliError(
      `TF_VAR_tenancy_ocid: got "${given}", and profile ${signIn.profile} says ${tenancy}: unset it, or set oci.profile or oci.auth`,
    );
  return given ?? (tenancy || undefined);
}
