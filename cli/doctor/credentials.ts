/** The key to the account: found, readable, and closed to others. Says where it is, and nothing that is in it. */
import { statSync } from "node:fs";
import type { SignIn } from "../../config/sign-in.ts";
import { readApiKey } from "../../images/upload/api-key.ts";
import { readCredentials } from "../../images/upload/credentials.ts";
import { configFileOf } from "../../images/upload/profile.ts";
import { fail, failure, type Finding, ok, warn } from "./finding.ts";

const OTHERS = 0o077;

/** Windows has no such bits. */
function isOpen(file: string): boolean {
  if (process.platform === "win32") return false;
  return ((statSync(file, { throwIfNoEntry: false })?.mode ?? 0) & OTHERS) !== 0;
}

export async function credentials(signIn: SignIn, env: NodeJS.ProcessEnv): Promise<readonly Finding[]> {
  const name = "credentials";
  try {
    if (signIn.auth === "instance-principal") return [ok(name, (await readCredentials(signIn, env)).source)];
    const { source, session, keyFile } = readApiKey(signIn, env);
    if (signIn.auth === "profile" && session !== null)
      return [fail(name, `${source} is a session, not an API key`, 'set oci.auth to "security-token"')];
    const files = [...("profile" in signIn ? [configFileOf(env)] : []), ...(keyFile === null ? [] : [keyFile])];
    const open = files.filter(isOpen);
    if (open.length === 0) return [ok(name, "profile" in signIn ? `${source}, with a readable key` : source)];
    return [warn(name, `others may read ${open.join(" and ")}`, `close it to them: chmod 600 ${open.join(" ")}`)];
  } catch (error) {
    return [failure(name, error, "make an API key in the console, and say with oci.auth and oci.profile where it is")];
  }
}
