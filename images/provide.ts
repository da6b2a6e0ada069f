/** Sees to it that the hosts' image is in its bucket: found there, or uploaded, or built first. */
import { type Artifact, readArtifact, verifyArtifact } from "./artifact.ts";
import { PROXMOX } from "./definitions.ts";
import { ensureImages, type ImagesOptions, objectNameOf } from "./index.ts";
import type { BuildResult } from "./build.ts";
import { archiveOf } from "./operating-system.ts";
import { recordBuild } from "./record.ts";
import type { ObjectStore, Progress } from "./upload/index.ts";

export interface ProvideOptions extends ImagesOptions {
  readonly artifacts: string;
  readonly store: ObjectStore;
  readonly bucket: string;
  /** OCID of the compartment that the bucket is in, or is made in. */
  readonly compartmentId: string;
  /** Goes over the Always Free limit of object storage with a warning. */
  readonly allowPaid: boolean;
  /** Builds the images; called only when there is neither an object nor a build. */
  readonly build: () => Promise<readonly BuildResult[]>;
  readonly say: (line: string) => void;
  readonly onProgress?: (progress: Progress) => void;
  readonly signal: AbortSignal;
}

/** A build of these inputs, verified byte by byte; null where there is none. */
async function localBuild(artifacts: string, inputHash: string, signal: AbortSignal): Promise<Artifact | null> {
  const artifact = await readArtifact(artifacts, PROXMOX);
  if (artifact?.manifest.inputHash !== inputHash) return null;
  await verifyArtifact(artifact, signal);
  return artifact;
}

/**
 * Provides the image that the hosts boot from. Builds and uploads only what is neither here nor there.
 *
 * @returns the name of its object, which is another than before when it had to be built
 * @throws Error, one line: no source pinned, tampered build, not free, refused by Object Storage
 */
export async function provideImage(options: ProvideOptions): Promise<string> {
  const { store, bucket, artifacts, say, signal } = options;
  const { proxmox } = await ensureImages(options);
  if (proxmox.sha256 !== null) {
    const { presentImage } = await import("./upload/index.ts");
    const found = await presentImage(store, bucket, proxmox.objectName);
    if (found?.sha256 === proxmox.sha256) return proxmox.objectName;
    say(`${proxmox.objectName} is not in bucket ${bucket} yet`);
  }
  let artifact = await localBuild(artifacts, proxmox.inputHash, signal);
  if (artifact === null) {
    if (proxmox.built) say(`${proxmox.name}: images.lock.json names a build that is neither here nor in the bucket`);
    artifact = (await options.build()).find(({ image }) => image === PROXMOX) ?? null;
    if (artifact === null) throw new Error("images: the build brought no Proxmox image");
  }
  const { manifest, disk } = artifact;
  const said = await recordBuild(options, PROXMOX, artifact);
  if (said !== null) say(said);
  const objectName = objectNameOf(PROXMOX, manifest.inputHash, manifest.archive.sha256);
  const { uploadImage } = await import("./upload/index.ts");
  const { status } = await uploadImage({
    store,
    archive: await archiveOf(PROXMOX, disk, manifest.versions),
    objectName,
    sha256: manifest.archive.sha256,
    inputHash: manifest.inputHash,
    bucket,
    compartmentId: options.compartmentId,
    allowPaid: options.allowPaid,
    say,
    keep: [objectName],
    ...(options.onProgress && { onProgress: options.onProgress }),
  });
  say(`${objectName}: ${status}`);
  return objectName;
}
