/**
 * The `.oci` package of an image, a tar of `image_metadata.json` and `output.QCOW2` (names: oracle/oci-cli#869). It is
 * a view over the qcow2 on disk: there is no second copy, neither on disk nor in memory.
 */
import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { Readable } from "node:stream";
import { pack } from "tar-stream";
import { imageMetadata, type OperatingSystem } from "./archive-metadata.ts";

/** What is uploaded: an archive, or a bare disk, that can be read from any byte on, as often as needed. */
export interface OciArchive {
  /** The disk that it shows. */
  readonly file: string;
  readonly sizeBytes: number;
  /**
   * Bytes [start, end), all of them by default. Fails with ArchiveError when the qcow2 is gone or got shorter.
   *
   * @throws RangeError when there are no such bytes
   */
  read(start?: number, end?: number): Readable;
}

/** The disk image on disk is not, or no longer, what it was taken for. */
export class ArchiveError extends Error {
  override readonly name = "ArchiveError";
}

const BLOCK = 512;
const END_OF_TAR = Buffer.alloc(2 * BLOCK);
const CHUNK_BYTES = 1024 * 1024;

const paddingOf = (sizeBytes: number): Buffer => Buffer.alloc((BLOCK - (sizeBytes % BLOCK)) % BLOCK);

/** The header of one entry. Nothing in it but name and size varies, so that an image gives the same bytes everywhere. */
async function tarHeader(name: string, size: number): Promise<Buffer> {
  const entries = pack();
  const owner = { uid: 0, gid: 0, uname: "root", gname: "root" };
  entries.entry({ name, size, mode: 0o644, mtime: new Date(0), type: "file", ...owner });
  // The header comes before the content, which is never written: leaving the loop ends the stream.
  for await (const block of entries) if (Buffer.isBuffer(block)) return block;
  throw new Error(`tar-stream made no header for ${name}`);
}

/** Bytes [start, end) of what stands at `offset` in the archive; nothing where they do not meet. */
function overlap(sizeBytes: number, offset: number, start: number, end: number): readonly [number, number] {
  const from = Math.max(start - offset, 0);
  return [from, Math.max(Math.min(end - offset, sizeBytes), from)];
}

async function* readFileSlice(file: string, start: number, end: number): AsyncGenerator<Buffer> {
  if (start === end) return;
  let missing = end - start;
  try {
    for await (const chunk of createReadStream(file, { start, end: end - 1, highWaterMark: CHUNK_BYTES })) {
      missing -= chunk.length;
      yield chunk;
    }
  } catch (error) {
    throw new ArchiveError(`${file}: cannot be read: ${String(error)}`, { cause: error });
  }
  if (missing > 0) throw new ArchiveError(`${file}: got ${missing} bytes shorter while it was read; build it again`);
}

/** @throws RangeError */
function requireBytes(start: number, end: number, sizeBytes: number): void {
  if (!(start >= 0 && start <= end && end <= sizeBytes))
    throw new RangeError(`bytes ${start} to ${end} of an archive of ${sizeBytes}`);
}

/** A disk that is imported as it is. @throws ArchiveError, one line, when there is no such file */
export async function bareDisk(file: string): Promise<OciArchive> {
  const found = await stat(file).catch(() => null);
  if (!found?.isFile()) throw new ArchiveError(`${file}: no such file`);
  const sizeBytes = found.size;
  return {
    file,
    sizeBytes,
    read(start = 0, end = sizeBytes) {
      requireBytes(start, end, sizeBytes);
      return Readable.from(readFileSlice(file, start, end), { objectMode: false });
    },
  };
}

/**
 * The archive of a disk image.
 *
 * @param qcow2 the disk image, which must stay as it is while the archive is read
 * @throws ArchiveError, one line, when there is no such file
 * @example const archive = await ociArchive("artifacts/proxmox-ampere/disk.qcow2", { operatingSystem: "Debian", … });
 */
export async function ociArchive(qcow2: string, about: OperatingSystem): Promise<OciArchive> {
  const found = await stat(qcow2).catch(() => null);
  if (!found?.isFile()) throw new ArchiveError(`${qcow2}: no such file; make it with npx lab images build`);
  const diskBytes = found.size;
  const metadata = Buffer.from(imageMetadata(about));
  const head = Buffer.concat([
    await tarHeader("image_metadata.json", metadata.length),
    metadata,
    paddingOf(metadata.length),
    await tarHeader("output.QCOW2", diskBytes),
  ]);
  const tail = Buffer.concat([paddingOf(diskBytes), END_OF_TAR]);
  const sizeBytes = head.length + diskBytes + tail.length;

  async function* slice(start: number, end: number): AsyncGenerator<Buffer> {
    const [headStart, headEnd] = overlap(head.length, 0, start, end);
    if (headEnd > headStart) yield head.subarray(headStart, headEnd);
    yield* readFileSlice(qcow2, ...overlap(diskBytes, head.length, start, end));
    const [tailStart, tailEnd] = overlap(tail.length, head.length + diskBytes, start, end);
    if (tailEnd > tailStart) yield tail.subarray(tailStart, tailEnd);
  }

  return {
    file: qcow2,
    sizeBytes,
    read(start = 0, end = sizeBytes) {
      requireBytes(start, end, sizeBytes);
      return Readable.from(slice(start, end), { objectMode: false });
    },
  };
}

/** SHA-256, in hex, of all that a stream gives. */
export async function sha256Of(stream: AsyncIterable<Uint8Array>): Promise<string> {
  const hash = createHash("sha256");
  for await (const chunk of stream) hash.update(chunk);
  return hash.digest("hex");
}
