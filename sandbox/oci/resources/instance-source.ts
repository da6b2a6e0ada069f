/** What an instance boots from: an image, of which a boot volume is made, or a boot volume that there is. */
import { z } from "zod";
import type { Attributes, ProviderContext } from "../../plugin/resource.ts";
import { parsed } from "../kernel/operations.ts";
import { kept, maybeText } from "../kernel/resource.ts";
import { isObject, maybeText as said } from "../model/attributes.ts";
import { conflict, invalid, notPlayed, ServiceRefusal } from "../model/refusals.ts";
import { regionalId } from "../model/regions.ts";
import type { PreservedBootVolume } from "./boot-volume.ts";
import { bootShapes, type Image, requireImage } from "./image.ts";
import { imageByFilter } from "./image-filter.ts";
import type { Instance } from "./instance.ts";

const SERVICE = "Core Instance";

const integer = z.union([z.number(), z.string()]).nullish();

const sourceBody = z.object({
  sourceType: maybeText,
  imageId: maybeText,
  bootVolumeId: maybeText,
  sourceId: maybeText,
  bootVolumeSizeInGBs: integer,
  bootVolumeVpusPerGB: integer,
  instanceSourceImageFilterDetails: kept,
});

const capability = z.object({ "Compute.Firmware": z.object({ defaultValue: z.string() }) });

/** `UEFI_64` or `BIOS`: an image's capability schema weighs more than how it was imported. */
function launchFirmware({ world }: ProviderContext, { id, firmware }: Image): string {
  const schema = world.state.oci.capabilitySchemas.find(({ imageId }) => imageId === id);
  const allowed = capability.safeParse(schema?.schemaData);
  return allowed.success ? allowed.data["Compute.Firmware"].defaultValue : firmware;
}

/** @throws 404 for an image that does not exist, 400 for one that the shape cannot boot. */
function bootImage(call: ProviderContext, id: string, shape: string) {
  const image = requireImage(call, SERVICE, id, "source_details.source_id");
  if (!bootShapes(image).includes(shape))
    throw invalid(SERVICE, `Shape ${shape} is not valid for image ${id}.`, "source_details.source_id");
  return {
    imageId: id,
    imageObject: image.objectName,
    firmware: launchFirmware(call, image),
    bootVolumeId: regionalId(call, "bootvolume"),
  };
}

function bootVolumeGb(wanted: number, before: Instance | null): number {
  const attribute = "source_details.boot_volume_size_in_gbs";
  if (!Number.isInteger(wanted) || wanted < 50 || wanted > 32_768)
    throw invalid(SERVICE, `bootVolumeSizeInGBs ${wanted} is not valid: a boot volume has 50 to 32768 GB.`, attribute);
  if (before && wanted < before.bootVolumeGb)
    throw invalid(SERVICE, `A boot volume cannot shrink from ${before.bootVolumeGb} to ${wanted} GB.`, attribute);
  return wanted;
}

/** What a body's object says; nothing where it is none. */
export function inside(given: Attributes, name: string): Attributes {
  const value = given[name] ?? null;
  if (value !== null && !isObject(value)) throw invalid(SERVICE, `${name} must be an object.`, name);
  return Object.fromEntries(Object.entries(value ?? {}).filter(([, item]) => item !== null));
}

/** @throws ServiceRefusal for a boot volume that there is not, that is attached, or in another availability domain */
function bootVolumeNamed(call: ProviderContext, id: string, availabilityDomain: string): PreservedBootVolume {
  const { preservedBootVolumes, instances, volumeAttachments } = call.world.state.oci;
  const host =
    instances.find(({ bootVolumeId }) => bootVolumeId === id)?.id ??
    volumeAttachments.find(({ volumeId }) => volumeId === id)?.instanceId;
  if (host) throw conflict(SERVICE, `Boot volume ${id} is attached to ${host}.`, "source_details.source_id");
  const found = preservedBootVolumes.find((each) => each.id === id);
  if (!found) {
    // In the service's words (oracle/oci 8.28.0, its acceptance tests).
    const reason = "One or more of the specified volumes are not found, or you have no access to them.";
    throw new ServiceRefusal(
      404,
      "NotAuthorizedOrNotFound",
      reason,
      `Service: ${SERVICE}.`,
      "source_details.source_id",
    );
  }
  if (found.availabilityDomain !== availabilityDomain)
    throw invalid(SERVICE, `Boot volume ${id} is in ${found.availabilityDomain}.`, "source_details.source_id");
  return found;
}

/** From a boot volume: its size and performance stay. What its image installs is there anew; what was written to it is not. */
function fromVolume(call: ProviderContext, id: string, before: Instance | null, shape: string, domain: string) {
  const volume = bootVolumeNamed(call, id, domain);
  if (volume.imageId === null) throw notPlayed("a boot volume that is of no image");
  return {
    ...bootImage(call, volume.imageId, shape),
    bootVolumeId: id,
    bootVolumeGb: volume.sizeInGBs,
    bootVolumeVpus: volume.vpusPerGB,
    imageFilter: before?.imageFilter ?? null,
    ownBootVolume: { ...volume },
    // It has its room already.
    newGb: 0,
  };
}

/** What the service tells of it. */
export function sourceDetails(each: Instance): Attributes {
  if (each.ownBootVolume) return { sourceType: "bootVolume", bootVolumeId: each.bootVolumeId };
  return {
    sourceType: "image",
    imageId: each.imageId,
    bootVolumeSizeInGBs: each.bootVolumeGb,
    bootVolumeVpusPerGB: each.bootVolumeVpus,
    ...(each.imageFilter && { instanceSourceImageFilterDetails: each.imageFilter }),
  };
}

/** @param given launches said the image themselves before there were source details; both still may */
export function bootSource(
  call: ProviderContext,
  given: Attributes,
  before: Instance | null,
  { shape, availabilityDomain }: { readonly shape: string; readonly availabilityDomain: string },
) {
  const source = parsed(SERVICE, sourceBody, inside(given, "sourceDetails"));
  const type = source.sourceType ?? (before?.ownBootVolume && !given.image ? "bootVolume" : "image");
  const volumeId = source.bootVolumeId ?? source.sourceId ?? before?.bootVolumeId ?? "";
  const isOther = volumeId !== before?.bootVolumeId;
  if (type === "bootVolume" && isOther) return fromVolume(call, volumeId, before, shape, availabilityDomain);
  if (type !== "image" && type !== "bootVolume")
    throw invalid(SERVICE, `sourceType ${type} is not valid: image or bootVolume.`, "source_details.source_type");
  const either = said(given, "imageId") ?? said(given, "image") ?? before?.imageId ?? null;
  const asked = source.instanceSourceImageFilterDetails;
  const imageFilter = isObject(asked) ? asked : (before?.imageFilter ?? null);
  const chosen = imageFilter === null || before ? null : imageByFilter(call, imageFilter, shape);
  const imageId = type === "image" ? (source.imageId ?? source.sourceId ?? either ?? chosen) : either;
  if (imageId === null) throw invalid(SERVICE, "sourceDetails.sourceId is required.", "source_details.source_id");
  const gb = bootVolumeGb(Number(source.bootVolumeSizeInGBs ?? before?.bootVolumeGb ?? 50), before);
  return {
    // A running instance does not need its image any more. Another image is another boot volume.
    ...(imageId === before?.imageId ? {} : { ...bootImage(call, imageId, shape), ownBootVolume: null }),
    bootVolumeGb: gb,
    bootVolumeVpus: before?.bootVolumeVpus ?? Number(source.bootVolumeVpusPerGB ?? 10),
    imageFilter,
    newGb: gb,
  };
}
