/** What images have beside their own calls: the shapes that they boot on, and the work requests of imports. */
import type { Attributes } from "../../plugin/resource.ts";
import { createPart, removePart } from "../kernel/part.ts";
import { notFound } from "../model/refusals.ts";
import { bootShapes, image, requireImage } from "../resources/image.ts";
import { imageShape } from "../resources/image-shape.ts";
import { declared, record, shown } from "../http/collection.ts";
import { listed } from "../http/lists.ts";
import type { Answer } from "../http/answer.ts";
import type { Asked, Route } from "../http/route.ts";

const BASE = "/20160918";
const SHAPES = `${image.path}/{id}/shapes`;

const images = declared(image);

function shapesOf({ call, params }: Asked): readonly string[] {
  return bootShapes(requireImage(call, images.service, params.id ?? ""));
}

function entry(asked: Asked, shape: string): Attributes {
  return { imageId: asked.params.id ?? "", shape, memoryConstraints: null, ocpuConstraints: null };
}

function list(asked: Asked): Answer {
  return listed(
    asked,
    shapesOf(asked).map((shape) => entry(asked, shape)),
  );
}

function get(asked: Asked): Answer {
  const { id = "", shape = "" } = asked.params;
  if (!shapesOf(asked).includes(shape)) throw notFound(images.service, `shape ${shape} of image ${id}`);
  return shown(entry(asked, shape));
}

function add(asked: Asked): Answer {
  const { compartmentId, shapes } = record(asked, images);
  const { shape = "" } = asked.params;
  // To put what is there already changes nothing.
  if (!shapes.some((each) => each.shape === shape && each.compartmentId !== null))
    createPart(imageShape, asked.call, asked.params, { shape, compartmentId });
  return shown(entry(asked, shape));
}

function remove(asked: Asked): Answer {
  record(asked, images);
  removePart(imageShape, asked.call, { ...asked.params, part: asked.params.shape ?? "" });
  return { status: 204 };
}

/** Calls on images beside their collection. */
export const imageRoutes: readonly Route[] = [
  {
    method: "GET",
    path: `${BASE}/workRequests/{id}`,
    run: ({ door, params }) => shown(door.workRequests.get(params.id ?? "")),
  },
  { method: "GET", path: SHAPES, run: list },
  { method: "GET", path: `${SHAPES}/{shape}`, run: get },
  { method: "PUT", path: `${SHAPES}/{shape}`, run: add },
  { method: "DELETE", path: `${SHAPES}/{shape}`, run: remove },
];
