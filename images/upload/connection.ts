/** What a request to Object Storage goes out with. */
import type { ClientConfiguration, HttpClient } from "oci-common";
import type { ObjectStorageClient } from "oci-objectstorage";

/** A client of Object Storage that signs its requests. */
export interface Connection {
  readonly Client: typeof ObjectStorageClient;
  /** Signs and sends. */
  readonly http: HttpClient;
  readonly configuration: ClientConfiguration;
  /** Such as `https://objectstorage.eu-frankfurt-1.oraclecloud.com`. */
  readonly endpoint: string;
  /** Whose key signs, for messages. */
  readonly credentials: string;
  /** How often a request is tried before it fails, for messages. */
  readonly attempts: number;
}
