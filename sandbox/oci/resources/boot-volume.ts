/** Boot volumes: those of instances, which follow from them, and those without one. */
import { z } from "zod";
import type { Attributes, ProviderContext } from "../../plugin/resource.ts";
import type { OciTenancy } from "../../world/oci.ts";
import { AVAILABLE, generatedName, kept, maybeText, type Resource, type Stored, text } from "../kernel/resource.ts";
import { isObject, maybeText as said } from "../model/attributes.ts";
import { nestedTags } from "../model/fields.ts";
import { requireRoom } from "../model/limits.ts";
import { invalid, notFound } from "../model/refusals.ts";
import { systemTags } from "../model/shapes.ts";
import type { Instance } from "./instance.ts";

const SERVICE = "Core Boot Volume";

const body = z.object({
  displayName: generatedName,
  availabilityDomain: text,
  imageId: maybeText,
  sizeInGBs: z.number(),
  vpusPerGB: z.number().default(10),
  isAutoTuneEnabled: z.boolean().default(false),
  autotunePolicies: kept,
  sourceDetails: kept,
});

/** A boot volume without an instance: it takes room until somebody deletes it. */
export type PreservedBootVolume = Stored<z.output<typeof body>>;

declare module "../../world/oci.ts" {
  interface OciTenancy {
    /** Of instances that were terminated without them, and those made of another one or of a backup. */
    preservedBootVolumes: PreservedBootVolume[];
  }
}

/** The service gives it no other name; its tags are its own, not those of the instance. */
function bootVolumeName(instance: Instance): string {
  return `${instance.displayName} (Boot Volume)`;
}

/** What an instance boots from. */
export function bootVolumeOf(instance: Instance): PreservedBootVolume {
  const { bootVolumeId, bootVolumeGb, bootVolumeVpus, compartmentId, region, timeCreated, ownBootVolume } = instance;
  if (ownBootVolume) return { ...ownBootVolume, sizeInGBs: bootVolumeGb, vpusPerGB: bootVolumeVpus };
  return {
    id: bootVolumeId,
    compartmentId,
    region,
    timeCreated,
    freeformTags: {},
    definedTags: instance.definedTags,
    displayName: bootVolumeName(instance),
    availabilityDomain: instance.availabilityDomain,
    imageId: instance.imageId,
    sizeInGBs: bootVolumeGb,
    vpusPerGB: bootVolumeVpus,
    isAutoTuneEnabled: false,
    autotunePolicies: null,
    sourceDetails: null,
  };
}

/** All that there are. */
export function bootVolumes({ instances, preservedBootVolumes }: OciTenancy): readonly PreservedBootVolume[] {
  return [...instances.map(bootVolumeOf), ...preservedBootVolumes];
}

/** What an instance is launched from is not without one any more. */
export function attachBootVolume({ world }: ProviderContext, bootVolumeId: string): void {
  const { oci } = world.state;
  oci.preservedBootVolumes = oci.preservedBootVolumes.filter(({ id }) => id !== bootVolumeId);
}

/** Keeps the boot volume of an instance that is terminated. */
export function preserveBootVolume({ world }: ProviderContext, instance: Instance): void {
  world.state.oci.preservedBootVolumes.push(bootVolumeOf(instance));
  world.changed();
}

/** What one is made of: another one, or a backup. @throws ServiceRefusal */
function sourceOf(call: ProviderContext, given: Attributes): Pick<PreservedBootVolume, "imageId" | "sizeInGBs"> {
  const source = isObject(given.sourceDetails) ? given.sourceDetails : {};
  const type = said(source, "type");
  const { oci } = call.world.state;
  const lists: Readonly<Record<string, readonly Pick<PreservedBootVolume, "id" | "imageId" | "sizeInGBs">[]>> = {
    bootVolume: bootVolumes(oci),
    bootVolumeBackup: oci.bootVolumeBackups,
    bootVolumeBackupDelta: oci.bootVolumeBackups,
  };
  const list = type === null ? undefined : lists[type];
  if (!list)
    throw invalid(
      SERVICE,
      `sourceDetails.type ${type} is not valid: ${Object.keys(lists).join(", ")}.`,
      "source_details",
    );
  // What changed between two backups is laid over the first.
  const ids = type === "bootVolumeBackupDelta" ? ["firstBackupId", "secondBackupId"] : ["id"];
  const [found, second] = ids.map((field) => {
    const one = list.find((each) => each.id === source[field]);
    if (!one) throw notFound(SERVICE, String(source[field]), "source_details");
    return one;
  });
  return { imageId: found?.imageId ?? null, sizeInGBs: (second ?? found)?.sizeInGBs ?? 0 };
}

/** Those of instances are listed with those that have none, and go with their instances. */
export const bootVolume: Resource<z.output<typeof body>> = {
  type: "oci_core_boot_volume",
  service: SERVICE,
  path: "/20160918/bootVolumes",
  idType: "bootvolume",
  ...AVAILABLE,
  states: { ...AVAILABLE.states, deleted: "TERMINATED" },
  body,
  fixed: ["availabilityDomain", "imageId", "sourceDetails"],
  notPlayed: ["boot_volume_replicas", "cluster_placement_group_id", "kms_key_id", "xrc_kms_key_id"],
  all: (tenancy) => tenancy.preservedBootVolumes,
  unmade: ({ world }) => world.state.oci.instances.map(bootVolumeOf),
  unmadeIs: "attached to an instance",
  prepare(given, { call, before }) {
    if (before) return given;
    const { imageId, sizeInGBs } = sourceOf(call, given);
    return { sizeInGBs, ...given, imageId };
  },
  check({ sizeInGBs: size }, { call, before }) {
    if (!Number.isInteger(size) || size < 50 || size > 32_768)
      throw invalid(SERVICE, `sizeInGBs ${size} is not valid: a boot volume has 50 to 32768 GB.`, "size_in_gbs");
    if (before && size < before.sizeInGBs)
      throw invalid(SERVICE, `A boot volume cannot shrink from ${before.sizeInGBs} to ${size} GB.`, "size_in_gbs");
    requireRoom(call.world.state.oci, { storageGb: size - (before?.sizeInGBs ?? 0) });
  },
  computed: ({ sizeInGBs, vpusPerGB }, tenancy) => ({
    sizeInMBs: sizeInGBs * 1024,
    autoTunedVpusPerGB: vpusPerGB,
    isHydrated: true,
    systemTags: nestedTags(systemTags(tenancy)),
  }),
};
