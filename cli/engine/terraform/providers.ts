/** Chooses real providers or stand-ins for the sandbox, and configures the tool to find the real ones. */
import { createHash } from "node:crypto";
import { mkdirSync, rmSync, symlinkSync } from "node:fs";
import { basename, join } from "node:path";
import { CliError } from "../../ui/errors.ts";
import { writeAtomically } from "../../ui/files.ts";
import { type Choices, type System, SYSTEMS } from "../../ui/options.ts";
import type { Binary } from "./binary.ts";
import { providerPlaces, type ProviderPlaces } from "./cli-config.ts";
import {
  type Ask,
  findPackage,
  getJson,
  HOSTS,
  isMirrored,
  type Package,
  platform,
  type Provider,
  providerOf,
  refusalOfRegistry,
} from "./provider-packages.ts";

/** Which are which. */
export interface Chosen {
  readonly real: readonly System[];
  readonly standIns: readonly System[];
  /** For TF_CLI_CONFIG_FILE; undefined where all are stand-ins. */
  readonly configFile: string | undefined;
}

interface ChooseOptions {
  readonly choices: Choices;
  readonly product: Binary["product"];
  /** The folder of the synthesized stacks. */
  readonly output: string;
  /** The folder for files of runs. */
  readonly run: string;
  readonly say: (line: string) => void;
  readonly env?: NodeJS.ProcessEnv;
  /** How registries and network mirrors are asked. @default - over HTTPS, for 3 s */
  readonly ask?: Ask;
}

/** Where the real provider comes from, or why it does not. */
async function originOf(
  provider: Provider,
  places: ProviderPlaces,
  { product, output, env = process.env, ask = getJson }: ChooseOptions,
): Promise<Origin | string> {
  const found = findPackage(provider, places, output, env);
  if (found !== undefined) return { kind: "package", package: found };
  const host = product === "OpenTofu" ? "registry.opentofu.org" : "registry.terraform.io";
  for (const url of places.networkMirrors)
    if (await isMirrored(url, host, provider, ask)) return { kind: "network mirror", url };
  return (await refusalOfRegistry(host, provider, ask)) ?? { kind: "registry", host };
}

function describeOrigin(origin: Origin): string {
  if (origin.kind === "package") return `from ${origin.package.from}`;
  return `from ${origin.kind === "registry" ? origin.host : origin.url}`;
}

function refusalOf({ system, source, version }: Provider, why: string): string {
  const build = system === "proxmox" ? "build it with `npx lab tools build proxmox`, " : "";
  return (
    `--providers: the real ${source} ${version} is not on this machine, and ${why}: ${build}` +
    `name a mirror that has it in TF_CLI_CONFIG_FILE, or take ${system}=stand-in`
  );
}

/**
 * Finds the real providers that are wished for. With `auto` the stand-in takes the place of one that cannot be had.
 *
 * @throws CliError, one line, when a real one has to be and cannot
 */
export async function chooseProviders(options: ChooseOptions): Promise<Chosen> {
  const { choices, product, env, run, say } = options;
  if (SYSTEMS.every((system) => choices[system] === "stand-in"))
    return { real: [], standIns: SYSTEMS, configFile: undefined };
  const places = providerPlaces(product, env);
  const installed: Installed[] = [];
  const words = await Promise.all(
    SYSTEMS.map(async (system) => {
      if (choices[system] === "stand-in") return `${system} stand-in`;
      const provider = providerOf(system);
      const origin = await originOf(provider, places, options);
      if (typeof origin !== "string") {
        installed.push({ provider, origin });
        return `${system} real, ${describeOrigin(origin)}`;
      }
      if (choices[system] === "real") throw new CliError(refusalOf(provider, origin));
      return `${system} stand-in, as ${origin}`;
    }),
  );
  say(`providers: ${words.join("; ")}`);
  const real = SYSTEMS.filter((system) => installed.some(({ provider }) => provider.system === system));
  const inOrder = installed.toSorted(
    (one, other) => SYSTEMS.indexOf(one.provider.system) - SYSTEMS.indexOf(other.provider.system),
  );
  return {
    real,
    standIns: SYSTEMS.filter((system) => !real.includes(system)),
    configFile: real.length === 0 ? undefined : writeInstallation(run, inOrder, places.cache),
  };
}

type Origin =
  | { readonly kind: "package"; readonly package: Package }
  | { readonly kind: "network mirror"; readonly url: string }
  | { readonly kind: "registry"; readonly host: string };

interface Installed {
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
 * Writes a configuration by which `init` finds the real providers, and a filesystem mirror of the packages that are here:
 * unlike dev_overrides, `init`, lock files and both tools know it as any other installation.
 *
 * @param run the folder for files of runs
 * @param cache the user's plugin cache
 * @returns the file for TF_CLI_CONFIG_FILE; named by what is in it
 */
function writeInstallation(run: string, all: readonly Installed[], cache: string | undefined): string {
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
