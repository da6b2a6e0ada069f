/** Whether the images are what the templates say: the pinned source, the lock, what is built here, the templates. */
import { execFile } from "node:child_process";
import { join } from "node:path";
import { readArtifact, verifyArtifact } from "../../images/artifact.ts";
import { BASE, type ImageDefinition, PROXMOX } from "../../images/definitions.ts";
import { identify, type ImageInputs } from "../../images/identity.ts";
import { imagesOf, LOCK_FILE } from "../../images/index.ts";
import { type Lock, readLock } from "../../images/lock.ts";
import { readSource } from "../../images/pins.ts";
import { lockFinding } from "../doctor/images.ts";
import { fail, failure, type Finding, ok, warn } from "../doctor/finding.ts";

export interface ImagesGround {
  /** The repository. */
  readonly root: string;
  readonly inputs: ImageInputs;
  /** Where builds are kept. */
  readonly artifacts: string;
  /** What scripts are started in. */
  readonly env: NodeJS.ProcessEnv;
  readonly signal: AbortSignal;
  /** Told of what takes long. */
  readonly status: (line: string) => void;
}

type Hashes = Awaited<ReturnType<typeof identify>>;

const short = (hash: string): string => hash.slice(0, 12);

async function source({ root }: ImagesGround): Promise<Finding> {
  const { source_url: url, source_checksum: checksum } = await readSource(root);
  if (url === "" || checksum === "")
    return warn(
      "source",
      "no Debian image is pinned to start from",
      "npx lab images pin, where cloud.debian.org can be reached",
    );
  return ok("source", `${url.split("/").at(-1)}, by its checksum`);
}

async function build(
  ground: ImagesGround,
  image: ImageDefinition,
  hashes: Hashes,
  lock: Lock | null,
): Promise<Finding> {
  const name = `build ${image.key}`;
  const { artifacts, signal, status } = ground;
  try {
    const artifact = await readArtifact(artifacts, image);
    if (artifact === null) return ok(name, "none here: a deploy builds it, unless the bucket has it");
    status(`reading ${artifact.disk}`);
    await verifyArtifact(artifact, signal);
    const { inputHash, disk, archive, builtAt } = artifact.manifest;
    if (inputHash !== hashes[image.key])
      return warn(
        name,
        `as it was built, but of other inputs, ${short(inputHash)}`,
        `npx lab images build ${image.key}`,
      );
    const locked = lock?.images[image.key].sha256;
    if (locked && locked !== archive.sha256)
      return fail(
        name,
        `archive ${short(archive.sha256)}, ${LOCK_FILE} has ${short(locked)}`,
        "commit the lock of the build that is to be used, or build again with --force",
      );
    return ok(name, `as it was built ${builtAt.slice(0, 10)}: disk ${short(disk.sha256)}`);
  } catch (error) {
    signal.throwIfAborted();
    return failure(name, error, `npx lab images build ${image.key} --force`);
  } finally {
    status("");
  }
}

/** packer/check.sh exits with 2 when a program is missing that it calls. */
const MISSING = 2;

/** Scripts by shellcheck, templates by `packer validate`, which holds their variables against what a build gives. */
function templates({ root, env, signal, status }: ImagesGround): Promise<Finding> {
  const name = "templates";
  status("checking the templates");
  return new Promise((resolve, reject) => {
    execFile(join(root, "packer", "check.sh"), { env, signal }, (error, stdout, stderr) => {
      status("");
      if (signal.aborted) return reject(signal.reason);
      const last = (text: string): string => text.trim().split("\n").at(-1) ?? "";
      if (error === null) return resolve(ok(name, last(stdout)));
      if (error.code === MISSING)
        return resolve(
          warn(
            name,
            `not looked at: ${last(stderr).replace(/^check\.sh: /, "")}`,
            "install it, or use the flake's shell",
          ),
        );
      else
        resolve(fail(name, last(`${stdout}\n${stderr}`) || "packer/check.sh fails", "packer/check.sh says all of it"));
    });
  });
}

/** Builds are read one after the other: each is gigabytes. */
export async function validateImages(ground: ImagesGround): Promise<readonly Finding[]> {
  const hashes = identify(ground.inputs);
  const lock = await readLock(join(ground.root, LOCK_FILE));
  const images = [BASE, PROXMOX];
  const known = imagesOf(hashes, lock);
  const locks = images.map(({ key }) => lockFinding(`lock ${key}`, known[key], false));
  const findings = [await source(ground), ...locks];
  for (const image of images) findings.push(await build(ground, image, hashes, lock));
  return [...findings, await templates(ground)];
}
