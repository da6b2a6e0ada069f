/** Finds real providers on this machine and in registries. */
import { readFileSync, realpathSync, statSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { messageOf } from "../../ui/errors.ts";
import { namesIn } from "../../ui/files.ts";
import type { System } from "../../ui/options.ts";
import type { ProviderPlaces } from "./cli-config.ts";
import { cachedTool, PROXMOX_PROVIDER } from "./tools.ts";

/** The registries of Terraform and of OpenTofu. */
export const HOSTS = ["registry.terraform.io", "registry.opentofu.org"] as const;

/** A provider, in the version that the bindings are of. */
export interface Provider {
  readonly system: System;
  /** `bpg/proxmox` */
  readonly source: string;
  readonly version: string;
}

/** A provider that is on this machine. */
export interface Package {
  /** What it is found as: a folder with the program, the archive that a registry has, or the program itself. */
  readonly kind: "folder" | "archive" | "program";
  /** Absolute, and no link. */
  readonly path: string;
  /** Where it is from, for people. */
  readonly from: string;
}

const selection = z.object({ source: z.string(), version: z.string() });

/** The provider that the bindings of a system were generated from. */
export function providerOf(system: System): Provider {
  const file = join(import.meta.dirname, "../../../providers", system, "selection.json");
  return { system, ...selection.parse(JSON.parse(readFileSync(file, "utf8"))) };
}

/** As registries name it: `linux_amd64`. */
export function platform(): string {
  const system = process.platform === "win32" ? "windows" : process.platform;
  const processors: Readonly<Record<string, string>> = { x64: "amd64", ia32: "386" };
  return `${system}_${processors[process.arch] ?? process.arch}`;
}

function isThere(path: string, what: "isFile" | "isDirectory"): boolean {
  return statSync(path, { throwIfNoEntry: false })?.[what]() ?? false;
}

/** Of one folder laid out as `HOST/NAMESPACE/TYPE/…`. */
function inMirror(root: string, { source, version }: Provider): Package | undefined {
  for (const host of HOSTS) {
    const folder = join(root, host, source, version, platform());
    if (isThere(folder, "isDirectory")) return { kind: "folder", path: realpathSync(folder), from: root };
    const name = `terraform-provider-${source.split("/")[1]}_${version}_${platform()}.zip`;
    const archive = join(root, host, source, name);
    if (isThere(archive, "isFile")) return { kind: "archive", path: realpathSync(archive), from: root };
  }
  return undefined;
}

/** The program that a folder of dev_overrides has, of whatever version. */
function inOverride(folder: string, { source }: Provider): Package | undefined {
  const program = new RegExp(`^terraform-provider-${source.split("/")[1]}([_.].*)?$`);
  const name = namesIn(folder).find((each) => program.test(each));
  if (name === undefined) return undefined;
  return { kind: "program", path: realpathSync(join(folder, name)), from: `dev_overrides, ${folder}` };
}

/** Folders of providers that `init` has installed for stacks of this lab. */
function ofStacks(output: string): readonly string[] {
  const stacks = join(output, "stacks");
  return namesIn(stacks).map((name) => join(stacks, name, ".terraform", "providers"));
}

/**
 * The first that is found: by dev_overrides, built by `lab tools`, in a mirror or the plugin cache, among what `init` has
 * installed for this lab.
 *
 * @param output the folder of the synthesized stacks
 */
export function findPackage(
  provider: Provider,
  places: ProviderPlaces,
  output: string,
  env: NodeJS.ProcessEnv = process.env,
): Package | undefined {
  const override = places.overrides[provider.source];
  const found = override === undefined ? undefined : inOverride(override, provider);
  if (found !== undefined) return found;
  const built = provider.system === "proxmox" ? cachedTool(PROXMOX_PROVIDER, env) : undefined;
  if (built !== undefined) return { kind: "program", path: realpathSync(built), from: "lab tools" };
  for (const root of [...places.folders, ...ofStacks(output)]) {
    const installed = inMirror(root, provider);
    if (installed !== undefined) return installed;
  }
  return undefined;
}

/** A registry that answers does so in less; where none does, nobody should have to wait. */
const TIMEOUT_MS = 3000;

/** Null when it can be had there, else why not. */
export type Ask = (address: string) => Promise<unknown>;

/** One GET, of JSON. @throws Error that says what is wrong */
export async function getJson(address: string): Promise<unknown> {
  const { host } = new URL(address);
  const answer = await fetch(address, { signal: AbortSignal.timeout(TIMEOUT_MS) }).catch((error: unknown) => {
    const cause = error instanceof Error ? error.cause : undefined;
    const why = error instanceof Error && error.name === "TimeoutError" ? "in 3 s" : messageOf(cause ?? error);
    throw new Error(`${host} does not answer (${why})`);
  });
  if (!answer.ok) throw new Error(`${host} answers ${answer.status}`);
  return answer.json().catch(() => {
    throw new Error(`${host} does not answer with JSON`);
  });
}

const download = z.object({ download_url: z.string() });
const index = z.object({ versions: z.record(z.string(), z.unknown()) });

/** Null when the registry has it for this machine, else why not. */
export async function refusalOfRegistry(host: string, provider: Provider, ask: Ask): Promise<string | null> {
  const [os, processor] = platform().split("_");
  const { source, version } = provider;
  try {
    download.parse(await ask(`https://${host}/v1/providers/${source}/${version}/download/${os}/${processor}`));
    return null;
  } catch (error) {
    return error instanceof z.ZodError ? `${host} has no ${source} ${version}` : messageOf(error);
  }
}

/**
 * Whether a network mirror has it, by the protocol
 * https://developer.hashicorp.com/terraform/internals/provider-network-mirror-protocol
 */
export async function isMirrored(mirror: string, host: string, provider: Provider, ask: Ask): Promise<boolean> {
  try {
    const address = new URL(`${host}/${provider.source}/index.json`, mirror.endsWith("/") ? mirror : `${mirror}/`);
    return provider.version in index.parse(await ask(address.href)).versions;
  } catch {
    return false;
  }
}
