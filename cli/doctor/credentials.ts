/** The key to the account: found, readable, and closed to others. Says where it is, and nothing that is in it. */
import { statSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import type { SignIn } from "../../config/sign-in.ts";
import { readCredentials } from "../../images/upload/credentials.ts";
import { parseProfile } from "../access/oci-profile.ts";
import { readIfThere } from "../files.ts";
import { fail, failure, type Finding, ok, warn } from "./finding.ts";

const OTHERS = 0o077;

function expanded(file: string, home: string): string {
  return file.replace(/^~(?=$|\/)/, home);
}

function configFile(env: NodeJS.ProcessEnv): string {
  const home = env["HOME"] || homedir();
  return expanded(env["OCI_CLI_CONFIG_FILE"] || join(home, ".oci", "config"), home);
}

/** What a profile of the OCI configuration says; empty where there is none. */
export function profileValues(profile: string, env: NodeJS.ProcessEnv): Readonly<Record<string, string>> {
  try {
    return parseProfile(readIfThere(configFile(env)) ?? "", profile);
  } catch {
    return {};
  }
}

/** Windows has no such bits. */
function isOpen(file: string): boolean {
  if (process.platform === "win32") return false;
  return ((statSync(file, { throwIfNoEntry: false })?.mode ?? 0) & OTHERS) !== 0;
}

export async function credentials(signIn: SignIn, env: NodeJS.ProcessEnv): Promise<readonly Finding[]> {
  const name = "credentials";
  try {
    const { source } = await readCredentials(signIn, env);
    if (!("profile" in signIn)) return [ok(name, source)];
    const values = profileValues(signIn.profile, env);
    if (signIn.auth === "profile" && values["security_token_file"])
      return [fail(name, `${source} is a session, not an API key`, 'set oci.auth to "security-token"')];
    const key = env["OCI_CLI_KEY_FILE"] || values["key_file"] || "";
    const open = [configFile(env), expanded(key, env["HOME"] || homedir())].filter(isOpen);
    if (open.length === 0) return [ok(name, `${source}, with a readable key`)];
    return [warn(name, `others may read ${open.join(" and ")}`, `close it to them: chmod 600 ${open.join(" ")}`)];
  } catch (error) {
    return [failure(name, error, "make an API key in the console, and say with oci.auth and oci.profile where it is")];
  }
}
