/**
 * What an instance of a lab's image may be launched with: all that Oracle's global schema of image capabilities names, so that
 * nothing is left to a default that an Arm instance does not boot with. The archive carries it into the import
 * (archive-metadata.ts), and the oci stack attaches the same to the image (constructs/oci/host-image.ts).
 *
 * Names, kinds and defaults are those of images that were seen to boot: siderolabs/docs#595 (exported by Oracle's console on
 * 2026-06-07; UEFI_64 as the only firmware is what made instances boot) and freebsd-src release/scripts/oracle. Of the values
 * a schema may name fewer than the global one (Oracle, Editing Image Capabilities): here only those that Arm instances have.
 */
type Capability =
  | { readonly descriptorType: "enumstring"; readonly values: readonly string[]; readonly defaultValue: string }
  | { readonly descriptorType: "enuminteger"; readonly values: readonly number[]; readonly defaultValue: number }
  | { readonly descriptorType: "boolean"; readonly defaultValue: boolean };

/** A capability that leaves no choice. */
const only = (value: string): Capability => ({
  descriptorType: "enumstring",
  values: [value],
  defaultValue: value,
});
const flag = (defaultValue: boolean): Capability => ({ descriptorType: "boolean", defaultValue });

/** Arm instances boot with UEFI from paravirtualized volumes only (Oracle, Bring Your Own Image). */
export const CAPABILITIES = {
  "Compute.AMD_SecureEncryptedVirtualization": flag(false),
  "Compute.Firmware": only("UEFI_64"),
  "Compute.LaunchMode": only("PARAVIRTUALIZED"),
  "Compute.SecureBoot": flag(false),
  "Network.AttachmentType": only("PARAVIRTUALIZED"),
  "Network.IPv6Only": flag(false),
  "Storage.BootVolumeType": only("PARAVIRTUALIZED"),
  "Storage.ConsistentVolumeNaming": flag(true),
  "Storage.Iscsi.MultipathDeviceSupported": flag(false),
  "Storage.LocalDataVolumeType": only("PARAVIRTUALIZED"),
  "Storage.ParaVirtualization.AttachmentVersion": { descriptorType: "enuminteger", values: [1, 2], defaultValue: 2 },
  "Storage.ParaVirtualization.EncryptionInTransit": flag(true),
  "Storage.RemoteDataVolumeType": only("PARAVIRTUALIZED"),
} as const satisfies Readonly<Record<string, Capability>>;
