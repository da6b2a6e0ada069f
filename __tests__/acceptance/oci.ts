/** The acceptance tests of oracle/oci, against a tenancy in memory: one that pays, with two compartments in the root. */
import { which } from "../../cli/engine/terraform/tools.ts";
import { platformImages } from "../../sandbox/oci/resources/platform-images.ts";
import { type LiveOci, liveOci } from "../real-providers/live-oci.ts";
import { accountOf, compartment } from "./oci-account.ts";
import { cutOf } from "./oci-cut.ts";
import { isInScope } from "./oci-scope.ts";
import type { Place, Suite } from "./suite.ts";

const REGION = "eu-frankfurt-1";

function imageForX86(): string {
  const found = platformImages(REGION).find(({ displayName }) => displayName.startsWith("Oracle-Linux-8-2"));
  if (!found) throw new Error(`no Oracle Linux 8 for x86 among the images of ${REGION}`);
  return found.id;
}

/** Functions that fail with every account, by the reason. */
const AS_THERE: Readonly<Record<string, RegExp>> = {
  "its configuration names a resource that is not in it":
    /^TestAccCoreInstanceConfigurationResource_platformConfig$|^TestResourceCoreVnicAttachmentTestSuite$|^TestResourceLoadBalancerLoadBalancerResource_basic$/,
  "it makes a backend out of the arguments of a backend set": /^TestNetworkLoadBalancerBackendHealthResource_basic$/,
  "it counts three protocols, where the SDK of its own release lists five":
    /^TestNetworkLoadBalancerNetworkLoadBalancersProtocolResource_basic$/,
  "it names an availability domain of Oracle's own tenancy": /^TestCoreVolumeAttachmentResource_ipv6$/,
  "it checks for other values than its configuration says":
    /^TestCoreInstanceConfigurationResource(?:Ipv6)?_basic$|^TestCoreInstanceResource_(?:basic|flexShape)$|^TestAccResourceCoreFungibleInstance_UpdateShapeConfig$/,
  "it expects a new instance where the provider of its own release replaces the boot volume of the old one":
    /^TestResourceCoreInstanceTestSuite$/,
  "it expects load balancers to stay that the provider of its own release detaches":
    /^TestCoreInstancePoolResourceIpv6_basic$/,
  "it ignores changes of what it expects to have changed": /^TestCorePublicIpResource_basic$/,
  "a step leaves out an argument that forces a new volume, and expects the old one":
    /^TestCoreBootVolumeDeltaRestoreResource_basic$/,
  "the SDK of its own release refuses what it asks for":
    /^TestObjectStorageObjectVersionResource_basic$|^TestIdentityTagDefaultResource_basic$/,
  "it deletes once more what the testing library of its own release deletes":
    /^TestObjectStorageObjectResource_failContentLengthLimit$/,
  "it takes the id of a data source, which has no bucket in it, for that of a resource":
    /^TestObjectStoragePreauthenticatedRequestResource_basic$/,
  "it compares the address that only a creation tells with that of an import":
    /^TestObjectStoragePreauthenticatedRequestResource_newObjectNameParam$/,
  "the id that it imports by is a format with a value missing": /^TestIdentityApiKeyResource_basic$/,
};

/** Each function has a tenancy of its own: none sees what another has left. */
async function open(): Promise<Place> {
  const terraform = which("terraform", process.env["PATH"] ?? "");
  if (terraform === undefined) throw new Error("no terraform on PATH: the suite runs its own tests with it");
  let live: LiveOci | null = null;
  return {
    async fresh() {
      await live?.end();
      live = await liveOci();
      const { adPrefix } = live.api.store.state.oci;
      const own = await compartment(live, "acceptance");
      return {
        ...live.env,
        TF_ACC: "1",
        TF_ACC_TERRAFORM_PATH: terraform,
        // They were written for a library that read everything again after each step.
        TF_ACC_REFRESH_AFTER_APPLY: "1",
        CHECKPOINT_DISABLE: "1",
        // Clients that a test makes for itself trust no other.
        SSL_CERT_FILE: live.env["TF_VAR_custom_cert_location"] ?? "",
        TF_VAR_compartment_ocid: own,
        TF_VAR_compartment_id_for_create: own,
        TF_VAR_compartment_id_for_update: await compartment(live, "another"),
        TF_VAR_tags_import_if_exists: "false",
        TF_VAR_ssh_public_key: "ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAABAQC acceptance",
        TF_VAR_availability_domain: `${adPrefix}:EU-FRANKFURT-1-AD-1`,
        ...(await accountOf(live, imageForX86())),
        TF_VAR_source_region: REGION,
        TF_VAR_destination_region: "eu-zurich-1",
        TF_VAR_image_id: imageForX86(),
        // Resource discovery lists everything of an account, in all of Oracle's services.
        TF_VAR_enable_export_compartment: "false",
      };
    },
    async close() {
      await live?.end();
    },
  };
}

export const oci: Suite = {
  tags: "",
  packages: ["internal/integrationtest"],
  has: isInScope,
  asThere: AS_THERE,
  overlay: (source) => cutOf(source, imageForX86()),
  open,
};
