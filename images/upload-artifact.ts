/** A built Proxmox image, on its way into a bucket. */
import { type Artifact, verifyArtifact } from "./artifact.ts";
import { PROXMOX } from "./model/definitions.ts";
import { objectNameOf } from "./index.ts";
import { archiveOf } from "./operating-system.ts";
import type { ObjectStore, Uploaded, UploadRequest } from "./upload/index.ts";

/** The bucket that an artifact goes to. */
export interface Destination {
  readonly store: ObjectStore;
  readonly bucket: string;
  /** OCID of the compartment that the bucket is in, or is made in. */
  readonly compartmentId: string;
  /** Goes over the Always Free limit of object storage with a warning. */
  readonly allowPaid: boolean;
}

interface UploadedArtifact extends Uploaded {
  readonly objectName: string;
  /** Of the object. */
  readonly sha256: string;
}

/**
 * Verifies a build byte by byte and uploads it, unless it is there.
 *
 * @throws Tampered; UploadError, one line
 */
export async function uploadArtifact(
  artifact: Artifact,
  destination: Destination,
  { say, onProgress }: Pick<UploadRequest, "say" | "onProgress">,
): Promise<UploadedArtifact> {
  const { disk, manifest } = artifact;
  const { sha256 } = manifest.archive;
  await verifyArtifact(artifact, destination.store.signal);
  const objectName = objectNameOf(PROXMOX, manifest.inputHash, sha256);
  // Brings Oracle's SDK, which takes a while to load.
  const { uploadImage } = await import("./upload/index.ts");
  const uploaded = await uploadImage({
    ...destination,
    archive: await archiveOf(PROXMOX, disk, manifest.versions),
    objectName,
    sha256,
    inputHash: manifest.inputHash,
    say,
    keep: [objectName],
    ...(onProgress && { onProgress }),
  });
  return { ...uploaded, objectName, sha256 };
}
