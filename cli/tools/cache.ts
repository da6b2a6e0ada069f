/** Where what `lab tools build` makes is kept: outside of the checkout, by what it is made of. */
import { createHash } from "node:crypto";
import { accessSync, constants, readFileSync } from "node:fs";
import { join } from "node:path";
import { homeFolder, pathVariable } from "../../config/user-path.ts";
import { OPENTOFU, type Tool } from "./definitions.ts";

/** The user's cache folder of ampere-lab, by the platform's custom. */
export function cacheFolder(env: NodeJS.ProcessEnv = process.env): string {
  const base =
    pathVariable(env, "XDG_CACHE_HOME") ??
    join(homeFolder(env), ...(process.platform === "darwin" ? ["Library", "Caches"] : [".cache"]));
  return join(base, "ampere-lab");
}

/** Path of the binary that the tool's go.sum makes in this checkout, whether it is there or not. */
export function toolPath(tool: Tool, env: NodeJS.ProcessEnv = process.env): string {
  const hash = createHash("sha256")
    .update(readFileSync(join(tool.module, "go.sum")))
    .digest("hex");
  return join(cacheFolder(env), "tools", hash, tool.file);
}

/** The binary, if it was built. */
export function cachedTool(tool: Tool, env: NodeJS.ProcessEnv = process.env): string | undefined {
  const file = toolPath(tool, env);
  try {
    accessSync(file, constants.X_OK);
    return file;
  } catch {
    return undefined;
  }
}

/** The OpenTofu that was built. */
export function cachedTofu(env: NodeJS.ProcessEnv = process.env): string | undefined {
  return cachedTool(OPENTOFU, env);
}
