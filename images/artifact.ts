/** What a build leaves under `artifacts/`: a disk, and a manifest that says what it is. */
import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { readFile, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { z } from "zod";
import { DISK, type ImageDefinition } from "./model/definitions.ts";
import { isMissing, oneLine } from "./errors.ts";
import { digest } from "./lock.ts";

const manifestSchema = z.strictObject({
  version: z.literal(1),
  image: z.enum(["base", "proxmox"]),
  /** Of everything that went into the build: templates, scripts, variables, source image. */
  inputHash: digest,
  /** The disk, disk.qcow2. */
  disk: z.strictObject({ sha256: digest, sizeBytes: z.int().positive() }),
  /** The disk as it is uploaded: packed as `.oci`. */
  archive: z.strictObject({ sha256: digest, sizeBytes: z.int().positive() }),
  builtAt: z.iso.datetime(),
  runner: z.enum(["local", "dagger"]),
  versions: z.record(z.string(), z.string()),
});

/** What `manifest.json` says of the disk beside it. */
export type Manifest = z.infer<typeof manifestSchema>;

/** A build of an image. */
export interface Artifact {
  /** Absolute path of the disk. */
  readonly disk: string;
  readonly manifest: Manifest;
}

const MANIFEST = "manifest.json";
/** Times of the disk when its checksum last matched: if a stat still has them, the disk is unchanged. */
const SEEN = "seen.json";

/** The folder of an image's build. @param artifacts the folder of all builds, absolute */
export function artifactFolder(artifacts: string, image: ImageDefinition): string {
  return join(artifacts, image.artifact);
}

/**
 * The artifact of an image; null where there is none.
 *
 * @throws Error, one line, when its manifest is damaged
 */
export async function readArtifact(artifacts: string, image: ImageDefinition): Promise<Artifact | null> {
  const folder = artifactFolder(artifacts, image);
  const file = join(folder, MANIFEST);
  let text: string;
  try {
    text = await readFile(file, "utf8");
  } catch (error) {
    if (isMissing(error)) return null;
    throw error;
  }
  try {
    return { disk: join(folder, DISK), manifest: manifestSchema.parse(JSON.parse(text)) };
  } catch (error) {
    throw new Error(`${file}: ${oneLine(error)}; build the image again: npx lab images build ${image.key} --force`, {
      cause: error,
    });
  }
}

/** Writes `manifest.json` beside the disk, and remembers the disk's times. */
export async function writeManifest(folder: string, manifest: Manifest): Promise<void> {
  await writeFile(join(folder, MANIFEST), `${JSON.stringify(manifest, null, 2)}\n`);
  await remember(folder);
}

async function timesOf(folder: string): Promise<string> {
  const { size, mtimeMs, ctimeMs } = await stat(join(folder, DISK));
  return JSON.stringify({ size, mtimeMs, ctimeMs });
}

async function remember(folder: string): Promise<void> {
  await writeFile(join(folder, SEEN), await timesOf(folder));
}

/** SHA-256 of a file, read once through. @param signal ends it early */
export async function sha256OfFile(file: string, signal?: AbortSignal): Promise<string> {
  const hash = createHash("sha256");
  await pipeline(createReadStream(file, { highWaterMark: 1 << 20 }), hash, signal ? { signal } : {});
  return hash.digest("hex");
}

/** The disk was changed after it was built. */
class Tampered extends Error {
  override readonly name = "Tampered";
}

/**
 * Reads the whole disk and compares it with the manifest.
 *
 * @throws Tampered, one line
 */
export async function verifyArtifact({ disk, manifest }: Artifact, signal?: AbortSignal): Promise<void> {
  const found = await sha256OfFile(disk, signal);
  if (found !== manifest.disk.sha256) {
    throw new Tampered(
      `${disk}: got SHA-256 ${found}, but ${manifest.disk.sha256} was built: it has been changed since; ` +
        `build it again: npx lab images build ${manifest.image} --force`,
    );
  }
  await remember(join(disk, ".."));
}

/** As `verifyArtifact`, but reads the disk only if its times say that it was written to since it was last read. */
export async function checkArtifact(artifact: Artifact): Promise<void> {
  const folder = join(artifact.disk, "..");
  const seen = await readFile(join(folder, SEEN), "utf8").catch(() => "");
  if (seen !== (await timesOf(folder))) await verifyArtifact(artifact);
}

/** Deletes a build; no error where there is none. */
export async function removeArtifact(artifacts: string, image: ImageDefinition): Promise<void> {
  await rm(artifactFolder(artifacts, image), { recursive: true, force: true });
}
