/** What images have beside their own calls: the shapes that they boot on, and the work requests of imports. */
import type { Attributes } from "../../plugin/resource.ts";
import { createPart, removePart } from "../kernel/part.ts";
import { notFound } from "../model/refusals.ts";
import { bootShapes, image, requireImage } from "../resources/image.ts";
import { imageShape } from "../resources/image-shape.ts";
import { record, shown } from "../http/collection.ts";
import { listed } from "../http/lists.ts";
import type { ApiResponse } from "../http/response.ts";
import type { ApiRequest, Route } from "../http/route.ts";

const BASE = "/20160918";
const SHAPES = `${image.path}/{id}/shapes`;

function shapesOf({ call, params }: ApiRequest): readonly string[] {
  return bootShapes(requireImage(call, image.service, params.id ?? ""));
}

function entry(request: ApiRequest, shape: string): Attributes {
  return { imageId: request.params.id ?? "", shape, memoryConstraints: null, ocpuConstraints: null };
}

function list(request: ApiRequest): ApiResponse {
  return listed(
    request,
    shapesOf(request).map((shape) => entry(request, shape)),
  );
}

function get(request: ApiRequest): ApiResponse {
  const { id = "", shape = "" } = request.params;
  if (!shapesOf(request).includes(shape)) throw notFound(image.service, `shape ${shape} of image ${id}`);
  return shown(entry(request, shape));
}

function add(request: ApiRequest): ApiResponse {
  const { compartmentId, shapes } = record(request, image);
  const { shape = "" } = request.params;
  // To put what is there already changes nothing.
  if (!shapes.some((each) => each.shape === shape && each.compartmentId !== null))
    createPart(imageShape, request.call, request.params, { shape, compartmentId });
  return shown(entry(request, shape));
}

function remove(request: ApiRequest): ApiResponse {
  record(request, image);
  removePart(imageShape, request.call, { ...request.params, part: request.params.shape ?? "" });
  return { status: 204 };
}

/** Calls on images beside their collection. */
export const imageRoutes: readonly Route[] = [
  {
    method: "GET",
    path: `${BASE}/workRequests/{id}`,
    run: ({ api, params }) => shown(api.workRequests.get(params.id ?? "")),
  },
  { method: "GET", path: SHAPES, run: list },
  { method: "GET", path: `${SHAPES}/{shape}`, run: get },
  { method: "PUT", path: `${SHAPES}/{shape}`, run: add },
  { method: "DELETE", path: `${SHAPES}/{shape}`, run: remove },
];
