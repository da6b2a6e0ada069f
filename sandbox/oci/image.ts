/** Custom images, imported from Object Storage, and the shapes they may boot on. */
import { schemasAreAttached } from "../faults/conditions.ts";
import type { Attributes, Call, ResourceType } from "../plugin/resource.ts";
import type { BucketObject, Image, ImageShape } from "../world/oci.ts";
import { block, maybeText, text } from "./attributes.ts";
import { attachedSchema } from "./resources/capability-schema.ts";
import { invalid, notFound, notPlayed } from "./refusals.ts";
import { SHAPES } from "./shapes.ts";
import { defaultName, find, newObject, requireCompartment, requireObject, stored } from "./stored.ts";

const SERVICE = "Core Image";
const SHAPE_SERVICE = "Core Shape Management";

/** An `.oci` archive brings its firmware and shapes; everything else is imported for BIOS (terraform-provider-oci#2052). */
export function imageLaunchOptions(firmware: string): Attributes {
  return {
    boot_volume_type: "PARAVIRTUALIZED",
    firmware,
    is_consistent_volume_naming_enabled: true,
    is_pv_encryption_in_transit_enabled: false,
    network_type: "PARAVIRTUALIZED",
    remote_data_volume_type: "PARAVIRTUALIZED",
  };
}

function isArchive({ objectName }: Image): boolean {
  return objectName.endsWith(".oci");
}

export function firmware(image: Image): string {
  return image.firmware ?? (isArchive(image) ? "UEFI_64" : "BIOS");
}

/** A bucket that the sandbox does not have is taken on trust, for labs upload no image to it; one that it has is not. */
function imageObject(call: Call, bucketName: string, objectName: string): BucketObject | null {
  const bucket = call.world.state.oci.buckets.find(({ name }) => name === bucketName);
  if (!bucket) return null;
  const found = bucket.objects.find(({ name }) => name === objectName);
  if (found) return found;
  throw notFound(SERVICE, `object ${objectName} in bucket ${bucketName}`, "image_source_details.object_name");
}

export const image = stored<Image>({
  service: SERVICE,
  all: (tenancy) => tenancy.images,
  attributes: (record) => ({
    agent_features: [{ is_management_supported: false, is_monitoring_supported: false }],
    base_image_id: null,
    billable_size_in_gbs: String(Math.ceil(record.sizeInMbs / 1024)),
    create_image_allowed: true,
    display_name: record.displayName,
    launch_mode: record.launchMode,
    launch_options: [imageLaunchOptions(firmware(record))],
    listing_type: null,
    operating_system: record.operatingSystem,
    operating_system_version: record.operatingSystemVersion,
    size_in_mbs: String(record.sizeInMbs),
    state: "AVAILABLE",
  }),
  create(call, planned) {
    const source = block(planned, "image_source_details");
    const type = maybeText(source, "source_type");
    if (type === "objectStorageUri") throw notPlayed(`sourceType ${type}`, "image_source_details.source_type");
    if (type !== "objectStorageTuple")
      throw invalid(
        SERVICE,
        `sourceType ${type} is not valid: objectStorageTuple or objectStorageUri.`,
        "image_source_details.source_type",
      );
    for (const name of ["bucket_name", "namespace_name", "object_name"]) {
      if (maybeText(source, name) === null)
        throw invalid(SERVICE, `imageSourceDetails needs ${name}.`, `image_source_details.${name}`);
    }
    const namespace = text(source, "namespace_name");
    if (namespace !== call.world.state.oci.namespace)
      throw notFound(SERVICE, `Object Storage namespace ${namespace}`, "image_source_details.namespace_name");
    const objectName = text(source, "object_name");
    const { shapes = [], firmware = null } = imageObject(call, text(source, "bucket_name"), objectName)?.archive ?? {};
    const object = newObject(call, SERVICE, "image", planned);
    if (schemasAreAttached(call.world)) call.world.state.oci.capabilitySchemas.push(attachedSchema(call, object));
    return {
      ...object,
      displayName: maybeText(planned, "display_name") ?? defaultName(call, "image"),
      objectName,
      launchMode: maybeText(planned, "launch_mode") ?? (objectName.endsWith(".oci") ? "CUSTOM" : "PARAVIRTUALIZED"),
      operatingSystem: maybeText(source, "operating_system") ?? "Custom",
      operatingSystemVersion: maybeText(source, "operating_system_version") ?? "Custom",
      sizeInMbs: 20_480,
      ...(firmware !== null && { firmware }),
      shapes: shapes.map((name) => ({ name, compartmentId: object.compartmentId, ofArchive: true })),
    };
  },
  update(_call, record, planned) {
    record.displayName = maybeText(planned, "display_name") ?? record.displayName;
  },
});

function shapeId(imageId: string, shape: ImageShape): string {
  return `c/${shape.compartmentId}/i/${imageId}/s/${shape.name}`;
}

/** Of those that somebody added. */
export function shapeIds({ id, shapes }: Image): string[] {
  return shapes.filter(({ ofArchive }) => !ofArchive).map((shape) => shapeId(id, shape));
}

function readShape(call: Call, id: string): Attributes | null {
  const found = find(call, call.world.state.oci.images, /\/i\/([^/]+)\/s\//.exec(id)?.[1] ?? "");
  const shape = found?.shapes.find((candidate) => shapeId(found.id, candidate) === id);
  if (!found || !shape) return null;
  return { id, compartment_id: shape.compartmentId, image_id: found.id, shape_name: shape.name };
}

/** An image imported by hand boots on x86 shapes; A1 has to be added, or named by the archive. The provider has no import of these. */
export const shapeManagement: ResourceType = {
  create(call, planned) {
    const compartmentId = requireCompartment(call, SHAPE_SERVICE, text(planned, "compartment_id"));
    const target = requireObject(
      call,
      SHAPE_SERVICE,
      call.world.state.oci.images,
      text(planned, "image_id"),
      "image_id",
    );
    const name = text(planned, "shape_name");
    if (!SHAPES.some((shape) => shape === name)) throw notFound(SHAPE_SERVICE, `shape ${name}`, "shape_name");
    // A PUT: what is there already may be put once more.
    const shape = { name, compartmentId };
    target.shapes = [...target.shapes.filter((other) => other.name !== name), shape];
    call.world.changed();
    return { id: shapeId(target.id, shape) };
  },
  read: (call, state) => readShape(call, text(state, "id")),
  delete(call, state) {
    const target = find(call, call.world.state.oci.images, text(state, "image_id"));
    if (target === null) return;
    target.shapes = target.shapes.filter((shape) => shapeId(target.id, shape) !== text(state, "id"));
    call.world.changed();
  },
};
