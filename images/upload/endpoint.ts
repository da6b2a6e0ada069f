/** Another address of Object Storage than Oracle's, as Oracle's own Terraform provider takes it. */

const NAMES = ["TF_VAR_CLIENT_HOST_OVERRIDES", "OCI_CLIENT_HOST_OVERRIDES", "CLIENT_HOST_OVERRIDES"];
const CLIENT = "oci_object_storage.ObjectStorageClient";

/**
 * The override of Object Storage in `CLIENT_HOST_OVERRIDES` (`client=url;client=url`), which the provider reads too: one
 * setting points both at the same place.
 *
 * @example endpointOf({ CLIENT_HOST_OVERRIDES: "oci_object_storage.ObjectStorageClient=http://127.0.0.1:4000" });
 */
export function endpointOf(env: Readonly<Record<string, string | undefined>>): string | undefined {
  const overrides = NAMES.map((name) => env[name]).find((value) => value) ?? "";
  return overrides
    .split(";")
    .map((pair) => pair.trim().split("="))
    .find(([client]) => client === CLIENT)?.[1];
}
