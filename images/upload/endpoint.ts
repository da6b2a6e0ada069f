/** Another address of a service than Oracle's, as Oracle's own Terraform provider takes it. */

const NAMES = ["TF_VAR_CLIENT_HOST_OVERRIDES", "OCI_CLIENT_HOST_OVERRIDES", "CLIENT_HOST_OVERRIDES"];
const OBJECT_STORAGE = "oci_object_storage.ObjectStorageClient";

/**
 * The override of a service in `CLIENT_HOST_OVERRIDES` (`client=url;client=url`), which the provider reads too: one
 * setting points both at the same place.
 *
 * @param client the provider's name of the service's client
 * @example endpointOf({ CLIENT_HOST_OVERRIDES: "oci_object_storage.ObjectStorageClient=http://127.0.0.1:4000" });
 */
export function endpointOf(
  env: Readonly<Record<string, string | undefined>>,
  client: string = OBJECT_STORAGE,
): string | undefined {
  const overrides = NAMES.map((name) => env[name]).find((value) => value) ?? "";
  return overrides
    .split(";")
    .map((pair) => pair.trim().split("="))
    .find(([name]) => name === client)?.[1];
}
