/** What real providers and clients are to be told, so that they work against the sandbox's wire APIs. */
import type { DaemonInfo, SandboxFiles } from "./files.ts";
import { accountFiles } from "../oci/model/account.ts";
import type { World } from "../world/world.ts";

/** Environment variables by system: a run with the real provider of a system gets those of that system. */
export interface RealEnvironment {
  /** Of every real provider: the proxy that plays what is outside of the sandbox. */
  readonly all: Readonly<Record<string, string>>;
  /** The provider's overrides and credentials, and the configuration file of Oracle's CLI and SDKs. */
  readonly oci: Readonly<Record<string, string>>;
  /** Whom to trust in the image factory's place. Go reads it on Linux and the BSDs. */
  readonly talos: Readonly<Record<string, string>>;
}

/** The provider's names of the clients that a lab's resources use (terraform-provider-oci, `CLIENT_HOST_OVERRIDES`). */
const CLIENTS = [
  "oci_core.ComputeClient",
  "oci_core.VirtualNetworkClient",
  "oci_core.BlockstorageClient",
  "oci_identity.IdentityClient",
  "oci_object_storage.ObjectStorageClient",
  "oci_budget.BudgetClient",
  "oci_budget.CostAdClient",
  "oci_core.ComputeManagementClient",
  "oci_load_balancer.LoadBalancerClient",
  "oci_network_load_balancer.NetworkLoadBalancerClient",
  "oci_limits.LimitsClient",
  "oci_limits.QuotasClient",
];

/**
 * Writes the account's profile and key, and says by which variables real programs take the sandbox for the real
 * services.
 */
export function realEnvironment(
  world: World,
  { ociApi, outside }: Pick<DaemonInfo, "ociApi"> & { readonly outside: string },
  files: Pick<SandboxFiles, "home" | "oci" | "authority">,
): RealEnvironment {
  const { tenancyId, userId, fingerprint, keyFile, configFile, region } = accountFiles(world, files.oci);
  const proxies = ["HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy"];
  return {
    // Go asks no proxy for what is on loopback; Python asks it for everything that these do not name.
    all: {
      ...Object.fromEntries(proxies.map((name) => [name, outside])),
      ...Object.fromEntries(["NO_PROXY", "no_proxy"].map((name) => [name, "127.0.0.1,localhost"])),
    },
    talos: { SSL_CERT_FILE: files.authority },
    oci: {
      TF_VAR_custom_cert_location: files.authority,
      CLIENT_HOST_OVERRIDES: CLIENTS.map((client) => `${client}=${ociApi}`).join(";"),
      // A configuration that names a profile has the provider look for ~/.oci/config, here instead of at home.
      TF_HOME_OVERRIDE: files.home,
      TF_VAR_tenancy_ocid: tenancyId,
      TF_VAR_user_ocid: userId,
      TF_VAR_fingerprint: fingerprint,
      TF_VAR_private_key_path: keyFile,
      TF_VAR_region: region,
      OCI_CLI_CONFIG_FILE: configFile,
      OCI_CLI_PROFILE: "DEFAULT",
      // Oracle's CLI takes it for every service; clients of its SDKs are to be given it (`service_endpoint`).
      OCI_CLI_ENDPOINT: ociApi,
    },
  };
}
