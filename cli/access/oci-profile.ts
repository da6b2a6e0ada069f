/** The tenancy's OCID from the OCI configuration file, where the user has not set it (`~/.oci/config`, an ini file). */
import { homedir } from "node:os";
import { join } from "node:path";
import type { SignIn } from "../../config/sign-in.ts";
import { readIfThere } from "../files.ts";

/** Keys and values of one profile; those of DEFAULT stand in for what it leaves out. */
export function parseProfile(text: string, profile: string): Readonly<Record<string, string>> {
  const profiles = new Map<string, Record<string, string>>();
  let current: Record<string, string> = {};
  for (const line of text.split(/\r?\n/)) {
    const section = /^\s*\[([^\]]+)\]\s*$/.exec(line)?.[1];
    if (section !== undefined) {
      current = profiles.get(section) ?? {};
      profiles.set(section, current);
      continue;
    }
    const [, key, value] = /^\s*([^#;=\s][^=]*?)\s*=\s*(.*?)\s*$/.exec(line) ?? [];
    if (key !== undefined && value !== undefined) current[key] = value;
  }
  return { ...profiles.get("DEFAULT"), ...profiles.get(profile) };
}

/** The tenancy that is named for signing in; undefined where it is not. TF_VAR_tenancy_ocid weighs more than a profile. */
export function tenancyOf(signIn: SignIn, env: Readonly<Record<string, string>>): string | undefined {
  // A workflow sets what it has no value for to nothing.
  const given = env["TF_VAR_tenancy_ocid"] || undefined;
  if (given !== undefined || !("profile" in signIn)) return given;
  const file = env["OCI_CLI_CONFIG_FILE"] || join(homedir(), ".oci", "config");
  const text = readIfThere(file);
  return text === undefined ? undefined : parseProfile(text, signIn.profile)["tenancy"];
}
