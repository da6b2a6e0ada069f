/** Images: custom ones, Oracle's own, and the shapes that were added to them. */
import type { Attributes } from "../../plugin/resource.ts";
import type { Image } from "../../world/oci.ts";
import { firmware, image, imageLaunchOptions, shapeManagement } from "../image.ts";
import { type PlatformImage, platformImages } from "../platform-images.ts";
import { conflict, notFound } from "../refusals.ts";
import { regionOf } from "../regions.ts";
import { requireCompartment } from "../stored.ts";
import { byRules, collection, record, shown, viewOf } from "./collection.ts";
import { fieldsOf } from "./fields.ts";
import { listed } from "./lists.ts";
import type { Answer } from "./answer.ts";
import { type Asked, needed, type Route } from "./route.ts";
import { shapesOf } from "./shapes.ts";

const BASE = "/20160918";
const PATH = `${BASE}/images`;

const images = byRules<Image>({
  path: PATH,
  service: "Core Image",
  resource: "oci_core_image",
  type: image,
  states: { creating: "IMPORTING", deleting: "DELETED", deleted: "DELETED" },
  changed: importWork,
  all: (tenancy) => tenancy.images,
  view: (each) => ({
    displayName: each.displayName,
    lifecycleState: "AVAILABLE",
    baseImageId: null,
    createImageAllowed: true,
    launchMode: each.launchMode,
    launchOptions: fieldsOf(imageLaunchOptions(firmware(each))),
    agentFeatures: { isManagementSupported: false, isMonitoringSupported: false },
    operatingSystem: each.operatingSystem,
    operatingSystemVersion: each.operatingSystemVersion,
    sizeInMBs: each.sizeInMbs,
    billableSizeInGBs: Math.ceil(each.sizeInMbs / 1024),
  }),
});

/**
 * The import's work request: the Terraform provider (8.28.0) forgets the id of an image that comes without one. It asks
 * Oracle itself after it, whatever endpoints it was given, which is what the proxy of sandbox/outside is for.
 */
function importWork(asked: Asked, { id, compartmentId }: Image, action: string): Readonly<Record<string, string>> {
  if (action !== "CREATED") return {};
  const work = asked.door.workRequests.accept(asked.call, {
    operationType: "CreateImage",
    actionType: "CREATED",
    compartmentId,
    entityType: "image",
    identifier: id,
    entityUri: `${PATH}/${id}`,
  });
  return { "opc-work-request-id": work };
}

function platformView(each: PlatformImage): Attributes {
  return {
    id: each.id,
    compartmentId: null,
    displayName: each.displayName,
    lifecycleState: "AVAILABLE",
    baseImageId: null,
    createImageAllowed: true,
    launchMode: "NATIVE",
    launchOptions: fieldsOf(imageLaunchOptions("UEFI_64")),
    agentFeatures: { isManagementSupported: true, isMonitoringSupported: true },
    operatingSystem: each.operatingSystem,
    operatingSystemVersion: each.version,
    sizeInMBs: 47_694,
    billableSizeInGBs: 2,
    timeCreated: each.timeCreated,
    freeformTags: {},
    definedTags: {},
  };
}

function entry(asked: Asked, shape: string): Attributes {
  return { imageId: asked.params.id ?? "", shape, memoryConstraints: null, ocpuConstraints: null };
}

function requireEntry(asked: Asked): Answer {
  const { id = "", shape = "" } = asked.params;
  if (!shapesOf(asked, id).includes(shape)) throw notFound(images.service, `shape ${shape} of image ${id}`);
  return shown(entry(asked, shape));
}

async function addShape(asked: Asked): Promise<Answer> {
  const found = record(asked, images);
  const { shape = "" } = asked.params;
  // To put what is there already changes nothing.
  if (!found.shapes.some(({ name, ofArchive }) => name === shape && !ofArchive))
    await shapeManagement.create(asked.call, {
      compartment_id: found.compartmentId,
      image_id: found.id,
      shape_name: shape,
    });
  return shown(entry(asked, shape));
}

function removeShape(asked: Asked): Answer {
  const found = record(asked, images);
  const { shape = "" } = asked.params;
  if (!found.shapes.some(({ name }) => name === shape)) throw notFound(images.service, `shape ${shape}`);
  found.shapes = found.shapes.filter(({ name }) => name !== shape);
  asked.call.world.changed();
  return { status: 204 };
}

function list(asked: Asked): Answer {
  const compartmentId = requireCompartment(asked.call, images.service, needed(asked.query, "compartmentId"));
  const custom = asked.call.world.state.oci.images.filter((each) => each.compartmentId === compartmentId);
  const all = [
    ...custom.map((each) => viewOf(asked, images, each)),
    ...platformImages(regionOf(asked.call)).map(platformView),
  ];
  const shape = asked.query.get("shape");
  return listed(asked, shape ? all.filter(({ id }) => shapesOf(asked, String(id)).includes(shape)) : all);
}

function get(asked: Asked): Answer | null {
  const platform = platformImages(regionOf(asked.call)).find(({ id }) => id === asked.params.id);
  return platform ? shown(platformView(platform)) : null;
}

function refuseForPlatform(asked: Asked): void {
  if (get(asked)) throw conflict(images.service, `${asked.params.id} is Oracle's own image.`);
}

const own = collection(images);

/** Oracle's own images can be read; the rest is as with every collection. */
const imageRoutesOfOwn = own.map((route): Route => ({
  ...route,
  run(asked) {
    if (route.path === `${PATH}/{id}` && route.method !== "GET") refuseForPlatform(asked);
    return (route.path === `${PATH}/{id}` && route.method === "GET" ? get(asked) : null) ?? route.run(asked);
  },
}));

export const imageRoutes: readonly Route[] = [
  {
    method: "GET",
    path: `${BASE}/workRequests/{id}`,
    run: ({ door, params }) => shown(door.workRequests.get(params.id ?? "")),
  },
  { method: "GET", path: PATH, run: list },
  ...imageRoutesOfOwn,
  {
    method: "GET",
    path: `${PATH}/{id}/shapes`,
    run: (asked) =>
      listed(
        asked,
        shapesOf(asked, asked.params.id ?? "").map((shape) => entry(asked, shape)),
      ),
  },
  { method: "GET", path: `${PATH}/{id}/shapes/{shape}`, run: requireEntry },
  { method: "PUT", path: `${PATH}/{id}/shapes/{shape}`, run: addShape },
  { method: "DELETE", path: `${PATH}/{id}/shapes/{shape}`, run: removeShape },
];
