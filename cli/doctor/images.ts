/** images.lock.json: whether it is of the images that the lab needs, and whether these were tested. */
import { join } from "node:path";
import { ensureImages, type Image } from "../../images/index.ts";
import type { LabConfig } from "../../config/schema.ts";
import { type Finding, ok, warn } from "./finding.ts";

/** What the lock says of one image. The sandbox needs no more than its name. */
export function lockFinding(image: Image, sandbox: boolean): Finding {
  const name = `image ${image.name}`;
  const build = "npx lab images build makes one, as a deploy does";
  if (image.status === "stale" || image.sha256 === null) {
    const found = image.status === "stale" ? "the lock is of other inputs" : "no artifact is recorded";
    return sandbox ? ok(name, `${found}; the sandbox needs none`) : warn(name, found, build);
  }
  const found = `lock current, artifact ${image.sha256.slice(0, 12)}`;
  if (image.tested || sandbox) return ok(name, `${found}, ${image.tested ? "tested" : "not tested"}`);
  return warn(name, `${found}, not tested`, "test it before you trust it: npm run test:images");
}

export async function imageLock({ versions }: LabConfig, home: string, sandbox: boolean): Promise<readonly Finding[]> {
  const images = await ensureImages({ proxmoxVersion: versions.proxmox, artifacts: join(home, "artifacts") });
  return [images.base, images.proxmox].map((image) => lockFinding(image, sandbox));
}
