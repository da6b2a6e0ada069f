/** The Talos image that instances boot: not built here, but fetched from the image factory, packed and uploaded. */
import { execFile } from "node:child_process";
import { createWriteStream } from "node:fs";
import { mkdir, open, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { promisify } from "node:util";
import { z } from "zod";
import { sha256OfFile } from "./artifact.ts";
import { ask } from "./ask.ts";
import { isMissing, oneLine } from "./errors.ts";
import { bareDisk, ociArchive, type OciArchive, sha256Of } from "./model/archive.ts";
import type { Destination } from "./upload-artifact.ts";
import type { UploadRequest } from "./upload/index.ts";

/** Which image, and where its disk is kept. */
export interface TalosImage {
  /** Without its v: `1.13.9`. */
  readonly version: string;
  /** The schematic, as the factory hashes it, and its id. */
  readonly schematic: string;
  readonly schematicId: string;
  /** Folder of builds and of what was fetched, absolute. */
  readonly artifacts: string;
  /** @default - https://factory.talos.dev */
  readonly factory?: string;
  /** Ends it early. */
  readonly signal: AbortSignal;
}

/** The same, and where it goes. */
export interface TalosUpload extends TalosImage, Destination, Pick<UploadRequest, "say" | "onProgress"> {
  readonly objectName: string;
  /** What converts it, for an object that is a VMDK. @default - qemu-img of PATH */
  readonly qemuImg?: string;
}

const FACTORY = "https://factory.talos.dev";
/** As the factory calls the disk of platform oracle (siderolabs/talos, pkg/machinery/platforms). */
const DISK = "oracle-arm64.qcow2";
/** The first bytes of every qcow2 (QEMU, docs/interop/qcow2). */
const MAGIC = Buffer.from([0x51, 0x46, 0x49, 0xfb]);

const registered = z.object({ id: z.string() });

const EFFECT = "no image was fetched";

/** The factory serves an image only once it knows its schematic. @throws Error where it hashes it otherwise than we do */
async function register({ schematic, schematicId, factory = FACTORY, signal }: TalosImage): Promise<void> {
  const answer = await ask(`${factory}/schematics`, { method: "POST", body: schematic, signal }, EFFECT);
  const { id } = registered.parse(await answer.json());
  if (id !== schematicId) throw new Error(`${factory}/schematics: got the id ${id}, allowed ${schematicId}`);
}

/** Whether a download is whole, and a disk. The factory publishes no checksum: what is trusted is its TLS certificate. */
async function checkDisk(file: string, address: string, sizeBytes: number | null): Promise<void> {
  const { size } = await stat(file);
  if (sizeBytes !== null && size !== sizeBytes) throw new Error(`${address}: got ${size} bytes of ${sizeBytes}`);
  const handle = await open(file);
  const { buffer } = await handle.read(Buffer.alloc(MAGIC.length), 0, MAGIC.length, 0).finally(() => handle.close());
  if (!buffer.equals(MAGIC)) throw new Error(`${address}: got what is no qcow2`);
}

/** A file of this image that an earlier run has kept, unless it has changed since; else made by `make`, whole or not at all. */
async function kept(image: TalosImage, name: string, make: (part: string) => Promise<void>): Promise<string> {
  const { version, schematicId, artifacts, signal } = image;
  const folder = join(artifacts, `talos-${version}-${schematicId.slice(0, 12)}`);
  const [file, sum] = [join(folder, name), join(folder, `${name}.sha256`)];
  const known = await readFile(sum, "utf8").catch(() => null);
  if (known !== null && (await sha256OfFile(file, signal).catch(() => "")) === known.trim()) return file;
  await mkdir(folder, { recursive: true });
  const part = `${file}.part`;
  try {
    await make(part);
    await rename(part, file);
    await writeFile(sum, `${await sha256OfFile(file, signal)}\n`);
  } finally {
    await rm(part, { force: true });
  }
  return file;
}

/** Fetches the disk from the factory. */
async function fetchDisk(image: TalosImage, part: string, say: (line: string) => void): Promise<void> {
  const { version, schematicId, factory = FACTORY, signal } = image;
  await register(image);
  const address = `${factory}/image/${schematicId}/v${version}/${DISK}`;
  say(`fetching ${address}: the factory makes it at the first request, which takes a while`);
  const answer = await ask(address, { signal }, EFFECT);
  if (answer.body === null) throw new Error(`${address}: got nothing`);
  await pipeline(Readable.fromWeb(answer.body), createWriteStream(part), { signal });
  const length = answer.headers.get("content-length");
  await checkDisk(part, address, length === null ? null : Number(length));
}

/** A stream-optimized VMDK, the one kind that OCI imports. @throws Error, one line, without qemu-img */
async function toVmdk({ qemuImg = "qemu-img", signal }: TalosUpload, disk: string, part: string): Promise<void> {
  const subformat = ["-o", "subformat=streamOptimized"];
  try {
    await promisify(execFile)(qemuImg, ["convert", "-f", "qcow2", "-O", "vmdk", ...subformat, disk, part], {
      signal,
    });
  } catch (error) {
    signal.throwIfAborted();
    const advice =
      'qemu-img is not on PATH, and makes the VMDK: install it (Debian: qemu-utils), or set images.format to "qcow2"';
    throw new Error(isMissing(error) ? advice : `qemu-img convert ${disk}: ${oneLine(error)}`, { cause: error });
  }
}

/** What is uploaded, as the object's name says. */
async function archiveOf(request: TalosUpload): Promise<OciArchive> {
  const { objectName, version, say } = request;
  const disk = await kept(request, DISK, (part) => fetchDisk(request, part, say));
  if (objectName.endsWith(".vmdk"))
    return bareDisk(await kept(request, "oracle-arm64.vmdk", (part) => toVmdk(request, disk, part)));
  return ociArchive(disk, { operatingSystem: "Talos Linux", operatingSystemVersion: version });
}

/**
 * Provides the image in its bucket: found there, or fetched and uploaded.
 *
 * @throws Error, one line: no answer, no such version, not free, refused by Object Storage
 */
export async function provideTalosImage(request: TalosUpload): Promise<void> {
  const { store, bucket, objectName, schematicId, say } = request;
  // Brings Oracle's SDK, which takes a while to load.
  const { presentImage, uploadImage } = await import("./upload/index.ts");
  if ((await presentImage(store, bucket, objectName)) !== null) return;
  const archive = await archiveOf(request);
  const sha256 = await sha256Of(archive.read());
  const { status } = await uploadImage({ ...request, archive, sha256, inputHash: schematicId, keep: [objectName] });
  say(`${objectName}: ${status}`);
}
