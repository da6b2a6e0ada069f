/**
 * `image_metadata.json` of an `.oci` archive: how OCI boots the image. The API takes none of this on an import
 * (terraform-provider-oci#2052), and without it an imported qcow2 gets BIOS, which no Arm instance has.
 *
 * No reference describes the document. Its shape is that of what others import with success:
 * freebsd-src release/scripts/oracle (fields, launch options), oracle-cne/ocne pkg/util/oci/imagecapability.go (which
 * capabilities, and that they are JSON in a string), siderolabs/docs#595 (UEFI_64 as the only firmware is what made
 * instances boot; the format version), sergelogvinov/terraform-talos oracle/images (the shape without constraints).
 */

export interface OperatingSystem {
  /** Such as `Debian`: what the console shows, and what instances are filtered by. */
  readonly operatingSystem: string;
  /** Such as `13 (Proxmox VE 9.2)`. */
  readonly operatingSystemVersion: string;
}

/** Of the global capability schema: the one that Oracle's console wrote into an export on 2026-06-07. */
const CAPABILITIES_VERSION = "0eacf73b-5e10-4b69-a5d2-afd3f37fdd45";

/** A capability that leaves no choice. */
const only = (value: string) => ({ descriptorType: "enumstring", values: [value], defaultValue: value });

/** What an instance may be launched with; what is not named here keeps Oracle's own values. */
const CAPABILITIES = {
  "Compute.Firmware": only("UEFI_64"),
  "Compute.LaunchMode": only("PARAVIRTUALIZED"),
};

/** Arm instances boot with UEFI from paravirtualized volumes only (Oracle, Bring Your Own Image). */
const LAUNCH_OPTIONS = {
  firmware: "UEFI_64",
  networkType: "PARAVIRTUALIZED",
  bootVolumeType: "PARAVIRTUALIZED",
  remoteDataVolumeType: "PARAVIRTUALIZED",
  localDataVolumeType: "PARAVIRTUALIZED",
  launchOptionsSource: "PARAVIRTUALIZED",
  pvAttachmentVersion: 2,
  pvEncryptionInTransitEnabled: false,
  consistentVolumeNamingEnabled: true,
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
