/** `~/.oci/config`, an ini file (docs.oracle.com, SDK and CLI Configuration File): the one place that finds and reads it. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { withoutByteOrderMark } from "../../config/text.ts";
import { homeFolder, pathVariable } from "../../config/user-path.ts";
import { UploadError } from "./errors.ts";

type Variables = Readonly<Record<string, string | undefined>>;

interface Profile {
  /** The configuration file, absolute. */
  readonly file: string;
  /** `/home/me/.oci/config [DEFAULT]` */
  readonly source: string;
  /** By their names in lower case; those of DEFAULT stand in for what the profile leaves out. */
  readonly values: Readonly<Record<string, string>>;
}

/** OCI_CLI_CONFIG_FILE, as Oracle's CLI has it; else `.oci/config` in TF_HOME_OVERRIDE, as its provider has it, or at home. */
export function configFileOf(env: Variables): string {
  const named = pathVariable(env, "OCI_CLI_CONFIG_FILE");
  return named ?? join(pathVariable(env, "TF_HOME_OVERRIDE") ?? homeFolder(env), ".oci", "config");
}

/** Keys and values by profile. @throws Error without a word of the text, which may hold secrets */
export function parseProfiles(text: string): ReadonlyMap<string, Readonly<Record<string, string>>> {
  const profiles = new Map<string, Record<string, string>>();
  let current: Record<string, string> = {};
  for (const line of text.split(/\r?\n/)) {
    if (/^\s*([#;].*)?$/.test(line)) continue;
    const section = /^\s*\[([^\]]+)\]\s*$/.exec(line)?.[1];
    if (section !== undefined) {
      current = profiles.get(section) ?? {};
      profiles.set(section, current);
      continue;
    }
    const [, key, value] = /^\s*([^=\s][^=]*?)\s*=\s*(.*?)\s*$/.exec(line) ?? [];
    if (key === undefined || value === undefined) throw new Error("neither [profile] nor key=value");
    // Oracle's SDK for Go takes either name.
    current[key.toLowerCase() === "passphrase" ? "pass_phrase" : key.toLowerCase()] = value;
  }
  return profiles;
}

/** The error for a file that cannot be read. */
export function unreadable(file: string, error: unknown, advice: string): UploadError {
  const code = typeof error === "object" && error !== null && "code" in error ? String(error.code) : String(error);
  return new UploadError(`${file}: ${code === "ENOENT" ? "no such file" : code}; ${advice}`);
}

/** @throws UploadError, one line without any secret, when the file or the profile is not there, or is none */
export function readProfile(profile: string, env: Variables): Profile {
  const file = configFileOf(env);
  let text: string;
  try {
    text = withoutByteOrderMark(readFileSync(file, "utf8"));
  } catch (error) {
    throw unreadable(file, error, "make an API key for your user, and put there what the console shows");
  }
  let profiles: ReturnType<typeof parseProfiles>;
  try {
    profiles = parseProfiles(text);
  } catch {
    throw new UploadError(`${file}: not a configuration file of OCI; allowed are [profile], key=value and # comments`);
  }
  const own = profiles.get(profile);
  if (own === undefined) {
    const names = [...profiles.keys()].join(", ") || "none";
    throw new UploadError(`${file}: no profile [${profile}], found ${names}; set oci.profile`);
  }
  return { file, source: `${file} [${profile}]`, values: { ...profiles.get("DEFAULT"), ...own } };
}
