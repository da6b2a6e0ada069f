/** Backups of volumes and of boot volumes: what a volume was, for a new one to be made of. */
import { z } from "zod";
import type { Attributes, ProviderContext } from "../../plugin/resource.ts";
import { nestedTags } from "../model/fields.ts";
import { generatedName, kept, maybeText, type Resource, type Stored, text } from "../kernel/resource.ts";
import { notFound } from "../model/refusals.ts";
import { systemTags } from "../model/shapes.ts";
import { bootVolumes } from "./boot-volume.ts";

const common = {
  displayName: generatedName,
  type: z.enum(["FULL", "INCREMENTAL"]).default("INCREMENTAL"),
  sizeInGBs: z.number(),
  retentionPeriod: kept,
  isPreventDeletionEnabled: kept,
  isRetentionLockEnabled: kept,
  isIndefiniteRetentionEnabled: kept,
  /** The backup that it is a copy of. */
  copyOf: maybeText,
};

const body = z.object({ ...common, volumeId: text });
const bootBody = z.object({ ...common, bootVolumeId: text, imageId: maybeText });

const how = {
  state: "AVAILABLE",
  states: { creating: "CREATING", deleting: "TERMINATING", deleted: "TERMINATED" },
  notPlayed: ["kms_key_id", "source_details"],
  readOnly: ["copyOf"],
  hidden: ["copyOf"],
} as const;

interface Backed {
  readonly id: string;
  readonly compartmentId: string;
  readonly sizeInGBs: number;
}

/** @throws ServiceRefusal 404 */
function volumeOf<T extends Backed>(service: string, all: readonly T[], said: Attributes, field: string): T {
  const found = all.find(({ id }) => id === said[field]);
  if (!found) throw notFound(service, String(said[field]), field);
  return found;
}

const computed = ({ sizeInGBs, timeCreated }: Backed & { readonly timeCreated: string }) => ({
  sizeInMBs: sizeInGBs * 1024,
  // Of an empty volume.
  uniqueSizeInGBs: 1,
  uniqueSizeInMbs: 1024,
  sourceType: "MANUAL",
  timeRequestReceived: timeCreated,
  expirationTime: null,
});

declare module "../../world/oci.ts" {
  interface OciTenancy {
    volumeBackups: Stored<z.output<typeof body>>[];
    bootVolumeBackups: Stored<z.output<typeof bootBody>>[];
  }
}

/** It stays when its volume goes. */
export const volumeBackup: Resource<z.output<typeof body>> = {
  type: "oci_core_volume_backup",
  service: "Core Volume Backup",
  path: "/20160918/volumeBackups",
  idType: "volumebackup",
  ...how,
  body,
  fixed: ["volumeId", "type", "sizeInGBs"],
  all: (tenancy) => tenancy.volumeBackups,
  prepare(said, { call, before }) {
    if (before) return said;
    const { compartmentId, sizeInGBs } = volumeOf(this.service, call.world.state.oci.volumes, said, "volumeId");
    return { ...said, compartmentId, sizeInGBs };
  },
  computed: ({ copyOf, ...each }, tenancy) => ({
    ...computed(each),
    sourceVolumeBackupId: copyOf ?? null,
    systemTags: nestedTags(systemTags(tenancy)),
  }),
};

/** Of a boot volume, with an instance or without. */
export const bootVolumeBackup: Resource<z.output<typeof bootBody>> = {
  type: "oci_core_boot_volume_backup",
  service: "Core Boot Volume Backup",
  path: "/20160918/bootVolumeBackups",
  idType: "bootvolumebackup",
  ...how,
  body: bootBody,
  fixed: ["bootVolumeId", "type", "sizeInGBs", "imageId"],
  all: (tenancy) => tenancy.bootVolumeBackups,
  prepare(said, { call, before }) {
    if (before) return said;
    const found = volumeOf(this.service, bootVolumes(call.world.state.oci), said, "bootVolumeId");
    return { ...said, compartmentId: found.compartmentId, sizeInGBs: found.sizeInGBs, imageId: found.imageId };
  },
  computed: ({ copyOf, ...each }, tenancy) => ({
    ...computed(each),
    sourceBootVolumeBackupId: copyOf ?? null,
    systemTags: nestedTags(systemTags(tenancy)),
  }),
};

/** What a new volume is made of. @throws ServiceRefusal 404 */
export function requireBackup(
  call: ProviderContext,
  service: string,
  list: "volumeBackups" | "bootVolumeBackups",
  id: string,
) {
  const found = call.world.state.oci[list].find((each) => each.id === id);
  if (!found) throw notFound(service, id, "source_details.id");
  return found;
}
