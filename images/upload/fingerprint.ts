/** Reads an archive once: is it the one that was built, and what is in each of its parts? */
import { createHash } from "node:crypto";
import type { OciArchive } from "../model/archive.ts";
import { UploadError } from "./errors.ts";
import { cut, type Part } from "./parts.ts";

/**
 * The parts of an archive, with their MD5.
 *
 * @param expected SHA-256 that the whole archive must have
 * @param onRead gets how many bytes have been read
 * @throws UploadError when it has another: the disk image was changed after it was built and tested
 */
export async function verifiedParts(
  archive: OciArchive,
  expected: string,
  partBytes: number,
  signal: AbortSignal,
  onRead: (bytes: number) => void,
): Promise<readonly Part[]> {
  const whole = createHash("sha256");
  const parts: Part[] = [];
  let read = 0;
  for (const range of cut(archive.sizeBytes, partBytes)) {
    const md5 = createHash("md5");
    for await (const chunk of archive.read(range.start, range.end)) {
      signal.throwIfAborted();
      whole.update(chunk);
      md5.update(chunk);
      onRead((read += chunk.length));
    }
    parts.push({ ...range, md5: md5.digest("base64") });
  }
  const actual = whole.digest("hex");
  if (actual === expected) return parts;
  throw new UploadError(
    `${archive.file}: not the image that was built: its archive has sha256 ${actual}, expected ${expected}; ` +
      "build it again with npx lab images build",
  );
}
