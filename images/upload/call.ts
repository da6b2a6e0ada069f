/** One request through the SDK. */
import type { HttpClient } from "oci-common";
import type { ObjectStorageClient } from "oci-objectstorage";
import type { Connection } from "./connection.ts";
import { refusal, unreachable } from "./trouble.ts";

/** What to do with the client. `fail` ends the call with an error of one's own, which no other attempt follows. */
type Operation<T> = (client: ObjectStorageClient, fail: (error: Error) => void) => Promise<T>;

/** Makes a request, as often as it takes. `doing` completes "cannot …". */
export type Ask = <T>(doing: string, operation: Operation<T>) => Promise<T>;

/**
 * The answer to one request.
 *
 * The SDK prints each failure on stderr, even a 404 that is an expected response, and has no setting against it
 * (oci-common 2.142.1, lib/retrier.js). So a failure never reaches it: it is thrown from here, while the SDK's own
 * promise stays pending and is forgotten.
 *
 * @param doing completes "cannot …" in messages
 * @throws ServiceError, UnreachableError, or the signal's reason
 */
export function call<T>(doing: string, connection: Connection, operation: Operation<T>): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    const fail = (error: unknown): void => reject(unreachable(doing, error, connection));
    const httpClient: HttpClient = {
      async send(request, excludeBody) {
        try {
          const response = await connection.http.send(request, excludeBody);
          if (response.ok) return response;
          reject(await refusal(doing, response, connection));
        } catch (error) {
          fail(error);
        }
        return new Promise<never>(() => undefined);
      },
    };
    const client = new connection.Client({ httpClient }, connection.configuration);
    client.endpoint = connection.endpoint;
    operation(client, reject).then(resolve, fail);
  });
}
