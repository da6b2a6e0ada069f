/** How an archive is cut into parts. */

interface PartRange {
  /** Counts from 1. */
  readonly number: number;
  /** Bytes [start, end) of the archive. */
  readonly start: number;
  readonly end: number;
}

/** A part and what is in it. */
export interface Part extends PartRange {
  /** Of its bytes, in base64: as Object Storage gives it. */
  readonly md5: string;
}

const MIB = 1024 * 1024;

/** A lost connection costs at most this much of each part under way. */
const PART_BYTES = 64 * MIB;

/** Of one upload (docs.oracle.com, Multipart Uploads). */
const MOST_PARTS = 10_000;

/** Bytes of each part but the last: a whole number of MiB, so that 10,000 parts are enough. */
export function partBytesFor(sizeBytes: number): number {
  return Math.max(PART_BYTES, Math.ceil(sizeBytes / MOST_PARTS / MIB) * MIB);
}

/** The parts, in order and without gaps. */
export function cut(sizeBytes: number, partBytes: number): readonly PartRange[] {
  return Array.from({ length: Math.ceil(sizeBytes / partBytes) }, (_, index) => ({
    number: index + 1,
    start: index * partBytes,
    end: Math.min((index + 1) * partBytes, sizeBytes),
  }));
}

/** Bytes of several parts together. */
export function bytesOf(parts: Iterable<PartRange>): number {
  let sum = 0;
  for (const { start, end } of parts) sum += end - start;
  return sum;
}
