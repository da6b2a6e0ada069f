/** Provides the hosts' image in its bucket: found there, or uploaded, or built first. */
import { type Artifact, readArtifact } from "./artifact.ts";
import type { BuildResult } from "./build.ts";
import { PROXMOX } from "./model/definitions.ts";
import { ensureImages, type ImagesOptions } from "./index.ts";
import { recordBuild } from "./record.ts";
import { type Destination, uploadArtifact } from "./upload-artifact.ts";
import type { UploadRequest } from "./upload/index.ts";

/** Where the image goes, and how one is built where there is none. */
export interface ProvideOptions extends ImagesOptions, Destination, Pick<UploadRequest, "say" | "onProgress"> {
  readonly artifacts: string;
  /** Builds the images; called only when there is neither an object nor a build. */
  readonly build: () => Promise<readonly BuildResult[]>;
}

/** The build of these inputs that is here, or else a new one. */
async function localBuild({ artifacts, build }: ProvideOptions, inputHash: string): Promise<Artifact> {
  const artifact = await readArtifact(artifacts, PROXMOX);
  if (artifact?.manifest.inputHash === inputHash) return artifact;
  const built = (await build()).find(({ image }) => image === PROXMOX);
  if (built === undefined) throw new Error("images: the build brought no Proxmox image");
  return built;
}

/**
 * Provides the image that the hosts boot from. Builds and uploads only what is neither here nor there.
 *
 * @returns the name of its object, which is another than before when it had to be built
 * @throws Error, one line: no source pinned, tampered build, not free, refused by Object Storage
 */
export async function provideImage(options: ProvideOptions): Promise<string> {
  const { store, bucket, say } = options;
  const { proxmox } = await ensureImages(options);
  if (proxmox.sha256 !== null) {
    const { presentImage } = await import("./upload/index.ts");
    const found = await presentImage(store, bucket, proxmox.objectName);
    if (found?.sha256 === proxmox.sha256) return proxmox.objectName;
    say(`${proxmox.objectName}, which images.lock.json names, is not in bucket ${bucket}`);
  }
  const artifact = await localBuild(options, proxmox.inputHash);
  const said = await recordBuild(options, PROXMOX, artifact);
  if (said !== null) say(said);
  const { objectName, status } = await uploadArtifact(artifact, options, options);
  say(`${objectName}: ${status}`);
  return objectName;
}
