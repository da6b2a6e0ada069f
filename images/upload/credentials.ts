/** Signing in to OCI: by a profile of `~/.oci/config`, which holds a key or a session, by the environment, or as an instance. */
import { readFile } from "node:fs/promises";
import type { AuthenticationDetailsProvider, ConfigFileReader } from "oci-common";
import type { SignIn } from "../../config/sign-in.ts";
import { UploadError } from "./errors.ts";
import { rsaPrivateKey } from "./private-key.ts";

export interface Credentials {
  readonly provider: AuthenticationDetailsProvider;
  /** Where they come from, for messages: `/home/me/.oci/config [DEFAULT]`. */
  readonly source: string;
}

type ProfileSignIn = Extract<SignIn, { readonly profile: string }>;

interface Profiles {
  readonly names: readonly string[];
  /** Those of DEFAULT stand in for what a profile leaves out. */
  readonly values: ReadonlyMap<string, string>;
}

const CONFIG = "~/.oci/config";

function readText(file: string, advice: string): Promise<string> {
  return readFile(file, "utf8").catch((error: NodeJS.ErrnoException) => {
    throw new UploadError(`${file}: ${error.code === "ENOENT" ? "no such file" : error.code}; ${advice}`);
  });
}

function readProfiles(reader: typeof ConfigFileReader, text: string, file: string, profile: string): Profiles {
  try {
    // The SDK prints a note on stdout when there is no DEFAULT (oci-common 2.142.1): an empty one keeps it quiet.
    const found = reader.parse(`[DEFAULT]\n${text}`, null).profileCredentials.configurationsByProfile;
    const own = found.get(profile);
    return {
      names: [...found].filter(([, values]) => values.size > 0).map(([name]) => name),
      values: own === undefined ? new Map() : new Map([...(found.get("DEFAULT") ?? []), ...own]),
    };
  } catch {
    // The SDK's own message quotes the line, which may be a secret.
    throw new UploadError(`${file}: not a configuration file of OCI; allowed are [profile], key=value and # comments`);
  }
}

/**
 * The API key of a profile (docs.oracle.com, SDK and CLI Configuration File), of OCI_CLI_CONFIG_FILE or else `~/.oci/config`. OCI_CLI_KEY_FILE weighs
 * more than the profile's key_file. A session of `oci session authenticate` (`security_token_file`) will do.
 *
 * The SDK's ConfigFileAuthenticationDetailsProvider would print on stdout, insist on a region, throw strings, and leave
 * a damaged key for the first request to trip over.
 */
async function ofProfile({ auth, profile }: ProfileSignIn, env: NodeJS.ProcessEnv): Promise<Credentials> {
  const { ConfigFileReader: reader } = await import("oci-common");
  const file = reader.expandUserHome(env["OCI_CLI_CONFIG_FILE"] || CONFIG);
  const text = await readText(file, "make an API key for your user, and put there what the console shows");
  const { names, values } = readProfiles(reader, text, file, profile);
  if (values.size === 0)
    throw new UploadError(`${file}: no profile [${profile}], found ${names.join(", ") || "none"}; set oci.profile`);

  const source = `${file} [${profile}]`;
  const field = (name: string): string => {
    const value = values.get(name);
    if (value) return value;
    throw new UploadError(`${source}: ${name} is missing; the console shows it with the API key`);
  };
  // As Oracle's CLI has it: in a container the file that the profile names is elsewhere.
  const override = env["OCI_CLI_KEY_FILE"];
  const keyFile = reader.expandUserHome(override || field("key_file"));
  const pem = await readText(keyFile, override ? "OCI_CLI_KEY_FILE names it" : `it is the key_file of ${source}`);
  const where = `${source}: key_file ${keyFile}`;
  const key = rsaPrivateKey(pem, values.get("pass_phrase") ?? null, field("fingerprint"), where);
  const tokenFile = values.get("security_token_file");
  if (auth === "security-token" && !tokenFile)
    throw new UploadError(
      `${source}: security_token_file is missing; \`oci session authenticate --profile-name ${profile}\` writes it`,
    );
  const token = tokenFile && (await readText(reader.expandUserHome(tokenFile), `it is named by ${source}`)).trim();
  const keyId = token ? `ST$${token}` : `${field("tenancy")}/${field("user")}/${field("fingerprint")}`;
  const provider = { getKeyId: async () => keyId, getPrivateKey: () => key, getPassphrase: () => null };
  return { provider, source };
}

/** The names by which the provider reads an API key too (docs.oracle.com, Configuring the Provider). */
async function ofEnvironment(env: NodeJS.ProcessEnv): Promise<Credentials> {
  const source = "the environment";
  const field = (name: string): string => {
    const value = env[`TF_VAR_${name}`];
    if (value) return value;
    throw new UploadError(`TF_VAR_${name} is not set; oci.auth "environment" takes the API key from such variables`);
  };
  const file = env["TF_VAR_private_key_path"];
  const inFile = !env["TF_VAR_private_key"] && Boolean(file);
  const pem = inFile && file ? await readText(file, "TF_VAR_private_key_path names it") : field("private_key");
  const where = inFile ? "TF_VAR_private_key_path" : "TF_VAR_private_key";
  const fingerprint = field("fingerprint");
  const key = rsaPrivateKey(pem, env["TF_VAR_private_key_password"] ?? null, fingerprint, where);
  const keyId = `${field("tenancy_ocid")}/${field("user_ocid")}/${fingerprint}`;
  return { provider: { getKeyId: async () => keyId, getPrivateKey: () => key, getPassphrase: () => null }, source };
}

/** Asks the metadata service of the instance, which is nowhere else. */
async function ofInstance(): Promise<Credentials> {
  const { InstancePrincipalsAuthenticationDetailsProviderBuilder: Builder } = await import("oci-common");
  try {
    return { provider: await new Builder().build(), source: "the instance principal" };
  } catch (error) {
    const [why = ""] = (error instanceof Error ? error.message : String(error)).split("\n");
    throw new UploadError(
      `the instance principal cannot be had (${why}); it is there on instances of Oracle Cloud alone`,
    );
  }
}

/**
 * What requests are signed with.
 *
 * @throws UploadError, one line without any secret, when file, profile, variable, field or key is missing or wrong
 */
export async function readCredentials(signIn: SignIn, env: NodeJS.ProcessEnv = process.env): Promise<Credentials> {
  if ("profile" in signIn) return ofProfile(signIn, env);
  return signIn.auth === "environment" ? ofEnvironment(env) : ofInstance();
}
