/** images.lock.json: whether it is of the images that the lab needs, and whether these were tested. */
import { join } from "node:path";
import { ensureImages, type Image, LOCK_FILE } from "../../images/index.ts";
import type { LabConfig } from "../../config/schema.ts";
import { type Finding, ok, warn } from "./finding.ts";

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

export async function imageLock({ versions }: LabConfig, home: string, sandbox: boolean): Promise<readonly Finding[]> {
  const images = await ensureImages({ proxmoxVersion: versions.proxmox, artifacts: join(home, "artifacts") });
  return [images.base, images.proxmox].map((image) => lockFinding(`image ${image.name}`, image, sandbox));
}
