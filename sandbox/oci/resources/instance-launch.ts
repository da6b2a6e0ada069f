/** What the compute service makes of a launch or a change, and what it refuses. */
import { z } from "zod";
import { isExhausted } from "../../faults/conditions.ts";
import type { Attributes, ProviderContext, Json } from "../../plugin/resource.ts";
import { definedTagsOf, parsed } from "../kernel/operations.ts";
import { isObject, maybeText as said, text as required } from "../model/attributes.ts";
import { kept, maybeText, tags } from "../kernel/resource.ts";
import { requireRoom } from "../model/limits.ts";
import { invalid, notFound, outOfCapacity } from "../model/refusals.ts";
import { FAULT_DOMAINS, hasShape, regionalId, requireAvailabilityDomain } from "../model/regions.ts";
import { A1_SHAPE, MICRO_SHAPE, type ShapeSize, shapeSize } from "../model/shapes.ts";
import { defaultName } from "../model/records.ts";
import { bootShapes, type Image, imageLaunchOptions, requireImage } from "./image.ts";
import { imageByFilter } from "./image-filter.ts";
import type { Instance } from "./instance.ts";
import { platformConfig } from "./platform-config.ts";
import { attachVnic, changedVnic } from "./vnic.ts";
import { requireVnics } from "./vnic-attachment.ts";

const SERVICE = "Core Instance";

const integer = z.union([z.number(), z.string()]).nullish();

const sourceBody = z.object({
  sourceType: maybeText,
  imageId: maybeText,
  sourceId: maybeText,
  bootVolumeSizeInGBs: integer,
  bootVolumeVpusPerGB: integer,
  instanceSourceImageFilterDetails: kept,
});

const shapeBody = z.object({
  ocpus: z.number().nullish(),
  memoryInGBs: z.number().nullish(),
  baselineOcpuUtilization: kept,
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

/** Where a launch goes: into the fault domain it names, else into the emptiest that has room. @throws 500 without room. */
function launchDomain(call: ProviderContext, wanted: string | null, availabilityDomain: string, shape: string): string {
  const hasRoom = (name: string): boolean => !isExhausted(call.world, { availabilityDomain, faultDomain: name, shape });
  const chosen = faultDomain(call, wanted, availabilityDomain, hasRoom);
  if (!hasRoom(chosen)) throw outOfCapacity(SERVICE);
  return chosen;
}

/** The fault domain that is named, else the emptiest. @param hasRoom those that it may be rather than others */
export function faultDomain(
  call: ProviderContext,
  wanted: string | null,
  availabilityDomain: string,
  hasRoom: (name: string) => boolean = () => true,
): string {
  if (wanted !== null) {
    const found = FAULT_DOMAINS.find((name) => name === wanted.toUpperCase());
    if (found === undefined)
      throw invalid(SERVICE, `faultDomain ${wanted} is not valid: ${FAULT_DOMAINS.join(", ")}.`, "fault_domain");
    return found;
  }
  const { instances } = call.world.state.oci;
  const load = (name: string): number =>
    instances.filter((other) => other.availabilityDomain === availabilityDomain && other.faultDomain === name).length;
  const best = FAULT_DOMAINS.toSorted((a, b) => Number(hasRoom(b)) - Number(hasRoom(a)) || load(a) - load(b));
  return best[0] ?? FAULT_DOMAINS[0];
}

/** `user_data` is base64; all metadata together 32,000 bytes at most. */
function userData(metadata: Readonly<Record<string, string>>): string {
  const size = Object.entries(metadata).reduce((sum, [key, value]) => sum + key.length + Buffer.byteLength(value), 0);
  if (size > 32_000) throw invalid(SERVICE, `The metadata has ${size} bytes; 32000 are allowed.`, "metadata");
  const encoded = metadata.user_data ?? "";
  const decoded = Buffer.from(encoded, "base64");
  if (decoded.toString("base64").replace(/=+$/, "") !== encoded.replace(/=+$/, ""))
    throw invalid(SERVICE, "metadata user_data must be base64.", "metadata");
  return decoded.toString("utf8");
}

/** The room that a size takes; `before` is what it already has. */
function requireSize(call: ProviderContext, size: ShapeSize, storageGb: number, before: Instance | null): void {
  const same = before?.shape === size.shape;
  const [arm, micro] = [size.shape === A1_SHAPE, size.shape === MICRO_SHAPE];
  requireRoom(call.world.state.oci, {
    a1Cores: arm ? size.ocpus - (same ? before.ocpus : 0) : 0,
    a1Memory: arm ? size.memoryGb - (same ? before.memoryGb : 0) : 0,
    micros: micro && !same ? 1 : 0,
    storageGb: storageGb - (before?.bootVolumeGb ?? 0),
  });
}

/** What a body's object says; nothing where it is none. */
function inside(given: Attributes, name: string): Attributes {
  const value = given[name] ?? null;
  if (value !== null && !isObject(value)) throw invalid(SERVICE, `${name} must be an object.`, name);
  return Object.fromEntries(Object.entries(value ?? {}).filter(([, item]) => item !== null));
}

/** @param given launches said the image themselves before there were source details; both still may */
function sourceOf(call: ProviderContext, given: Attributes, before: Instance | null, shape: string) {
  const source = parsed(SERVICE, sourceBody, inside(given, "sourceDetails"));
  const type = source.sourceType ?? "image";
  if (type !== "image")
    throw invalid(SERVICE, `The sandbox boots from source type image, not ${type}.`, "source_details.source_type");
  const either = said(given, "imageId") ?? said(given, "image") ?? before?.imageId ?? null;
  const asked = source.instanceSourceImageFilterDetails;
  const filter = isObject(asked) ? asked : (before?.imageFilter ?? null);
  const chosen = filter === null || before ? null : imageByFilter(call, filter, shape);
  const imageId = source.imageId ?? source.sourceId ?? either ?? chosen;
  if (imageId === null) throw invalid(SERVICE, "sourceDetails.sourceId is required.", "source_details.source_id");
  return {
    imageId,
    filter,
    sizeGb: bootVolumeGb(Number(source.bootVolumeSizeInGBs ?? before?.bootVolumeGb ?? 50), before),
    vpus: before?.bootVolumeVpus ?? Number(source.bootVolumeVpusPerGB ?? 10),
  };
}

/** Objects of settings, over what they were. */
function settingsOf(given: Attributes, before: Instance | null): Attributes {
  const over = (name: "agentConfig" | "availabilityConfig" | "instanceOptions"): Attributes =>
    name in given ? { [name]: { ...before?.[name], ...inside(given, name) } } : {};
  const { isPvEncryptionInTransitEnabled: encrypted, ...options } = inside(given, "launchOptions");
  // A value that is the usual one is no request.
  const usual: Readonly<Record<string, Json>> = { ...(before && imageLaunchOptions(before.firmware)) };
  const asked = Object.entries(options).filter(([name, value]) => value !== usual[name]);
  return {
    ...over("agentConfig"),
    ...over("availabilityConfig"),
    ...over("instanceOptions"),
    launchOptions: { ...before?.launchOptions, ...Object.fromEntries(asked) },
    isPvEncryptionInTransitEnabled:
      given.isPvEncryptionInTransitEnabled ?? encrypted ?? before?.isPvEncryptionInTransitEnabled ?? false,
  };
}

/** Terraform waits until an instance runs, so that is where it begins here; its argument may ask for a stopped one. */
function powerState(given: Attributes, before: Instance | null): string {
  const wanted = said(given, "powerState") ?? before?.state ?? "RUNNING";
  if (wanted !== "RUNNING" && wanted !== "STOPPED")
    throw invalid(SERVICE, `state ${wanted} is not valid: RUNNING or STOPPED.`, "state");
  return wanted;
}

/** Launches said the subnet and the host name themselves before there were VNIC details; both still may. */
function vnicDetails(given: Attributes): Attributes {
  const { subnetId = null, hostnameLabel = null } = given;
  return { subnetId, hostnameLabel, ...inside(given, "createVnicDetails") };
}

function metadataOf(given: Attributes, before: Instance | null) {
  const metadata =
    given.metadata === undefined ? (before?.metadata ?? {}) : parsed(SERVICE, tags, inside(given, "metadata"));
  return { metadata, userData: userData(metadata) };
}

/** What a launch, or a change of what it made, comes to. */
export function launchFields(given: Attributes, call: ProviderContext, before: Instance | null): Attributes {
  const config = parsed(SERVICE, shapeBody, inside(given, "shapeConfig"));
  const usual = before && { ocpus: before.ocpus, memoryInGBs: before.memoryGb };
  const availabilityDomain =
    before?.availabilityDomain ?? requireAvailabilityDomain(call, SERVICE, required(given, "availabilityDomain"));
  const size = shapeSize(call.world.state.oci.account, said(given, "shape") ?? before?.shape ?? "", {
    ocpus: config.ocpus ?? usual?.ocpus ?? null,
    memoryInGBs: config.memoryInGBs ?? usual?.memoryInGBs ?? null,
  });
  if (!before && !hasShape(call, availabilityDomain, size.shape))
    throw notFound(SERVICE, `shape ${size.shape} in ${availabilityDomain}`, "shape");
  const source = sourceOf(call, given, before, size.shape);
  // A running instance does not need its image any more. Another image is another boot volume.
  const image = source.imageId === before?.imageId ? {} : bootImage(call, source.imageId, size.shape);
  const metadata = metadataOf(given, before);
  const displayName = said(given, "displayName") ?? before?.displayName ?? defaultName(call, "instance");
  const domain = said(given, "faultDomain") ?? before?.faultDomain ?? null;
  const state = powerState(given, before);
  requireSize(call, size, source.sizeGb, before);
  if (before) requireVnics(call, before, size, 0);
  return {
    ...given,
    ...size,
    ...image,
    ...metadata,
    ...settingsOf(given, before),
    displayName,
    state,
    availabilityDomain,
    faultDomain: before
      ? faultDomain(call, domain, availabilityDomain)
      : launchDomain(call, domain, availabilityDomain, size.shape),
    bootVolumeGb: source.sizeGb,
    bootVolumeVpus: source.vpus,
    imageFilter: source.filter,
    platformConfig: platformConfig(given, before?.platformConfig ?? null, size.shape),
    baselineOcpuUtilization: config.baselineOcpuUtilization ?? before?.baselineOcpuUtilization ?? null,
    ...(before
      ? changedVnic(call, before, vnicDetails(given))
      : attachVnic(call, vnicDetails(given), {
          availabilityDomain,
          displayName,
          definedTags: definedTagsOf(given, call),
        })),
  };
}
