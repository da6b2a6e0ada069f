/** What every `lab images` command stands on: the lab's config, where builds are kept, somewhere to print, signals. */
import { mkdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { loadConfig } from "../../config/load.ts";
import { readEnvironment } from "../../config/environment.ts";
import type { LabConfig } from "../../config/schema.ts";
import { type ImageInputs, REPOSITORY } from "../../images/identity.ts";
import { CliError, Interrupted, messageOf } from "../errors.ts";
import { type Interruption, watchSignals } from "../run/interruption.ts";
import { takeLock } from "../run/lock.ts";
import { openTerminal, type Terminal } from "../show/terminal.ts";

export interface ImagesOptions {
  readonly config?: string;
  readonly json?: boolean;
  readonly artifacts?: string;
  /** `name=value`, as Packer takes them. */
  readonly var?: readonly string[];
}

type Inputs = ImageInputs & { readonly root: string };

export interface ImagesPlace {
  readonly config: LabConfig;
  /** What the input hashes are computed from. */
  readonly inputs: Inputs;
  /** The same without the variables that were given: what images.lock.json is of. */
  readonly declared: Inputs;
  /** Where builds are kept, absolute. */
  readonly artifacts: string;
  readonly terminal: Terminal;
  readonly interruption: Interruption;
  readonly say: (line: string) => void;
}

function variables(given: readonly string[] = []): Readonly<Record<string, string>> {
  return Object.fromEntries(
    given.map((text) => {
      const [, name, value] = /^(\w+)=(.*)$/s.exec(text) ?? [];
      if (name === undefined || value === undefined)
        throw new CliError(`--var: got ${JSON.stringify(text)}, allowed NAME=VALUE, such as architecture=x86_64`);
      return [name, value];
    }),
  );
}

/** What the images of a config are made from. Variables named proxmox_… are unknown to the base's template. */
export function inputsOf(config: LabConfig, given?: readonly string[]): Inputs {
  const all = Object.entries(variables(given));
  const ofProxmox = ([name]: readonly [string, string]): boolean => name.startsWith("proxmox_");
  return {
    root: REPOSITORY,
    proxmoxVersion: config.versions.proxmox,
    variables: Object.fromEntries(all.filter((each) => !ofProxmox(each))),
    proxmoxVariables: Object.fromEntries(all.filter(ofProxmox)),
  };
}

/** Errors of config and images are lines for people already. */
function told(error: unknown, interruption: Interruption): unknown {
  const reason: unknown = interruption.signal.reason;
  if (reason instanceof Interrupted) return reason;
  return error instanceof CliError ? error : new CliError(messageOf(error));
}

/** Runs `work`; with `alone`, while nobody else builds in the same folder. */
export async function atImages<T>(
  options: ImagesOptions,
  alone: string | null,
  work: (place: ImagesPlace) => Promise<T>,
): Promise<T> {
  const terminal = openTerminal({ json: options.json ?? false, color: true });
  const interruption = watchSignals((line) => terminal.aside(line));
  const say = (line: string): void => terminal.aside(line);
  try {
    const { labHome, configFile } = readEnvironment();
    const artifacts = resolve(options.artifacts ?? join(labHome, "artifacts"));
    const config = await loadConfig(options.config ?? configFile);
    const inputs = inputsOf(config, options.var);
    const place = { config, inputs, declared: inputsOf(config), artifacts, terminal, interruption, say };
    if (alone === null) return await work(place);
    mkdirSync(artifacts, { recursive: true });
    const lock = await takeLock(join(artifacts, ".lock"), alone, say, interruption.signal);
    try {
      return await work(place);
    } finally {
      lock.release();
    }
  } catch (error) {
    throw told(error, interruption);
  } finally {
    terminal.status("");
    interruption.dispose();
  }
}
