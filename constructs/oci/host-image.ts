import { CoreImage } from "@cdktf/provider-oci/core-image";
import { CoreShapeManagement } from "@cdktf/provider-oci/core-shape-management";
import { DataOciObjectstorageNamespace } from "@cdktf/provider-oci/data-oci-objectstorage-namespace";
import type { ITerraformDependable } from "cdktf";
import { Construct } from "constructs";
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
  /** An instance needs the shape to be allowed first. */
  readonly ready: ITerraformDependable;

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
    this.ready = new CoreShapeManagement(this, "shape", { compartmentId, imageId: image.id, shapeName: A1_SHAPE });
  }
}
