/** `lab images upload` and `lab images prune`: the bucket of the lab's images. */
import type { Command } from "commander";
import { PROXMOX } from "../../../images/model/definitions.ts";
import { megabytes, progressLine } from "../../../images/upload/progress.ts";
import type { StoreOptions } from "../../engine/runs/images.ts";
import { artifacts, type CommandDefinition } from "../../ui/command.ts";
import { printDocument } from "../../ui/document.ts";
import { CliError } from "../../ui/errors.ts";

/** Uploads the Proxmox image, which is what hosts boot; the base is only what it is made from. */
async function uploadCommand(options: StoreOptions): Promise<number> {
  const { readArtifact } = await import("../../../images/artifact.ts");
  const { uploadArtifact } = await import("../../../images/upload-artifact.ts");
  const { withImagesLock, openDestination } = await import("../../engine/runs/images.ts");
  return withImagesLock(options, "lab images upload", async (context) => {
    const { artifacts, terminal, config, say } = context;
    const artifact = await readArtifact(artifacts, PROXMOX);
    if (artifact === null)
      throw new CliError(`${artifacts}: no Proxmox image is built there; npx lab images build builds it`);
    const destination = { ...(await openDestination(context, options)), allowPaid: config.allowPaid };
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

interface PruneOptions extends StoreOptions {
  readonly dryRun?: boolean;
}

/** Deletes images of other inputs from the bucket. */
async function pruneCommand(options: PruneOptions): Promise<number> {
  const { ensureImages } = await import("../../../images/index.ts");
  const { withImagesLock, openDestination } = await import("../../engine/runs/images.ts");
  return withImagesLock(options, "lab images prune", async (context) => {
    const { proxmox } = await ensureImages({ ...context.inputs, artifacts: context.artifacts });
    const { talosObjectName } = await import("../../../topology/schematic.ts");
    const { pruneBucket } = await import("../../../images/upload/index.ts");
    const destination = await openDestination(context, options);
    const dryRun = options.dryRun ?? false;
    const keep = [proxmox.objectName, talosObjectName(context.config)];
    const pruned = await pruneBucket({ ...destination, keep, dryRun });
    const all = [...pruned.objects, ...pruned.uploads];
    for (const { name, sizeBytes } of all)
      context.terminal.line(`${dryRun ? "would delete" : "deleted"} ${name}, ${megabytes(sizeBytes)} MB`);
    if (all.length === 0) context.terminal.line(`bucket ${destination.bucket}: nothing to delete`);
    if (options.json) printDocument({ ...pruned, dryRun });
    return 0;
  });
}

/** Of commands on the bucket. */
const bucketOptions = (command: Command): Command =>
  artifacts(command)
    .option("--bucket <name>", "default: <lab>-images")
    .option("--compartment-id <ocid>", "where the bucket is; default: the config's, else the root compartment")
    .option("--profile <name>", "of the OCI configuration file; default: the config's")
    .option("--region <name>", "default: the config's");

/** `lab images upload` */
export const upload: CommandDefinition<StoreOptions> = {
  name: "upload",
  description: "Bring the Proxmox image into the lab's bucket, unless it is there",
  examples: ["npx lab images upload", "npx lab images upload --bucket my-images --profile WORK"],
  options: bucketOptions,
  run: uploadCommand,
};

/** `lab images prune` */
export const prune: CommandDefinition<PruneOptions> = {
  name: "prune",
  description: "Delete other images, and uploads that were given up, from the bucket",
  examples: ["npx lab images prune --dry-run"],
  options: (command) => bucketOptions(command).option("--dry-run", "say what would go, and delete nothing"),
  run: pruneCommand,
};
