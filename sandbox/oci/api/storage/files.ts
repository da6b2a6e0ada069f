/** The bytes of objects: in files of the sandbox's own, written and read as they come, never whole in memory. */
import { createHash } from "node:crypto";
import { createReadStream, createWriteStream, mkdirSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { Readable, Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { ApiState } from "../../http/api-state.ts";

/** A file that was written, and what its bytes come to. */
export interface Written {
  /** Name in the objects' folder. */
  readonly file: string;
  readonly size: number;
  /** In base64. */
  readonly md5: string;
}

/** Writes what comes; a stream that breaks leaves no file behind. */
export async function write({ objects, world }: ApiState, content: Readable): Promise<Written> {
  mkdirSync(objects, { recursive: true, mode: 0o700 });
  const file = world.random(32);
  const hash = createHash("md5");
  let size = 0;
  const measured = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      hash.update(chunk);
      size += chunk.length;
      done(null, chunk);
    },
  });
  try {
    await pipeline(content, measured, createWriteStream(join(objects, file), { mode: 0o600 }));
  } catch (error) {
    forget({ objects }, [file]);
    throw error;
  }
  return { file, size, md5: hash.digest("base64") };
}

/** Removes files that no object has any more. */
export function forget({ objects }: Pick<ApiState, "objects">, files: readonly string[]): void {
  for (const file of files) rmSync(join(objects, file), { force: true });
}

/** Bytes [start, end) of files one after the other. */
export function read({ objects }: Pick<ApiState, "objects">, files: readonly string[], start: number, end: number) {
  const sizes = files.map((file) => statSync(join(objects, file)).size);
  async function* chunks(): AsyncGenerator<Buffer> {
    let offset = 0;
    for (const [index, file] of files.entries()) {
      const size = sizes[index] ?? 0;
      const [from, to] = [Math.max(0, start - offset), Math.min(size, end - offset)];
      if (from < to) yield* createReadStream(join(objects, file), { start: from, end: to - 1 });
      offset += size;
    }
  }
  return Readable.from(chunks(), { objectMode: false });
}
