/** The programs that `lab tools` can build, each by a Go module under tools/, and where built ones are. */
import { createHash } from "node:crypto";
import { accessSync, constants, readFileSync } from "node:fs";
import { delimiter, isAbsolute, join, resolve } from "node:path";
import { homeFolder, pathVariable } from "../../../config/user-path.ts";

type ToolName = "opentofu" | "proxmox" | "sops";

/** A program, and how it is built. */
export interface Tool {
  readonly name: ToolName;
  /** As people call it. */
  readonly title: string;
  /** The folder of the Go module. */
  readonly module: string;
  /** The main package. */
  readonly package: string;
  /** The binary's name. */
  readonly file: string;
  /** For the linker: `-s -w` leaves out what only debuggers read. */
  readonly link: string;
}

const folder = (name: string): string => join(import.meta.dirname, "../../../tools", name);

/** OpenTofu itself. */
export const OPENTOFU: Tool = {
  name: "opentofu",
  title: "OpenTofu",
  module: folder("opentofu"),
  package: "github.com/opentofu/opentofu/cmd/tofu",
  file: "tofu",
  // Releases differ from other builds by `dev`.
  link: "-s -w -X github.com/opentofu/opentofu/version.dev=no",
};

/** The provider bpg/proxmox. */
export const PROXMOX_PROVIDER: Tool = {
  name: "proxmox",
  title: "the provider bpg/proxmox",
  module: folder("proxmox-provider"),
  package: "github.com/bpg/terraform-provider-proxmox",
  file: "terraform-provider-proxmox_v0.112.0",
  link: "-s -w",
};

/** sops, for the tests. */
export const SOPS: Tool = {
  name: "sops",
  title: "sops",
  module: folder("sops"),
  package: "github.com/getsops/sops/v3/cmd/sops",
  file: "sops",
  link: "-s -w",
};

/** All of them. */
export const TOOLS: readonly Tool[] = [OPENTOFU, PROXMOX_PROVIDER, SOPS];

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

/** The file that a shell would run for `name`. */
export function which(name: string, path: string): string | undefined {
  const candidates =
    isAbsolute(name) || name.includes("/")
      ? [resolve(name)]
      : path
          .split(delimiter)
          .filter((folder) => folder !== "")
          .map((folder) => join(folder, name));
  return candidates.find((file) => {
    try {
      accessSync(file, constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}
