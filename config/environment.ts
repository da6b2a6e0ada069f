/** The one module that reads the environment. */
import { join, resolve } from "node:path";
import { ConfigFileError } from "./errors.ts";
import { pathVariable } from "./user-path.ts";

/** The lab's environment variables, parsed. */
export interface Environment {
  /** LAB_HOME: where state, secrets and the sandbox live. Default: the repository. */
  readonly labHome: string;
  /** LAB_CONFIG: the config to load. Default: `lab.config.ts` of the repository. */
  readonly configFile: string;
  /** LAB_SANDBOX: deploy into the sandbox instead of an account. Default: no. */
  readonly sandbox: boolean;
  /** LAB_BASE_PORT: access.basePort of a config that names none; `cdktf --sandbox` sets it, so that labs are no obstacle to each other. */
  readonly basePort: number | undefined;
  /** DEBUG: stack traces on errors. Default: no. */
  readonly debug: boolean;
  /** CDKTF_OUTDIR: where stacks are synthesized to. Default: `cdktf.out` in LAB_HOME. */
  readonly outdir: string;
  /** TERRAFORM_BINARY_NAME: the terraform or tofu to run. Default: null, whichever is on PATH. */
  readonly terraformBinary: string | null;
}

type Variables = Readonly<Record<string, string | undefined>>;

/** Folder of the checkout, absolute. */
export const REPOSITORY = resolve(import.meta.dirname, "..");

const SWITCH: Readonly<Record<string, boolean>> = {
  "1": true,
  true: true,
  yes: true,
  "0": false,
  false: false,
  no: false,
};

/** Empty means unset, as `VAR= command` is how a shell unsets one for a command. */
function text(env: Variables, name: string): string | undefined {
  const value = env[name];
  return value === "" ? undefined : value;
}

/** A misspelt switch must not mean "use the real account". */
function strictSwitch(env: Variables, name: string): boolean {
  const value = text(env, name)?.toLowerCase() ?? "0";
  const on = SWITCH[value];
  if (on === undefined)
    throw new ConfigFileError("environment", `${name}: got ${JSON.stringify(value)}, allowed 1 or 0`);
  return on;
}

/** DEBUG belongs to many programs, with values like `*`: anything but a plain "no" is yes. */
function looseSwitch(env: Variables, name: string): boolean {
  const value = text(env, name)?.toLowerCase();
  return value !== undefined && SWITCH[value] !== false;
}

/** A port number; the config's own check says which are allowed. */
function portIn(env: Variables, name: string): number | undefined {
  const value = text(env, name);
  if (value === undefined || /^\d{1,5}$/.test(value)) return value === undefined ? undefined : Number(value);
  throw new ConfigFileError("environment", `${name}: got ${JSON.stringify(value)}, allowed a port number`);
}

/**
 * A path that stands in a backend's block. Terraform takes `${` there as it is, and OpenTofu as a template (1.11.4 and
 * 1.12.6: tried), so a state would be in two places.
 *
 * @returns what is wrong with it; null where nothing is
 */
export function unfitHome(home: string): string | null {
  if (!/[$%]\{/.test(home)) return null;
  return `LAB_HOME: got ${JSON.stringify(home)}, allowed a path without "\${" and "%{", which OpenTofu takes for a template`;
}

/**
 * Parses the environment; relative paths count from the working directory.
 *
 * @throws ConfigFileError, one line, when LAB_SANDBOX is neither on nor off, or LAB_HOME is no place for states;
 * UserPathError for a path that cannot be meant
 */
export function readEnvironment(env: Variables = process.env): Environment {
  const labHome = pathVariable(env, "LAB_HOME") ?? REPOSITORY;
  const unfit = unfitHome(labHome);
  if (unfit !== null) throw new ConfigFileError("environment", unfit);
  return {
    labHome,
    configFile: pathVariable(env, "LAB_CONFIG") ?? join(REPOSITORY, "lab.config.ts"),
    sandbox: strictSwitch(env, "LAB_SANDBOX"),
    basePort: portIn(env, "LAB_BASE_PORT"),
    debug: looseSwitch(env, "DEBUG"),
    outdir: pathVariable(env, "CDKTF_OUTDIR") ?? join(labHome, "cdktf.out"),
    terraformBinary: text(env, "TERRAFORM_BINARY_NAME") ?? null,
  };
}
