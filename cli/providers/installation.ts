/** A configuration of terraform and tofu by which `init` finds the real providers that were chosen. */
import { createHash } from "node:crypto";
import { mkdirSync, rmSync, symlinkSync } from "node:fs";
import { basename, join } from "node:path";
import { writeAtomically } from "../files.ts";
import { HOSTS, type Package, platform, type Provider } from "./packages.ts";

export type Origin =
  | { readonly kind: "package"; readonly package: Package }
  | { readonly kind: "network mirror"; readonly url: string }
  | { readonly kind: "registry"; readonly host: string };

export interface Installed {
  readonly provider: Provider;
  readonly origin: Origin;
}

/** Makes `HOST/NAMESPACE/TYPE/VERSION/PLATFORM` lead to the package. */
function link(mirror: string, { source, version }: Provider, { kind, path }: Package): void {
  for (const host of HOSTS) {
    const folder = join(mirror, host, source);
    const program = join(folder, version, platform());
    const type = source.split("/")[1];
    mkdirSync(kind === "archive" ? folder : kind === "program" ? program : join(folder, version), { recursive: true });
    if (kind === "folder") symlinkSync(path, program);
    else if (kind === "program") symlinkSync(path, join(program, `terraform-provider-${type}_v${version}`));
    else symlinkSync(path, join(folder, `terraform-provider-${type}_${version}_${platform()}.zip`));
  }
}

const quoted = (text: string): string => JSON.stringify(text);
const list = (providers: readonly Provider[]): string =>
  `[${providers.flatMap(({ source }) => HOSTS.map((host) => quoted(`${host}/${source}`))).join(", ")}]`;

/**
 * Writes the configuration, and a filesystem mirror of the packages that are here: unlike dev_overrides, `init`, lock files
 * and both tools know it as any other installation.
 *
 * @param run the folder for files of runs
 * @param cache the user's plugin cache
 * @returns the file for TF_CLI_CONFIG_FILE; named by what is in it
 */
export function writeInstallation(run: string, all: readonly Installed[], cache: string | undefined): string {
  const hash = createHash("sha256")
    .update(JSON.stringify([all, cache]))
    .digest("hex")
    .slice(0, 12);
  const mirror = join(run, `providers-${hash}`);
  rmSync(mirror, { recursive: true, force: true });
  const local: Provider[] = [];
  const lines: string[] = [];
  const elsewhere: Provider[] = [];
  for (const { provider, origin } of all) {
    if (origin.kind === "package") {
      link(mirror, provider, origin.package);
      local.push(provider);
    } else if (origin.kind === "network mirror") {
      lines.push(`  network_mirror {\n    url = ${quoted(origin.url)}\n    include = ${list([provider])}\n  }\n`);
      elsewhere.push(provider);
    }
  }
  if (local.length > 0)
    lines.unshift(`  filesystem_mirror {\n    path = ${quoted(mirror)}\n    include = ${list(local)}\n  }\n`);
  const found = [...local, ...elsewhere];
  lines.push(found.length === 0 ? "  direct {}\n" : `  direct {\n    exclude = ${list(found)}\n  }\n`);
  // What is here already needs no second copy.
  const head = cache === undefined || local.length === all.length ? "" : `plugin_cache_dir = ${quoted(cache)}\n`;
  const file = join(run, `${basename(mirror)}.tfrc`);
  writeAtomically(file, `${head}provider_installation {\n${lines.join("")}}\n`);
  return file;
}
