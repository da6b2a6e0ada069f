/** Object Storage of OCI, over its SDK, which is loaded here and not before. */
import { type Ask, call } from "./call.ts";
import type { Connection } from "./connection.ts";
import type { SignIn } from "../../config/sign-in.ts";
import { readCredentials } from "./credentials.ts";
import { bucketMethods, objectMethods } from "./oci-buckets.ts";
import { uploadLists, uploadMethods } from "./oci-uploads.ts";
import { PATIENT, type RetryPolicy, withRetries } from "./retry.ts";
import type { ObjectStore } from "./store.ts";

/** Which Object Storage, and how requests to it are signed and retried. */
export interface ObjectStoreOptions {
  /** Such as `eu-frankfurt-1`. */
  readonly region: string;
  readonly signIn: SignIn;
  /** Ends whatever is done with the store. */
  readonly signal: AbortSignal;
  /** Gets a line for each failure that another attempt follows. */
  readonly say: (line: string) => void;
  /** @default - Object Storage of the region. Tests and the sandbox give another, such as `http://127.0.0.1:4000`. */
  readonly endpoint?: string | undefined;
  /** @default PATIENT */
  readonly retry?: RetryPolicy;
  /** @default process.env */
  readonly env?: NodeJS.ProcessEnv;
}

async function connect(options: ObjectStoreOptions, attempts: number): Promise<Connection> {
  const { provider, source } = await readCredentials(options.signIn, options.env);
  const { CircuitBreaker, DefaultRequestSigner, FetchHttpClient, NoRetryConfigurationDetails } =
    await import("oci-common");
  const { ObjectStorageClient: Client } = await import("oci-objectstorage");
  const configuration = {
    // It would open after ten failures, and cut the retries short.
    circuitBreaker: new CircuitBreaker({ disableClientCircuitBreaker: true }),
    retryConfiguration: NoRetryConfigurationDetails,
  };
  const http = new FetchHttpClient(new DefaultRequestSigner(provider), null, { signal: options.signal });
  const client = new Client({ httpClient: http }, configuration);
  client.regionId = options.region;
  return { Client, http, configuration, endpoint: options.endpoint ?? client.endpoint, credentials: source, attempts };
}

/**
 * Opens Object Storage of a region.
 *
 * @throws UploadError, one line, for wrong credentials, a wrong region, or no network
 */
export async function openObjectStore(options: ObjectStoreOptions): Promise<ObjectStore> {
  const { signal, say, retry = PATIENT } = options;
  const connection = await connect(options, retry.attempts);
  const ask: Ask = (doing, operation) =>
    withRetries(
      () => call(doing, connection, operation),
      retry,
      signal,
      ({ trouble }, next) => say(`${trouble}; attempt ${next} of ${retry.attempts} follows`),
    );
  const { value: namespaceName } = await ask("look up the namespace", (client) => client.getNamespace({}));
  return {
    signal,
    ...bucketMethods(ask, namespaceName),
    ...objectMethods(ask, namespaceName),
    ...uploadLists(ask, namespaceName),
    ...uploadMethods(ask, namespaceName),
  };
}
