/** Where the OpenTofu that `lab tools build` makes is kept: outside of the checkout, by what it is made of. */
import { createHash } from "node:crypto";
import { accessSync, constants, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";

/** The Go module that pins OpenTofu and all it is made of. */
export const MODULE = join(import.meta.dirname, "../../tools/opentofu");

/** The user's cache folder of ampere-lab, by the platform's custom. */
export function cacheFolder(env: NodeJS.ProcessEnv = process.env): string {
  const base =
    env["XDG_CACHE_HOME"] ||
    (process.platform === "darwin" ? join(homedir(), "Library", "Caches") : join(homedir(), ".cache"));
  return join(base, "ampere-lab");
}

/** Path of the binary that this checkout's go.sum makes, whether it is there or not. */
export function tofuPath(env: NodeJS.ProcessEnv = process.env): string {
  const hash = createHash("sha256")
    .update(readFileSync(join(MODULE, "go.sum")))
    .digest("hex");
  return join(cacheFolder(env), "tools", hash, "tofu");
}

/** The binary, if it was built. */
export function cachedTofu(env: NodeJS.ProcessEnv = process.env): string | undefined {
  const file = tofuPath(env);
  try {
    accessSync(file, constants.X_OK);
    return file;
  } catch {
    return undefined;
  }
}
