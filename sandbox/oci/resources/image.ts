/** Custom images, imported from Object Storage; Oracle's own are listed with them. */
import { z } from "zod";
import { schemasAreAttached } from "../../faults/conditions.ts";
import type { Attributes, ProviderContext } from "../../plugin/resource.ts";
import type { BucketObject } from "./bucket.ts";
import { isObject, maybeText as said, MissingAttribute, text as required } from "../model/attributes.ts";
import { generatedName, maybeText, type Resource, type Stored, text } from "../kernel/resource.ts";
import { invalid, notFound } from "../model/refusals.ts";
import { regionOf } from "../model/regions.ts";
import { isX86, SHAPES } from "../model/shapes.ts";
import { requireCompartment, requireObject } from "../model/records.ts";
import { attachedSchema } from "./capability-schema.ts";
import type { ImageShape } from "./image-shape.ts";
import { platformImages } from "./platform-images.ts";

const SERVICE = "Core Image";

const body = z.object({
  displayName: generatedName,
  launchMode: text,
  operatingSystem: text.default("Custom"),
  operatingSystemVersion: text.default("Custom"),
  sizeInMBs: z.number().default(20_480),
  /** Name of the bucket object it was imported from; null: it is Oracle's own. */
  objectName: maybeText,
  /** The image of the instance that it was made of. */
  baseImageId: maybeText,
  /** `UEFI_64` or `BIOS` */
  firmware: text,
  shapes: z.array(z.custom<ImageShape>()).default([]),
});

/** What an image has of its own. */
export type ImageBody = z.output<typeof body>;
/** An image: the account's, or Oracle's. */
export type Image = Stored<ImageBody>;

/** What an instance of an image is launched with, where nobody says another. */
export function imageLaunchOptions(firmware: string) {
  return {
    bootVolumeType: "PARAVIRTUALIZED",
    firmware,
    isConsistentVolumeNamingEnabled: true,
    isPvEncryptionInTransitEnabled: false,
    networkType: "PARAVIRTUALIZED",
    remoteDataVolumeType: "PARAVIRTUALIZED",
  };
}

/** Where an object is. */
interface Place {
  readonly namespace: string;
  readonly bucketName: string;
  readonly objectName: string;
}

/** Of a URL of Object Storage, preauthenticated or not, at any region and any of its domains. */
const OBJECT_URL =
  /^https:\/\/(?:[\w-]+\.)*objectstorage\.[a-z0-9.-]+(?:\/p\/[^/]+)?\/n\/([^/]+)\/b\/([^/]+)\/o\/([^?]+)$/;

function placeAt(uri: string): Place {
  const [, namespace = "", bucketName = "", objectName = ""] = OBJECT_URL.exec(uri) ?? [];
  if (objectName === "")
    throw invalid(
      SERVICE,
      `sourceUri ${uri} is not valid: https://objectstorage.<region>.oraclecloud.com/n/<namespace>/b/<bucket>/o/<object>.`,
      "image_source_details.source_uri",
    );
  return { namespace, bucketName, objectName: decodeURIComponent(objectName) };
}

/** @throws ServiceRefusal for a source that is not an object; one that is named, not linked, is of this tenancy */
function placeOf(call: ProviderContext, source: Attributes): Place {
  const type = said(source, "sourceType");
  if (type === "objectStorageUri") return placeAt(said(source, "sourceUri") ?? "");
  if (type !== "objectStorageTuple")
    throw invalid(
      SERVICE,
      `sourceType ${type} is not valid: objectStorageTuple or objectStorageUri.`,
      "image_source_details.source_type",
    );
  const names = { bucketName: "bucket_name", namespaceName: "namespace_name", objectName: "object_name" };
  for (const [field, name] of Object.entries(names)) {
    if (said(source, field) === null)
      throw invalid(SERVICE, `imageSourceDetails needs ${name}.`, `image_source_details.${name}`);
  }
  const namespace = required(source, "namespaceName");
  if (namespace !== call.world.state.oci.namespace)
    throw notFound(SERVICE, `Object Storage namespace ${namespace}`, "image_source_details.namespace_name");
  return { namespace, bucketName: required(source, "bucketName"), objectName: required(source, "objectName") };
}

/** What is elsewhere is taken on trust, as labs upload no image: another tenancy, a bucket that the sandbox does not have. */
function imageObject(call: ProviderContext, { namespace, bucketName, objectName }: Place): BucketObject | null {
  const { oci } = call.world.state;
  const bucket = namespace === oci.namespace ? oci.buckets.find(({ name }) => name === bucketName) : undefined;
  if (!bucket) return null;
  const found = bucket.objects.find(({ name }) => name === objectName);
  if (found) return found;
  throw notFound(SERVICE, `object ${objectName} in bucket ${bucketName}`, "image_source_details.object_name");
}

/** An `.oci` archive brings its firmware and shapes; everything else is imported for BIOS (terraform-provider-oci#2052). */
function imported(call: ProviderContext, source: Attributes): Attributes {
  const place = placeOf(call, source);
  const { objectName } = place;
  const archive = imageObject(call, place)?.archive;
  const isArchive = objectName.endsWith(".oci");
  return {
    launchMode: isArchive ? "CUSTOM" : "PARAVIRTUALIZED",
    operatingSystem: said(source, "operatingSystem") ?? "Custom",
    operatingSystemVersion: said(source, "operatingSystemVersion") ?? "Custom",
    objectName,
    firmware: archive?.firmware ?? (isArchive ? "UEFI_64" : "BIOS"),
    shapes: (archive?.shapes ?? []).map((shape) => ({ shape, compartmentId: null })),
  };
}

/** What an instance's disk is, with the shapes and the system of the image that it was made of. */
function captured(call: ProviderContext, id: string): Attributes {
  const host = requireObject(call, SERVICE, call.world.state.oci.instances, id, "instance_id");
  const base = requireImage(call, SERVICE, host.imageId);
  const { launchMode, operatingSystem, operatingSystemVersion, objectName, firmware, shapes } = base;
  return {
    launchMode,
    operatingSystem,
    operatingSystemVersion,
    objectName,
    firmware,
    shapes: [...shapes],
    baseImageId: base.id,
    sizeInMBs: host.bootVolumeGb * 1024,
  };
}

function matching(query: URLSearchParams, call: ProviderContext): readonly Image[] {
  const [compartmentId, region, wanted] = [query.get("compartmentId"), regionOf(call), query.get("shape")];
  if (!compartmentId) throw new MissingAttribute("compartment_id");
  requireCompartment(call, SERVICE, compartmentId);
  return imagesIn(call, compartmentId).filter(
    (each) => each.region === region && (!wanted || bootShapes(each).includes(wanted)),
  );
}

/** A compartment's images, and Oracle's own. */
export function imagesIn(call: ProviderContext, compartmentId: string): readonly Image[] {
  const custom = call.world.state.oci.images.filter((each) => each.compartmentId === compartmentId);
  return [...custom, ...platformImages(regionOf(call))];
}

/** What an image boots on: one that names no shape is taken for an x86 image until one is added. */
export function bootShapes({ shapes }: Image): readonly string[] {
  return shapes.length === 0 ? SHAPES.filter(isX86) : shapes.map(({ shape }) => shape);
}

/** An image of either kind. @throws ServiceRefusal 404 */
export function requireImage(call: ProviderContext, service: string, id: string, attribute?: string): Image {
  const region = regionOf(call);
  const all = [...call.world.state.oci.images, ...platformImages(region)];
  const found = all.find((each) => each.id === id && each.region === region);
  if (!found) throw notFound(service, id, attribute);
  return found;
}

declare module "../../world/oci.ts" {
  interface OciTenancy {
    images: Image[];
  }
}

/** Imported at once; the work request says that it takes a while. */
export const image: Resource<ImageBody> = {
  type: "oci_core_image",
  service: SERVICE,
  path: "/20160918/images",
  idType: "image",
  state: "AVAILABLE",
  states: { creating: "IMPORTING", deleting: "DELETED", deleted: "DELETED" },
  // The Terraform provider (8.28.0) forgets the id of an image that comes without a work request. It asks Oracle itself
  // after it, whatever endpoints it was given, which is what the proxy of sandbox/outside is for.
  workBeside: { entityType: "image", create: "CreateImage" },
  body,
  fixed: ["launchMode"],
  readOnly: ["sizeInMBs", "baseImageId", "objectName", "firmware", "shapes"],
  hidden: ["objectName", "firmware", "shapes"],
  all: (tenancy) => tenancy.images,
  unmade: (call) => platformImages(regionOf(call)),
  unmadeIs: "Oracle's own image",
  selected: matching,
  prepare({ imageSourceDetails = null, instanceId = null, ...rest }, { call, before }) {
    if (before) return rest;
    if (instanceId !== null) return { ...captured(call, String(instanceId)), ...rest };
    return { ...imported(call, isObject(imageSourceDetails) ? imageSourceDetails : {}), ...rest };
  },
  made(record, _said, call) {
    if (schemasAreAttached(call.world)) call.world.state.oci.capabilitySchemas.push(attachedSchema(call, record));
  },
  computed({ compartmentId, firmware, sizeInMBs }) {
    const isOracles = compartmentId === "";
    return {
      agentFeatures: isOracles ? { isManagementSupported: true, isMonitoringSupported: true } : null,
      billableSizeInGBs: isOracles ? 2 : Math.ceil(sizeInMBs / 1024),
      createImageAllowed: true,
      launchOptions: imageLaunchOptions(firmware),
      listingType: null,
    };
  },
};
