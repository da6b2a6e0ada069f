/** Checks the images: the pinned source, the lock file, builds on this machine, the templates. */
import { join } from "node:path";
import type { LabConfig } from "../../../config/schema.ts";
import { readArtifact, verifyArtifact } from "../../../images/artifact.ts";
import { BASE, type ImageDefinition, PROXMOX } from "../../../images/model/definitions.ts";
import { identify, type ImageInputs } from "../../../images/identity.ts";
import { ensureImages, type Image, imagesOf, LOCK_FILE } from "../../../images/index.ts";
import { type Lock, readLock } from "../../../images/lock.ts";
import { readSource } from "../../../images/pins.ts";
import { fail, failure, type Finding, ok, warn } from "../../ui/findings.ts";
import { capture } from "../../clients/processes.ts";

/** Which images, and where they are built. */
export interface ImagesCheckContext {
  /** The repository. */
  readonly root: string;
  readonly inputs: ImageInputs;
  /** Where builds are kept. */
  readonly artifacts: string;
  /** What scripts are started in. */
  readonly env: NodeJS.ProcessEnv;
  readonly signal: AbortSignal;
  /** Called with what takes long. */
  readonly status: (line: string) => void;
}

type Hashes = Awaited<ReturnType<typeof identify>>;

const short = (hash: string): string => hash.slice(0, 12);

async function source({ root }: ImagesCheckContext): Promise<Finding> {
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
  context: ImagesCheckContext,
  image: ImageDefinition,
  hashes: Hashes,
  lock: Lock | null,
): Promise<Finding> {
  const name = `build ${image.key}`;
  const { artifacts, signal, status } = context;
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
async function templates({ root, env, signal, status }: ImagesCheckContext): Promise<Finding> {
  const name = "templates";
  status("checking the templates");
  const { error, stdout, stderr } = await capture(join(root, "packer", "check.sh"), [], { env, signal });
  status("");
  signal.throwIfAborted();
  const last = (text: string): string => text.trim().split("\n").at(-1) ?? "";
  if (error === null) return ok(name, last(stdout));
  if (error.code === MISSING) {
    const what = last(stderr).replace(/^check\.sh: /, "");
    return warn(name, `not looked at: ${what}`, "install it, or use the flake's shell");
  }
  return fail(name, last(`${stdout}\n${stderr}`) || "packer/check.sh fails", "packer/check.sh says all of it");
}

/** Builds are read one after the other: each is gigabytes. */
export async function validateImages(context: ImagesCheckContext): Promise<readonly Finding[]> {
  const hashes = identify(context.inputs);
  const lock = await readLock(join(context.root, LOCK_FILE));
  const images = [BASE, PROXMOX];
  const known = imagesOf(hashes, lock);
  const locks = images.map(({ key }) => lockFinding(`lock ${key}`, known[key], false));
  const findings = [await source(context), ...locks];
  for (const image of images) findings.push(await build(context, image, hashes, lock));
  return [...findings, await templates(context)];
}

/** No test has had Debian's own image, or a package of Proxmox's, in it. */
export const testedWords = (withStandIns: boolean): string => (withStandIns ? "tested with stand-ins" : "not tested");

/**
 * What the lock says of one image, for `lab doctor` and for `lab validate images`: of one thing they say the same. A lack is a
 * warning, as a deploy builds what is missing. The sandbox needs no more than an image's name.
 */
export function lockFinding(name: string, image: Image, sandbox: boolean): Finding {
  const hash = image.inputHash.slice(0, 12);
  const build = "npx lab images build makes one, as a deploy does";
  const stale = image.status === "stale";
  if (stale || image.sha256 === null) {
    const found = stale
      ? `${LOCK_FILE} is of other inputs than ${hash}`
      : `of these inputs, ${hash}, and no artifact is recorded`;
    if (sandbox) return ok(name, `${found}; the sandbox needs none`);
    return warn(name, found, stale ? `${build}; node images/lock-inputs.ts brings the lock to them` : build);
  }
  const found = `of these inputs, ${hash}; artifact ${image.sha256.slice(0, 12)}`;
  const { testedWithStandIns } = image;
  if (testedWithStandIns || sandbox) return ok(name, `${found}, ${testedWords(testedWithStandIns)}`);
  return warn(name, `${found}, ${testedWords(false)}`, "test it before you trust it: npm run test:images");
}

/** The image of a lab whose instances boot Talos: nothing is built for it. */
function talosImage(version: string, id: string | undefined, sandbox: boolean): Finding {
  const name = "image Talos";
  if (sandbox) return ok(name, `${version}; the sandbox needs none`);
  if (id !== undefined) return ok(name, `${id}, imported by hand: that it is Talos ${version} is for you to know`);
  return ok(name, `${version}; a deploy fetches it from the image factory and uploads it, unless it is imported`);
}

/** What images.lock.json says of the images that a config needs. */
export async function imageLock(config: LabConfig, home: string, sandbox: boolean): Promise<readonly Finding[]> {
  const { versions, oci, kubernetes } = config;
  if (oci === null)
    return [ok("image Talos", `${versions.talos}; Proxmox VE fetches it from the image factory itself`)];
  if (kubernetes.placement === "oci") return [talosImage(versions.talos, oci.talosImageId, sandbox)];
  const images = await ensureImages({ proxmoxVersion: versions.proxmox, artifacts: join(home, "artifacts") });
  return [images.base, images.proxmox].map((image) => lockFinding(`image ${image.name}`, image, sandbox));
}
