/** Signing in to OCI: by a profile of `~/.oci/config`, which holds a key or a session, by the environment, or as an instance. */
import type { AuthenticationDetailsProvider } from "oci-common";
import type { SignIn } from "../../config/sign-in.ts";
import { readApiKey } from "./api-key.ts";
import { UploadError } from "./errors.ts";

interface Credentials {
  readonly provider: AuthenticationDetailsProvider;
  /** Where they come from, for messages: `/home/me/.oci/config [DEFAULT]`. */
  readonly source: string;
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
 * What requests are signed with. Not by the SDK's own ConfigFileAuthenticationDetailsProvider: it would print on stdout,
 * insist on a region, throw strings, and leave a damaged key for the first request to trip over.
 *
 * @throws UploadError, one line without any secret, when file, profile, variable, field or key is missing or wrong
 */
export async function readCredentials(signIn: SignIn, env: NodeJS.ProcessEnv = process.env): Promise<Credentials> {
  if (signIn.auth === "instance-principal") return ofInstance();
  const { tenancy, user, fingerprint, privateKey, session, source } = readApiKey(signIn, env);
  const keyId = session === null ? `${tenancy}/${user}/${fingerprint}` : `ST$${session.token}`;
  const provider = { getKeyId: async () => keyId, getPrivateKey: () => privateKey, getPassphrase: () => null };
  return { provider, source };
}
