/** The stand-in for Debian's cloud image, kept outside of the checkout: making it takes minutes. */
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { cacheFolder } from "../../cli/engine/terraform/tools.ts";
import { REPOSITORY } from "../../images/identity.ts";
import { must } from "./run.ts";

/** Where it is; made once a version of its script. */
export async function standIn(): Promise<string> {
  const script = join(REPOSITORY, "packer", "stand-in", "make.sh");
  const hash = createHash("sha256").update(readFileSync(script)).digest("hex").slice(0, 12);
  const folder = join(cacheFolder(), "images");
  const file = join(folder, `stand-in-arm64-${hash}.qcow2`);
  if (existsSync(file)) return file;
  mkdirSync(folder, { recursive: true });
  console.error(`making a stand-in for Debian's cloud image (minutes, once): ${file}`);
  await must(script, ["arm64", file]);
  return file;
}
