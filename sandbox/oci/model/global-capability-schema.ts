/** Oracle's own capability schema, which those of images narrow. */
import type { Json } from "../../plugin/resource.ts";

/** A capability that is one of some values. */
export function choice(values: readonly string[], value: string) {
  return { descriptorType: "enumstring", source: "GLOBAL", values: [...values], defaultValue: value };
}

function flag(value: boolean) {
  return { descriptorType: "boolean", source: "GLOBAL", defaultValue: value };
}

const VOLUMES = ["ISCSI", "PARAVIRTUALIZED", "SCSI", "IDE", "NVME"];

/** Oracle's own schema: names, values and defaults as freebsd-src release/scripts/oracle has them of an export. */
export const GLOBAL_SCHEMA = {
  id: "ocid1.computeglobalimgcapschema.oc1..aaaaaaaasandbox",
  version: "0a5d2cbd-1d5f-4b4e-9e3f-7c1f0a3f6d11",
  timeCreated: "2023-05-01T00:00:00.000Z",
  data: {
    "Compute.AMD_SecureEncryptedVirtualization": flag(false),
    "Compute.Firmware": choice(["BIOS", "UEFI_64"], "UEFI_64"),
    "Compute.LaunchMode": choice(["NATIVE", "EMULATED", "VDPA", "PARAVIRTUALIZED", "CUSTOM"], "PARAVIRTUALIZED"),
    "Compute.SecureBoot": flag(false),
    "Network.AttachmentType": choice(["VFIO", "PARAVIRTUALIZED", "E1000", "VDPA"], "PARAVIRTUALIZED"),
    "Network.IPv6Only": flag(false),
    "Storage.BootVolumeType": choice(VOLUMES, "PARAVIRTUALIZED"),
    "Storage.ConsistentVolumeNaming": flag(true),
    "Storage.Iscsi.MultipathDeviceSupported": flag(false),
    "Storage.LocalDataVolumeType": choice(VOLUMES, "PARAVIRTUALIZED"),
    "Storage.ParaVirtualization.AttachmentVersion": {
      descriptorType: "enuminteger",
      source: "GLOBAL",
      values: [1, 2],
      defaultValue: 2,
    },
    "Storage.ParaVirtualization.EncryptionInTransit": flag(true),
    "Storage.RemoteDataVolumeType": choice(VOLUMES, "PARAVIRTUALIZED"),
  },
} as const satisfies { readonly data: Readonly<Record<string, Json>>; readonly [field: string]: Json };
