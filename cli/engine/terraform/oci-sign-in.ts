/**
 * What Terraform signs in with: the key that we have found, by value. Oracle's provider and Terraform's backend for Object
 * Storage look in other places than Oracle's CLI and SDKs (no OCI_CLI_…, another home folder, no DEFAULT), and what they find
 * by themselves may be another key than the one that was checked. (oracle/oci 8.28.0, internal/provider/provider.go and
 * internal/utils/helpers.go; hashicorp/terraform, internal/backend/remote-state/oci.)
 */
import { join } from "node:path";
import type { SignIn } from "../../../config/sign-in.ts";
import { type ApiKey, readApiKey } from "../../../images/upload/api-key.ts";
import { CliError, messageOf } from "../../ui/errors.ts";
import { writeAtomically } from "../../ui/files.ts";
import { learn } from "../../ui/masker.ts";
import type { Environment } from "../synth/environment.ts";

const KEY = ["user_ocid", "fingerprint", "private_key", "private_key_path", "private_key_password"] as const;
const TENANCY = "tenancy_ocid";

/** Arguments of the provider and of the backend. */
type Arguments = Readonly<Partial<Record<(typeof KEY)[number] | typeof TENANCY | "auth", string>>>;

/** By its names in the provider, and, in lower case or bare, in the backend. */
const PROVIDERS = (name: string): readonly string[] => [`TF_VAR_${name}`, `OCI_${name.toUpperCase()}`];
const BACKENDS = (name: string): readonly string[] => [`OCI_${name}`, name];

/** A configuration file with one profile, for the tools alone: its paths are absolute, and it holds no secret. */
function writeProfile(data: string, profile: string, { tenancy, user, fingerprint, keyFile, session }: ApiKey): string {
  const home = join(data, "oci");
  const values = { tenancy, user, fingerprint, key_file: keyFile ?? "", security_token_file: session?.file ?? "" };
  const lines = Object.entries(values).flatMap(([name, value]) => (value === "" ? [] : [`${name}=${value}`]));
  writeAtomically(join(home, ".oci", "config"), [`[${profile}]`, ...lines, ""].join("\n"));
  return home;
}

function argumentsOf(signIn: Exclude<SignIn, { readonly auth: "instance-principal" }>, key: ApiKey): Arguments {
  const password = key.passphrase === null ? {} : { private_key_password: key.passphrase };
  if (signIn.auth === "security-token") return { auth: "SecurityToken", [TENANCY]: key.tenancy, ...password };
  if (signIn.auth === "profile" && key.session !== null)
    throw new CliError(`${key.source} is a session, not an API key; set oci.auth to "security-token"`);
  return {
    auth: "ApiKey",
    [TENANCY]: key.tenancy,
    user_ocid: key.user,
    fingerprint: key.fingerprint,
    ...(key.keyFile === null ? { private_key: key.pem } : { private_key_path: key.keyFile }),
    ...password,
  };
}

/** The Go SDK reads a value up to its second `=`. */
function requirePlain({ keyFile, session, source }: ApiKey): void {
  for (const file of [keyFile, session?.file])
    if (file?.includes("="))
      throw new CliError(`${source}: got ${file}, allowed a path without "=": Oracle's provider reads it no further`);
}

/**
 * The environment of terraform or tofu with the key, and without what the provider would take before it. A backend that has
 * variables of its own (`OCI_user_ocid` and so on) keeps them: state may be in another account.
 *
 * @param data the lab's own folder
 * @throws CliError in one line, without any secret, for a key that is missing or wrong
 */
export function signInEnvironment(env: Environment, signIn: SignIn, data: string): Environment {
  const result: Record<string, string> = { ...env };
  const backends = KEY.some((name) => BACKENDS(name).some((each) => env[each] !== undefined && env[each] !== ""));
  const set = (found: Arguments): Environment => {
    for (const name of [...KEY, "auth"] as const)
      for (const each of [...PROVIDERS(name), ...(backends ? [] : BACKENDS(name))]) delete result[each];
    for (const [name, value] of Object.entries(found)) {
      if (value === "") continue;
      result[`TF_VAR_${name}`] = value;
      if (!backends) result[`OCI_${name}`] = value;
    }
    return result;
  };
  if (signIn.auth === "instance-principal") return set({ auth: "InstancePrincipal" });
  let key: ApiKey;
  try {
    key = readApiKey(signIn, env);
  } catch (error) {
    throw new CliError(messageOf(error));
  }
  learn([key.passphrase, key.keyFile === null ? key.pem : null]);
  if ("profile" in signIn) {
    requirePlain(key);
    const home = writeProfile(data, signIn.profile, key);
    result["TF_HOME_OVERRIDE"] = home;
    if (!backends) result["OCI_HOME_OVERRIDE"] = home;
  }
  return set(argumentsOf(signIn, key));
}
