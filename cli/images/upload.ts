/** `lab images upload` and `lab images prune`: the bucket of the lab's images. */
import { readArtifact } from "../../images/artifact.ts";
import { PROXMOX } from "../../images/definitions.ts";
import { ensureImages } from "../../images/index.ts";
import { uploadArtifact } from "../../images/upload-artifact.ts";
import { megabytes, progressLine } from "../../images/upload/progress.ts";
import { printDocument } from "../commands/document.ts";
import { CliError } from "../errors.ts";
import { atImages } from "./place.ts";
import { openDestination, type StoreOptions } from "./store.ts";

/** Uploads the Proxmox image, which is what hosts boot; the base is only what it is made from. */
export async function uploadCommand(options: StoreOptions): Promise<number> {
  return atImages(options, "lab images upload", async (place) => {
    const { artifacts, terminal, config, say } = place;
    const artifact = await readArtifact(artifacts, PROXMOX);
    if (artifact === null)
      throw new CliError(`${artifacts}: no Proxmox image is built there; npx lab images build builds it`);
    const destination = { ...(await openDestination(place, options)), allowPaid: config.allowPaid };
    const uploaded = await uploadArtifact(artifact, destination, {
      say,
      onProgress: (progress) => terminal.status(`${progress.phase} the image: ${progressLine(progress)}`),
    });
    const { objectName, status, sizeBytes } = uploaded;
    terminal.status("");
    terminal.line(`${objectName}: ${status}, ${megabytes(sizeBytes)} MB in bucket ${destination.bucket}`);
    if (options.json) printDocument({ bucket: destination.bucket, ...uploaded });
    return 0;
  });
}

export interface PruneOptions extends StoreOptions {
  readonly dryRun?: boolean;
}

/** Deletes images of other inputs from the bucket. */
export async function pruneCommand(options: PruneOptions): Promise<number> {
  return atImages(options, "lab images prune", async (place) => {
    const { proxmox } = await ensureImages({ ...place.inputs, artifacts: place.artifacts });
    const { pruneBucket } = await import("../../images/upload/index.ts");
    const destination = await openDestination(place, options);
    const dryRun = options.dryRun ?? false;
    const pruned = await pruneBucket({ ...destination, keep: [proxmox.objectName], dryRun });
    const all = [...pruned.objects, ...pruned.uploads];
    for (const { name, sizeBytes } of all)
      place.terminal.line(`${dryRun ? "would delete" : "deleted"} ${name}, ${megabytes(sizeBytes)} MB`);
    if (all.length === 0) place.terminal.line(`bucket ${destination.bucket}: nothing to delete`);
    if (options.json) printDocument({ ...pruned, dryRun });
    return 0;
  });
}
