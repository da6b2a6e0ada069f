/** Builds images that are not there, packs and records them: the steps around a runner. */
import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { mkdir, readFile, rename, rm, stat } from "node:fs/promises";
import { join, resolve } from "node:path";
import { addAbortSignal } from "node:stream";
import { pipeline } from "node:stream/promises";
import { z } from "zod";
import { sha256Of } from "./model/archive.ts";
import {
  type Artifact,
  artifactFolder,
  checkArtifact,
  type Manifest,
  readArtifact,
  removeArtifact,
  sha256OfFile,
  writeManifest,
} from "./artifact.ts";
import { BASE, DISK, type ImageDefinition, PROXMOX } from "./model/definitions.ts";
import { isMissing, oneLine } from "./errors.ts";
import { identify, type ImageInputs, REPOSITORY, variablesOf } from "./identity.ts";
import { archiveOf } from "./operating-system.ts";
import { requirePinned } from "./pins.ts";
import type { Runner } from "./runners/runner.ts";

/** What to build, from which inputs, by which runner. */
export interface BuildOptions extends Omit<ImageInputs, "sourceSha512"> {
  /** What is wanted. The Proxmox image brings the base with it. */
  readonly images: readonly ImageDefinition[];
  /** The folder of builds, absolute. */
  readonly artifacts: string;
  readonly runner: Runner;
  /** A source image that takes the place of the pinned one. @default - the pinned one */
  readonly source?: string | null;
  /** Builds even what is there. @default false */
  readonly force?: boolean;
  readonly signal: AbortSignal;
  /** Takes what goes on, a line each. */
  readonly say: (line: string) => void;
  /** Takes each line of Packer's. @default - not read */
  readonly onOutput?: (image: ImageDefinition, line: string) => void;
}

/** An artifact, and whether this run has built it. */
export interface BuildResult extends Artifact {
  readonly image: ImageDefinition;
  readonly status: "built" | "present";
}

const versionsSchema = z.record(z.string(), z.string());

async function readVersions(folder: string): Promise<Readonly<Record<string, string>>> {
  const file = join(folder, "versions.json");
  try {
    return versionsSchema.parse(JSON.parse(await readFile(file, "utf8")));
  } catch (error) {
    throw new Error(`${file}: the build left no versions that can be read: ${oneLine(error)}`, { cause: error });
  }
}

/** SHA-512 of a source image. @throws Error, one line, when it cannot be read */
export async function sha512OfFile(file: string): Promise<string> {
  const hash = createHash("sha512");
  try {
    await pipeline(createReadStream(file), hash);
  } catch (error) {
    if (isMissing(error))
      throw new Error(`--source: got ${file}, which is not there; allowed: a disk image`, { cause: error });
    throw new Error(`--source: got ${file}, which cannot be read (${oneLine(error)}); allowed: a disk image`, {
      cause: error,
    });
  }
  return hash.digest("hex");
}

/** Where a build goes on until it is whole: beside its place, so that renaming it is one step. */
export function unfinishedFolder(artifacts: string, image: ImageDefinition): string {
  return join(artifacts, `.unfinished-${image.artifact}`);
}

type About = Pick<Manifest, "disk" | "archive" | "versions">;

/** What a disk is: checksums of it, and of the archive that it is uploaded as. */
async function describe(folder: string, image: ImageDefinition, signal: AbortSignal): Promise<About> {
  const disk = join(folder, DISK);
  const versions = await readVersions(folder);
  const archive = await archiveOf(image, disk, versions);
  return {
    disk: { sha256: await sha256OfFile(disk, signal), sizeBytes: (await stat(disk)).size },
    archive: { sha256: await sha256Of(addAbortSignal(signal, archive.read())), sizeBytes: archive.sizeBytes },
    versions,
  };
}

function manifestOf(image: ImageDefinition, inputHash: string, runner: Manifest["runner"], about: About): Manifest {
  return { version: 1, image: image.key, inputHash, ...about, builtAt: new Date().toISOString(), runner };
}

/** Builds one image beside its place and puts it there when it is whole. */
async function buildOne(
  options: BuildOptions,
  image: ImageDefinition,
  inputHash: string,
  source: string | null,
): Promise<Artifact> {
  const { artifacts, runner, signal, say, onOutput } = options;
  const folder = unfinishedFolder(artifacts, image);
  await rm(folder, { recursive: true, force: true }); // of a run that was killed
  await mkdir(folder, { recursive: true });
  try {
    await runner.build({
      image,
      root: options.root ?? REPOSITORY,
      source,
      variables: variablesOf(options)[image.key],
      output: folder,
      signal,
      say: (line) => onOutput?.(image, line),
    });
    say(`${image.folder}: computing checksums`);
    const about = await describe(folder, image, signal);
    const manifest = manifestOf(image, inputHash, runner.name, about);
    await writeManifest(folder, manifest);
    await removeArtifact(artifacts, image);
    const place = artifactFolder(artifacts, image);
    await rename(folder, place);
    return { disk: join(place, DISK), manifest };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/**
 * Takes a disk that `dagger call build-all-images -o artifacts` has left for a build of the current inputs: the caller
 * vouches for that.
 *
 * @returns null where there is no disk
 * @throws Error, one line, when it has no versions.json beside it
 */
export async function adoptArtifact(
  inputs: ImageInputs,
  artifacts: string,
  image: ImageDefinition,
  signal: AbortSignal,
): Promise<Artifact | null> {
  const folder = artifactFolder(artifacts, image);
  const disk = join(folder, DISK);
  if ((await stat(disk).catch(() => null)) === null) return null;
  const inputHash = identify(inputs)[image.key];
  const about = await describe(folder, image, signal);
  const manifest = manifestOf(image, inputHash, "dagger", about);
  await writeManifest(folder, manifest);
  return { disk, manifest };
}

/** The artifact, if it is of these inputs. @throws Tampered when somebody has written to it */
async function present(artifacts: string, image: ImageDefinition, inputHash: string): Promise<Artifact | null> {
  const artifact = await readArtifact(artifacts, image);
  if (artifact?.manifest.inputHash !== inputHash) return null;
  await checkArtifact(artifact);
  return artifact;
}

/**
 * Builds what is wanted and not there, the base first.
 *
 * @returns both images when Proxmox is wanted and had to be built, else those that are wanted
 * @throws BuildFailed with Packer's last words; Tampered; Error, one line, when no source image is pinned or given
 * @example await buildImages({ images: [PROXMOX], artifacts: "/lab/artifacts", runner: localRunner(), signal, say });
 */
export async function buildImages(options: BuildOptions): Promise<readonly BuildResult[]> {
  const { images, artifacts, force = false, source = null } = options;
  const sourceSha512 = source === null ? null : await sha512OfFile(source);
  const hashes = identify({ ...options, sourceSha512 });
  const results: BuildResult[] = [];

  const provide = async (image: ImageDefinition, from: () => Promise<string | null>): Promise<BuildResult> => {
    const there = force ? null : await present(artifacts, image, hashes[image.key]);
    const artifact = there ?? (await buildOne(options, image, hashes[image.key], await from()));
    const result: BuildResult = { ...artifact, image, status: there === null ? "built" : "present" };
    results.push(result);
    return result;
  };
  const base = (): Promise<BuildResult> =>
    provide(BASE, async () => {
      if (source === null) await requirePinned(options.root ?? REPOSITORY);
      return source === null ? null : resolve(source);
    });

  const wanted = new Set(images);
  const built = wanted.has(BASE) ? await base() : null;
  if (wanted.has(PROXMOX)) await provide(PROXMOX, async () => (built ?? (await base())).disk);
  return results.sort((a, b) => Number(a.image === PROXMOX) - Number(b.image === PROXMOX));
}
