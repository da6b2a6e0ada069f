/** Decides which provider is the real one and which the stand-in, and says so. */
import { CliError } from "../errors.ts";
import type { Binary } from "../terraform/binary.ts";
import { type Choices, type System, SYSTEMS } from "./choices.ts";
import { providerPlaces, type ProviderPlaces } from "./cli-config.ts";
import { type Installed, type Origin, writeInstallation } from "./installation.ts";
import { findPackage, type Provider, providerOf } from "./packages.ts";
import { type Ask, getJson, isMirrored, refusalOfRegistry } from "./registry.ts";

export interface Chosen {
  readonly real: readonly System[];
  readonly standIns: readonly System[];
  /** For TF_CLI_CONFIG_FILE; undefined where all are stand-ins. */
  readonly configFile: string | undefined;
}

export interface ChooseOptions {
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

function told(origin: Origin): string {
  if (origin.kind === "package") return `from ${origin.package.from}`;
  return `from ${origin.kind === "registry" ? origin.host : origin.url}`;
}

function wayOut({ system, source, version }: Provider, why: string): string {
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
        return `${system} real, ${told(origin)}`;
      }
      if (choices[system] === "real") throw new CliError(wayOut(provider, origin));
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
