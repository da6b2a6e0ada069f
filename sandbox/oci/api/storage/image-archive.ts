/** What an `.oci` archive says of the image in it: `image_metadata.json`, whose fields images/model/archive-metadata.ts explains. */
import { PassThrough, pipeline, type Readable } from "node:stream";
import { text } from "node:stream/consumers";
import { createGunzip } from "node:zlib";
import { extract } from "tar-stream";
import { z } from "zod";
import type { BucketObject, ImageArchive } from "../../resources/bucket.ts";
import type { ApiState } from "../../http/api-state.ts";
import { read } from "./files.ts";

const METADATA = z.object({
  externalLaunchOptions: z.object({ firmware: z.string().optional() }).optional(),
  additionalMetadata: z
    .object({ shapeCompatibilities: z.array(z.object({ internalShapeName: z.string() })).optional() })
    .optional(),
});

const GZIP = Buffer.from([0x1f, 0x8b]);

async function startOf(bytes: Readable): Promise<Buffer> {
  for await (const chunk of bytes) return Buffer.from(chunk);
  return Buffer.alloc(0);
}

/** @returns the text of that file of a tar; null without one */
async function fileOf(bytes: Readable, unpack: NodeJS.ReadWriteStream, name: string): Promise<string | null> {
  const entries = extract();
  // What breaks on the way ends the entries, and there it is met.
  pipeline(bytes, unpack, entries, () => undefined);
  for await (const entry of entries) {
    if (entry.header.name.replace(/^\.\//, "") === name) return text(entry);
    entry.resume();
  }
  return null;
}

/** Notes at the object what its archive says; an object that is none says nothing. */
export async function noteArchive(api: ApiState, object: BucketObject): Promise<void> {
  if (!object.name.endsWith(".oci")) return;
  const bytes = (end: number) => read(api, object.files, 0, end);
  try {
    const start = await startOf(bytes(Math.min(object.size, GZIP.length)));
    const unpack = start.equals(GZIP) ? createGunzip() : new PassThrough();
    const found = await fileOf(bytes(object.size), unpack, "image_metadata.json");
    if (found === null) return;
    const { externalLaunchOptions, additionalMetadata } = METADATA.parse(JSON.parse(found));
    const archive: ImageArchive = {
      shapes: (additionalMetadata?.shapeCompatibilities ?? []).map(({ internalShapeName }) => internalShapeName),
      firmware: externalLaunchOptions?.firmware ?? null,
    };
    object.archive = archive;
    api.world.changed();
  } catch {
    // Not an archive, or not one that can be read.
  }
}
