/**
 * `image_metadata.json` of an `.oci` archive: how OCI boots the image. The API takes none of this on an import
 * (terraform-provider-oci#2052), and without it an imported qcow2 gets BIOS, which no Arm instance has.
 *
 * No reference describes the document. Its shape is that of what others import with success:
 * freebsd-src release/scripts/oracle (fields, launch options), oracle-cne/ocne pkg/util/oci/imagecapability.go (that
 * capabilities are JSON in a string), siderolabs/docs#595 (the format version), sergelogvinov/terraform-talos oracle/images
 * (the shape without constraints). Which capabilities: capabilities.ts.
 */
import { CAPABILITIES } from "./capabilities.ts";

/** The operating system of an image, in OCI's own fields. */
export interface OperatingSystem {
  /** Such as `Debian`: what the console shows, and what instances are filtered by. */
  readonly operatingSystem: string;
  /** Such as `13 (Proxmox VE 9.2)`. */
  readonly operatingSystemVersion: string;
}

/** Of the global capability schema: the one that Oracle's console wrote into an export on 2026-06-07. */
const CAPABILITIES_VERSION = "0eacf73b-5e10-4b69-a5d2-afd3f37fdd45";

/** Each value is the default of a capability, in the words of an older part of the format. */
const LAUNCH_OPTIONS = {
  firmware: CAPABILITIES["Compute.Firmware"].defaultValue,
  networkType: CAPABILITIES["Network.AttachmentType"].defaultValue,
  bootVolumeType: CAPABILITIES["Storage.BootVolumeType"].defaultValue,
  remoteDataVolumeType: CAPABILITIES["Storage.RemoteDataVolumeType"].defaultValue,
  localDataVolumeType: CAPABILITIES["Storage.LocalDataVolumeType"].defaultValue,
  launchOptionsSource: CAPABILITIES["Compute.LaunchMode"].defaultValue,
  pvAttachmentVersion: CAPABILITIES["Storage.ParaVirtualization.AttachmentVersion"].defaultValue,
  pvEncryptionInTransitEnabled: CAPABILITIES["Storage.ParaVirtualization.EncryptionInTransit"].defaultValue,
  consistentVolumeNamingEnabled: CAPABILITIES["Storage.ConsistentVolumeNaming"].defaultValue,
};

/** The document, the same bytes for the same arguments. */
export function imageMetadata({ operatingSystem, operatingSystemVersion }: OperatingSystem): string {
  const metadata = {
    version: 2,
    externalLaunchOptions: LAUNCH_OPTIONS,
    imageCapabilityData: JSON.stringify({ capabilities: CAPABILITIES }),
    imageCapsFormatVersion: CAPABILITIES_VERSION,
    operatingSystem,
    operatingSystemVersion,
    additionalMetadata: {
      shapeCompatibilities: [
        { internalShapeName: "VM.Standard.A1.Flex", ocpuConstraints: null, memoryConstraints: null },
      ],
    },
  };
  return `${JSON.stringify(metadata, null, 2)}\n`;
}
