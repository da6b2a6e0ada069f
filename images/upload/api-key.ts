/** The API key, or the session, that a lab signs in with: looked up once, for our own requests and for Terraform's. */
import { readFileSync } from "node:fs";
import { dirname } from "node:path";
import type { SignIn } from "../../config/sign-in.ts";
import { userPath } from "../../config/user-path.ts";
import { UploadError } from "./errors.ts";
import { rsaPrivateKey } from "./private-key.ts";
import { readProfile, unreadable } from "./profile.ts";

type KeySignIn = Exclude<SignIn, { readonly auth: "instance-principal" }>;

/** An API key with all that a request is signed with. */
export interface ApiKey {
  /** OCIDs. Those of a session may be empty. */
  readonly tenancy: string;
  readonly user: string;
  readonly fingerprint: string;
  /** Absolute; null for a key that stands in a variable. */
  readonly keyFile: string | null;
  /** As it was found: PEM, perhaps encrypted. */
  readonly pem: string;
  readonly passphrase: string | null;
  /** PKCS #8, not encrypted. */
  readonly privateKey: string;
  readonly session: { readonly file: string; readonly token: string } | null;
  /** Where they come from, for messages: `/home/me/.oci/config [DEFAULT]`. */
  readonly source: string;
}

type Variables = Readonly<Record<string, string | undefined>>;

function readText(file: string, advice: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    throw unreadable(file, error, advice);
  }
}

/**
 * The API key of a profile. OCI_CLI_KEY_FILE weighs more than the profile's key_file, as in Oracle's CLI. A session of
 * `oci session authenticate` (`security_token_file`) will do.
 */
function ofProfile({ auth, profile }: Extract<KeySignIn, { readonly profile: string }>, env: Variables): ApiKey {
  const { file, source, values } = readProfile(profile, env);
  const field = (name: string): string => {
    const value = values[name];
    if (value) return value;
    throw new UploadError(`${source}: ${name} is missing; the console shows it with the API key`);
  };
  const path = (text: string, what: string): string => userPath(text, what, dirname(file), env);
  const override = env["OCI_CLI_KEY_FILE"];
  const keyFile = override
    ? userPath(override, "OCI_CLI_KEY_FILE", process.cwd(), env)
    : path(field("key_file"), `${source}: key_file`);
  const pem = readText(keyFile, override ? "OCI_CLI_KEY_FILE names it" : `it is the key_file of ${source}`);
  const passphrase = values["pass_phrase"] ?? null;
  const fingerprint = field("fingerprint");
  const privateKey = rsaPrivateKey(pem, passphrase, fingerprint, `${source}: key_file ${keyFile}`);
  const tokenFile = values["security_token_file"];
  if (auth === "security-token" && !tokenFile)
    throw new UploadError(
      `${source}: security_token_file is missing; \`oci session authenticate --profile-name ${profile}\` writes it`,
    );
  const key = { fingerprint, keyFile, pem, passphrase, privateKey, source };
  if (tokenFile) {
    const at = path(tokenFile, `${source}: security_token_file`);
    const session = { file: at, token: readText(at, `it is named by ${source}`).trim() };
    return { ...key, tenancy: values["tenancy"] ?? "", user: values["user"] ?? "", session };
  }
  return { ...key, tenancy: field("tenancy"), user: field("user"), session: null };
}

/** A variable by both names that the provider reads, in its order (docs.oracle.com, Configuring the Provider). */
export function providerVariable(env: Variables, name: string): string | undefined {
  return env[`TF_VAR_${name}`] || env[`OCI_${name.toUpperCase()}`] || undefined;
}

/** A key in the variables that the provider reads too. In one line, with `\n` for line ends, it is taken as well. */
function ofEnvironment(env: Variables): ApiKey {
  const field = (name: string): string => {
    const value = providerVariable(env, name);
    if (value !== undefined) return value;
    throw new UploadError(`TF_VAR_${name} is not set; oci.auth "environment" takes the API key from such variables`);
  };
  const inVariable = providerVariable(env, "private_key");
  const file = inVariable === undefined ? providerVariable(env, "private_key_path") : undefined;
  const keyFile = file === undefined ? null : userPath(file, "TF_VAR_private_key_path", process.cwd(), env);
  const pem =
    keyFile === null
      ? field("private_key").replaceAll("\\n", "\n")
      : readText(keyFile, "TF_VAR_private_key_path names it");
  const passphrase = providerVariable(env, "private_key_password") ?? null;
  const fingerprint = field("fingerprint");
  const where = keyFile === null ? "TF_VAR_private_key" : `TF_VAR_private_key_path ${keyFile}`;
  const privateKey = rsaPrivateKey(pem, passphrase, fingerprint, where);
  const [tenancy, user] = [field("tenancy_ocid"), field("user_ocid")];
  const source = "the environment";
  return { tenancy, user, fingerprint, keyFile, pem, passphrase, privateKey, session: null, source };
}

/** @throws UploadError, one line without any secret, when file, profile, variable, field or key is missing or wrong */
export function readApiKey(signIn: KeySignIn, env: Variables): ApiKey {
  return signIn.auth === "environment" ? ofEnvironment(env) : ofProfile(signIn, env);
}
