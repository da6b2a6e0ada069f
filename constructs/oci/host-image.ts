import {
  CoreComputeImageCapabilitySchema,
  type CoreComputeImageCapabilitySchemaConfig,
} from "@cdktf/provider-oci/core-compute-image-capability-schema";
import { CoreImage, type CoreImageConfig } from "@cdktf/provider-oci/core-image";
import { CoreShapeManagement, type CoreShapeManagementConfig } from "@cdktf/provider-oci/core-shape-management";
import {
  DataOciCoreComputeGlobalImageCapabilitySchemas,
  type DataOciCoreComputeGlobalImageCapabilitySchemasConfig,
} from "@cdktf/provider-oci/data-oci-core-compute-global-image-capability-schemas";
import {
  DataOciObjectstorageNamespace,
  type DataOciObjectstorageNamespaceConfig,
} from "@cdktf/provider-oci/data-oci-objectstorage-namespace";
import type { ITerraformDependable } from "cdktf";
import { Construct } from "constructs";
import { CAPABILITIES } from "../../images/model/capabilities.ts";
import { A1_SHAPE } from "../../topology/shapes.ts";
import { type Transforms, transforming } from "../lab/transform.ts";

/** The inner resources of a `HostImage`. */
export interface HostImageInner {
  readonly namespace: DataOciObjectstorageNamespaceConfig;
  readonly image: CoreImageConfig;
  readonly shape: CoreShapeManagementConfig;
  readonly globalCapabilities: DataOciCoreComputeGlobalImageCapabilitySchemasConfig;
  readonly capabilities: CoreComputeImageCapabilitySchemaConfig;
}

/** What a `HostImage` is made from. */
export interface HostImageProps {
  readonly compartmentId: string;
  /** Name of the lab: prefix of the image's name. */
  readonly lab: string;
  /** Bucket and object are the uploader's; the object's name carries the hash of the image's inputs. */
  readonly bucket: string;
  readonly objectName: string;
  /** What is on it, for people who look at it in the console. */
  readonly system: { readonly name: string; readonly version: string };
  /** @default - the lab's own arguments */
  readonly transform?: Transforms<HostImageInner> | undefined;
}

/**
 * Imports an image that instances boot: of Proxmox VE, or of Talos. Of an `.oci` archive, launch mode and image type are
 * left out: it names UEFI as its only firmware, which the resource's arguments would override with the wrong one
 * (terraform-provider-oci#2052). A VMDK says nothing of itself, and gets its firmware by the capabilities alone.
 *
 * @example
 * new HostImage(stack, "image", {
 *   compartmentId: lab.oci.outputs.compartmentId,
 *   lab: "mine",
 *   bucket: "mine-images",
 *   objectName: "proxmox-ampere-000000000000.oci",
 *   system: { name: "Proxmox VE", version: lab.topology.config.versions.proxmox },
 * });
 */
export class HostImage extends Construct {
  readonly nodes: {
    readonly namespace: DataOciObjectstorageNamespace;
    readonly image: CoreImage;
    readonly shape: CoreShapeManagement;
    readonly globalCapabilities: DataOciCoreComputeGlobalImageCapabilitySchemas;
    readonly capabilities: CoreComputeImageCapabilitySchema;
  };

  constructor(scope: Construct, id: string, props: HostImageProps) {
    super(scope, id);
    const given = transforming<HostImageInner>(this, props.transform);
    const { compartmentId } = props;
    // Read for the tenancy: for the compartment it would be unknown, and the image replaced, whenever that changes a tag.
    const namespace = new DataOciObjectstorageNamespace(this, "namespace", given("namespace", {}));
    const image = new CoreImage(this, "image", given("image", imageArguments(props, namespace.namespace)));
    const shape = new CoreShapeManagement(
      this,
      "shape",
      given("shape", { compartmentId, imageId: image.id, shapeName: A1_SHAPE }),
    );
    const globalCapabilities = new DataOciCoreComputeGlobalImageCapabilitySchemas(
      this,
      "global-capabilities",
      given("globalCapabilities", {}),
    );
    const version = globalCapabilities.computeGlobalImageCapabilitySchemas.get(0).currentVersionName;
    const capabilities = new CoreComputeImageCapabilitySchema(
      this,
      "capabilities",
      given("capabilities", capabilityArguments(props, image.id, version)),
    );
    this.nodes = { namespace, image, shape, globalCapabilities, capabilities };
  }

  get imageId(): string {
    return this.nodes.image.id;
  }

  /** An instance needs the shape to be allowed first, and the firmware to be UEFI. */
  get ready(): readonly ITerraformDependable[] {
    return [this.nodes.shape, this.nodes.capabilities];
  }
}

function imageArguments(props: HostImageProps, namespaceName: string): CoreImageConfig {
  const isVmdk = props.objectName.endsWith(".vmdk");
  return {
    compartmentId: props.compartmentId,
    displayName: `${props.lab}-${props.objectName.replace(/\.(oci|vmdk)$/, "")}`,
    ...(isVmdk && { launchMode: "PARAVIRTUALIZED" }),
    imageSourceDetails: {
      sourceType: "objectStorageTuple",
      namespaceName,
      bucketName: props.bucket,
      objectName: props.objectName,
      ...(isVmdk && { sourceImageType: "VMDK" }),
      operatingSystem: props.system.name,
      operatingSystemVersion: props.system.version,
    },
    timeouts: { create: "2h" },
  };
}

/** The archive's own metadata, repeated where OCI is sure to read it (oracle-cne/ocne does both). */
function capabilityArguments(
  { compartmentId, lab }: HostImageProps,
  imageId: string,
  version: string,
): CoreComputeImageCapabilitySchemaConfig {
  return {
    compartmentId,
    displayName: `${lab}-host-capabilities`,
    imageId,
    computeGlobalImageCapabilitySchemaVersionName: version,
    schemaData: Object.fromEntries(
      Object.entries(CAPABILITIES).map(([name, capability]) => [
        name,
        JSON.stringify({ ...capability, source: "IMAGE" }),
      ]),
    ),
    // A newer global schema would replace it, under the hosts that boot from the image.
    lifecycle: { ignoreChanges: ["compute_global_image_capability_schema_version_name"] },
  };
}
