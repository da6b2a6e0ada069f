/** Sending the parts of an archive, a few at a time. */
import { Readable } from "node:stream";
import type { OciArchive } from "../model/archive.ts";
import type { Part } from "./parts.ts";
import type { ObjectStore, Upload } from "./store.ts";

/** What the OCI CLI does by default (`--parallel-upload-count`). */
const PARALLEL = 3;

/** Acts on all items, a few at a time and in order; after a failure it begins no more, and throws when all are done. */
async function inParallel<T>(items: readonly T[], act: (item: T) => Promise<void>): Promise<void> {
  const queue = items.values();
  let failed = false;
  const work = async (): Promise<void> => {
    for (const item of queue) {
      if (failed) return;
      try {
        await act(item);
      } catch (error) {
        failed = true;
        throw error;
      }
    }
  };
  const ends = await Promise.allSettled(Array.from({ length: PARALLEL }, work));
  for (const end of ends) if (end.status === "rejected") throw end.reason;
}

interface SendListeners {
  /** How many bytes are out; less than before, when a part is sent anew. */
  readonly onSent: (bytes: number) => void;
  /** A part more has arrived whole, and stays. */
  readonly onArrived: (bytes: number) => void;
}

/** Sends these parts of an archive, straight from disk. */
export async function sendParts(
  store: ObjectStore,
  upload: Upload,
  archive: OciArchive,
  parts: readonly Part[],
  { onSent, onArrived }: SendListeners,
): Promise<void> {
  let sent = 0;
  await inParallel(parts, async (part) => {
    let sentOfPart = 0;
    async function* counted(): AsyncGenerator<Buffer> {
      sent -= sentOfPart;
      sentOfPart = 0;
      for await (const chunk of archive.read(part.start, part.end)) {
        yield chunk;
        sentOfPart += chunk.length;
        onSent((sent += chunk.length));
      }
    }
    await store.putPart(upload, part, () => Readable.from(counted(), { objectMode: false }));
    onArrived(part.end - part.start);
  });
}
