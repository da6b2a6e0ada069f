import { CoreComputeImageCapabilitySchema } from "@cdktf/provider-oci/core-compute-image-capability-schema";
import { CoreImage } from "@cdktf/provider-oci/core-image";
import { CoreShapeManagement } from "@cdktf/provider-oci/core-shape-management";
import { DataOciCoreComputeGlobalImageCapabilitySchemas } from "@cdktf/provider-oci/data-oci-core-compute-global-image-capability-schemas";
import { DataOciObjectstorageNamespace } from "@cdktf/provider-oci/data-oci-objectstorage-namespace";
import type { ITerraformDependable } from "cdktf";
import { Construct } from "constructs";
import { CAPABILITIES } from "../../images/capabilities.ts";
import { A1_SHAPE } from "./shapes.ts";

export interface HostImageProps {
  readonly compartmentId: string;
  readonly lab: string;
  /** Bucket and object are the uploader's; the object's name carries the hash of the image's inputs. */
  readonly bucket: string;
  readonly objectName: string;
  readonly proxmoxVersion: string;
}

/**
 * Imports the Proxmox image. Launch mode and image type are left out: the object is an `.oci` archive that names UEFI as
 * its only firmware, and what the resource says would win over it with the wrong firmware (terraform-provider-oci#2052).
 */
export class HostImage extends Construct {
  readonly imageId: string;
  /** An instance needs the shape to be allowed first, and the firmware to be UEFI. */
  readonly ready: readonly ITerraformDependable[];

  constructor(scope: Construct, id: string, props: HostImageProps) {
    super(scope, id);
    const { compartmentId } = props;
    // The tenancy has one. Asked of the compartment it would be unknown, and the image replaced, whenever that changes a tag.
    const storage = new DataOciObjectstorageNamespace(this, "namespace");
    const image = new CoreImage(this, "image", {
      compartmentId,
      displayName: `${props.lab}-${props.objectName.replace(/\.oci$/, "")}`,
      imageSourceDetails: {
        sourceType: "objectStorageTuple",
        namespaceName: storage.namespace,
        bucketName: props.bucket,
        objectName: props.objectName,
        operatingSystem: "Proxmox VE",
        operatingSystemVersion: props.proxmoxVersion,
      },
      timeouts: { create: "2h" },
    });
    this.imageId = image.id;
    const shape = new CoreShapeManagement(this, "shape", { compartmentId, imageId: image.id, shapeName: A1_SHAPE });
    this.ready = [shape, this.#allowOnlyWhatBoots(image, props)];
  }

  /** What the archive says of itself, said once more where OCI is sure to look for it (oracle-cne/ocne does both). */
  #allowOnlyWhatBoots(image: CoreImage, { compartmentId, lab }: HostImageProps): ITerraformDependable {
    const global = new DataOciCoreComputeGlobalImageCapabilitySchemas(this, "global-capabilities");
    return new CoreComputeImageCapabilitySchema(this, "capabilities", {
      compartmentId,
      displayName: `${lab}-host-capabilities`,
      imageId: image.id,
      computeGlobalImageCapabilitySchemaVersionName:
        global.computeGlobalImageCapabilitySchemas.get(0).currentVersionName,
      schemaData: Object.fromEntries(
        Object.entries(CAPABILITIES).map(([name, capability]) => [
          name,
          JSON.stringify({ ...capability, source: "IMAGE" }),
        ]),
      ),
      // A newer global schema would replace it, under the hosts that boot from the image.
      lifecycle: { ignoreChanges: ["compute_global_image_capability_schema_version_name"] },
    });
  }
}
