/** `lab images`, and its `status`, `verify` and `pin`. */
import { BASE, type ImageDefinition, PROXMOX } from "../../../images/model/definitions.ts";
import type { Image } from "../../../images/index.ts";
import { megabytes } from "../../../images/upload/progress.ts";
import type { ImagesContext, ImagesOptions } from "../../engine/runs/images.ts";
import { artifacts, type CommandDefinition } from "../../ui/command.ts";
import { printDocument } from "../../ui/document.ts";
import { CliError, messageOf } from "../../ui/errors.ts";
import { adopt, build } from "./images-build.ts";
import { prune, upload } from "./images-upload.ts";

interface Row {
  readonly name: string;
  readonly inputHash: string;
  /** images.lock.json is of these inputs. */
  readonly lock: Image["status"];
  readonly sha256: string | null;
  readonly testedWithStandIns: boolean;
  /** What lies under `artifacts/`: of these inputs, of others, or nothing. */
  readonly artifact: "current" | "other inputs" | "none";
  readonly sizeBytes: number | null;
}

async function rowOf({ artifacts }: ImagesContext, definition: ImageDefinition, image: Image): Promise<Row> {
  const { readArtifact } = await import("../../../images/artifact.ts");
  const found = await readArtifact(artifacts, definition);
  const current = found?.manifest.inputHash === image.inputHash;
  return {
    name: definition.key,
    inputHash: image.inputHash,
    lock: image.status,
    sha256: image.sha256,
    testedWithStandIns: image.testedWithStandIns,
    artifact: found === null ? "none" : current ? "current" : "other inputs",
    sizeBytes: found?.manifest.disk.sizeBytes ?? image.sizeBytes,
  };
}

function words({ name, inputHash, lock, sha256, artifact, sizeBytes }: Row, tested: string): string {
  const parts = [
    lock === "current" ? "lock current" : "lock of other inputs",
    tested,
    sha256 === null ? "no artifact recorded" : `artifact ${sha256.slice(0, 12)}`,
    artifact === "none" ? "no build here" : artifact === "current" ? "built here" : "build here of other inputs",
    ...(sizeBytes === null ? [] : [`${megabytes(sizeBytes)} MB`]),
  ];
  return `${name.padEnd(7)} ${inputHash.slice(0, 12)}  ${parts.join(", ")}`;
}

/** docs/images.md has why. */
const FLOATS =
  "held: proxmox-ve and pve-manager, at versions.proxmox; all other packages are those of the day of the build, as images.lock.json records";

async function statusCommand(options: ImagesOptions): Promise<number> {
  const { ensureImages } = await import("../../../images/index.ts");
  const { testedWords } = await import("../../engine/checks/images.ts");
  const { withImagesLock } = await import("../../engine/runs/images.ts");
  return withImagesLock(options, null, async (context) => {
    const images = await ensureImages({ ...context.inputs, artifacts: context.artifacts });
    const rows = [await rowOf(context, BASE, images.base), await rowOf(context, PROXMOX, images.proxmox)];
    if (options.json) printDocument({ images: rows });
    else
      for (const line of [...rows.map((row) => words(row, testedWords(row.testedWithStandIns))), FLOATS])
        context.terminal.line(line);
    return 0;
  });
}

/** Reads every build under `artifacts/` and compares it with what was built. */
async function verifyCommand(options: ImagesOptions): Promise<number> {
  const { readArtifact, verifyArtifact } = await import("../../../images/artifact.ts");
  const { identify } = await import("../../../images/identity.ts");
  const { withImagesLock } = await import("../../engine/runs/images.ts");
  return withImagesLock(options, "lab images verify", async (context) => {
    const { artifacts, terminal, inputs, interruption } = context;
    const hashes = identify(inputs);
    const rows: { readonly name: string; readonly ok: boolean; readonly problem: string | null }[] = [];
    for (const image of [BASE, PROXMOX]) {
      const artifact = await readArtifact(artifacts, image);
      if (artifact === null) continue;
      terminal.status(`reading ${artifact.disk}`);
      const problem = await verifyArtifact(artifact, interruption.signal).then(
        () => null,
        (error: unknown) => messageOf(error),
      );
      interruption.signal.throwIfAborted();
      rows.push({ name: image.key, ok: problem === null, problem });
      const others =
        artifact.manifest.inputHash === hashes[image.key] ? "" : " (of other inputs than the templates have now)";
      terminal.line(problem ?? `${image.key} is as it was built: ${artifact.manifest.disk.sha256}${others}`);
    }
    if (options.json) printDocument({ images: rows });
    if (rows.length === 0) throw new CliError(`${artifacts}: nothing is built there; npx lab images build builds it`);
    return rows.every(({ ok }) => ok) ? 0 : 1;
  });
}

/** Fills in what cannot be known offline, where the network allows. */
async function pinCommand(options: ImagesOptions): Promise<number> {
  const { pinBuilder } = await import("../../../images/pin-builder.ts");
  const { pinSource } = await import("../../../images/pins.ts");
  const { withImagesLock } = await import("../../engine/runs/images.ts");
  return withImagesLock(options, "lab images pin", async ({ inputs, terminal, interruption }) => {
    const { signal } = interruption;
    const source = await pinSource({ root: inputs.root, signal });
    terminal.line(`pinned ${source.source_url}`);
    terminal.line("this makes other images: npx lab images build builds them, and images.lock.json is to be committed");
    const builder = await pinBuilder({ root: inputs.root, signal });
    terminal.line(`pinned ${builder.image} at ${builder.digest}`);
    if (options.json) printDocument({ source, builder });
    return 0;
  });
}

const status: CommandDefinition<ImagesOptions> = {
  name: "status",
  description: "Say which images the lab needs, and what is built and tested",
  options: artifacts,
  run: statusCommand,
};

const verify: CommandDefinition<ImagesOptions> = {
  name: "verify",
  description: "Read every build and compare it with what was built",
  options: artifacts,
  run: verifyCommand,
};

const pin: CommandDefinition<ImagesOptions> = {
  name: "pin",
  description: "Pin the newest Debian cloud image to start from, by address and checksum",
  options: artifacts,
  run: pinCommand,
};

/** `lab images` */
export const images: CommandDefinition = {
  name: "images",
  description: "The images that hosts boot: the hardened base, and Proxmox VE on it",
  commands: [status, build, adopt, verify, upload, prune, pin],
};
