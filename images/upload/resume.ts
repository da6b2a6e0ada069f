/** Finding what an earlier run has sent already. */
import { nullOn } from "./errors.ts";
import type { Part } from "./parts.ts";
import type { ObjectStore, StoredPart, Upload } from "./store.ts";

interface Unfinished {
  readonly upload: Upload;
  /** Numbers of the parts that need not be sent. */
  readonly done: ReadonlySet<number>;
}

const isPart = (stored: StoredPart, { start, end, md5 }: Part): boolean =>
  stored.sizeBytes === end - start && stored.md5 === md5;

/** Numbers of the parts that are stored; null when something is stored that this archive has not, cut like this. */
export function partsDone(parts: readonly Part[], stored: readonly StoredPart[]): ReadonlySet<number> | null {
  const known = new Map(parts.map((part) => [part.number, part]));
  const isOurs = stored.every((each) => {
    const part = known.get(each.number);
    return part !== undefined && isPart(each, part);
  });
  return isOurs ? new Set(stored.map(({ number }) => number)) : null;
}

/**
 * The upload to go on with: of those of this object, the one with the most parts. No record is kept of what was sent:
 * the server has sizes and MD5s, and the archive was hashed anyway. The others are aborted: they hold other content.
 */
export async function findUnfinished(
  store: ObjectStore,
  bucket: string,
  objectName: string,
  parts: readonly Part[],
): Promise<Unfinished | null> {
  let best: Unfinished | null = null;
  for (const upload of await store.uploads(bucket)) {
    if (upload.objectName !== objectName) continue;
    const stored = await nullOn(404, store.parts(upload));
    // Committed or aborted in the meantime.
    if (stored === null) continue;
    const done = partsDone(parts, stored);
    if (done === null) await store.abort(upload);
    else if (best === null || done.size > best.done.size) best = { upload, done };
  }
  return best;
}
