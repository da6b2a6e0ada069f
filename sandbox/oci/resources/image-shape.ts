/** Shapes that an image may boot on: those that its archive names, and those that somebody added. */
import { z } from "zod";
import type { Part } from "../kernel/part.ts";
import { maybeText, text } from "../kernel/resource.ts";
import { text as required } from "../model/attributes.ts";
import { notFound } from "../model/refusals.ts";
import { SHAPES } from "../model/shapes.ts";
import { requireCompartment } from "../model/records.ts";
import { image, type ImageBody } from "./image.ts";

const SERVICE = "Core Shape Management";

const body = z.object({
  shape: text,
  /** Null: the archive names it, and nobody has added it. */
  compartmentId: maybeText,
});

/** A shape that an image boots on, and who added it. */
export type ImageShape = z.output<typeof body>;

/** An image imported by hand boots on x86 shapes; A1 has to be added, or named by the archive. */
export const imageShape: Part<ImageBody, ImageShape> = {
  type: "oci_core_shape_management",
  service: SERVICE,
  idType: "imageshape",
  parent: image,
  path: "shapes",
  place: { id: "image_id" },
  key: "shape",
  // A PUT: what is there already may be put once more.
  put: true,
  without: ["list", "create", "get", "update", "delete"],
  body,
  renames: { shape_name: "shape" },
  all: ({ shapes }) => shapes,
  check({ shape, compartmentId }, { call }) {
    requireCompartment(call, SERVICE, compartmentId ?? "");
    if (!SHAPES.some((each) => each === shape)) throw notFound(SERVICE, `shape ${shape}`, "shape_name");
  },
  importId: ({ shape, compartmentId }, { id }) => `c/${compartmentId}/i/${id}/s/${shape}`,
  inventoryName: ({ compartmentId }, { displayName }) => (compartmentId === null ? null : displayName),
  // The provider has no import of these, and reads them by what their id says.
  terraform: ({ create, read, delete: remove }) => ({
    create,
    delete: remove,
    read(call, state) {
      const [, image_id = "", shape_name = ""] = /\/i\/([^/]+)\/s\/(.+)$/.exec(required(state, "id")) ?? [];
      return read(call, { image_id, shape_name });
    },
  }),
};
