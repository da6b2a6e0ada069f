/** `lab images status` and `lab images verify`: what is built, and whether it is what was built. */
import { readArtifact, verifyArtifact } from "../../images/artifact.ts";
import { BASE, type ImageDefinition, PROXMOX } from "../../images/definitions.ts";
import { identify } from "../../images/identity.ts";
import { ensureImages, type Image } from "../../images/index.ts";
import { megabytes } from "../../images/upload/progress.ts";
import { printDocument } from "../commands/document.ts";
import { testedWords } from "../doctor/images.ts";
import { CliError, messageOf } from "../errors.ts";
import { atImages, type ImagesOptions, type ImagesPlace } from "./place.ts";

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

async function rowOf({ artifacts }: ImagesPlace, definition: ImageDefinition, image: Image): Promise<Row> {
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

function words({ name, inputHash, lock, sha256, testedWithStandIns, artifact, sizeBytes }: Row): string {
  const parts = [
    lock === "current" ? "lock current" : "lock of other inputs",
    testedWords(testedWithStandIns),
    sha256 === null ? "no artifact recorded" : `artifact ${sha256.slice(0, 12)}`,
    artifact === "none" ? "no build here" : artifact === "current" ? "built here" : "build here of other inputs",
    ...(sizeBytes === null ? [] : [`${megabytes(sizeBytes)} MB`]),
  ];
  return `${name.padEnd(7)} ${inputHash.slice(0, 12)}  ${parts.join(", ")}`;
}

/** docs/images.md has why. */
const FLOATS =
  "held: proxmox-ve and pve-manager, at versions.proxmox; all other packages are those of the day of the build, as images.lock.json records";

export async function statusCommand(options: ImagesOptions): Promise<number> {
  return atImages(options, null, async (place) => {
    const images = await ensureImages({ ...place.inputs, artifacts: place.artifacts });
    const rows = [await rowOf(place, BASE, images.base), await rowOf(place, PROXMOX, images.proxmox)];
    if (options.json) printDocument({ images: rows });
    else for (const line of [...rows.map(words), FLOATS]) place.terminal.line(line);
    return 0;
  });
}

/** Reads every build under `artifacts/` and compares it with what was built. */
export async function verifyCommand(options: ImagesOptions): Promise<number> {
  return atImages(options, "lab images verify", async (place) => {
    const { artifacts, terminal, inputs, interruption } = place;
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
