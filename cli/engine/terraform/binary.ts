/** Finds the terraform or tofu to run. */
import { realpathSync, statSync } from "node:fs";
import { z } from "zod";
import { userPath } from "../../../config/user-path.ts";
import { CliError } from "../../ui/errors.ts";
import { readIfThere, writeAtomically } from "../../ui/files.ts";
import { cachedTool, OPENTOFU, which } from "./tools.ts";
import { capture } from "../../clients/processes.ts";

/** A tool that was found. */
export interface Binary {
  readonly path: string;
  readonly product: "OpenTofu" | "Terraform";
  readonly version: string;
}

/** The minor version of 1; older ones lack functions and `-json` fields that we and the synthesized code use. */
const OLDEST = 8;

const WAYS =
  "install OpenTofu (https://opentofu.org/docs/intro/install) or Terraform, 1.8 or newer, or set TERRAFORM_BINARY_NAME; " +
  "with Go installed, `npx lab tools build` makes one";
const WITH_GO =
  "`npx lab tools build` makes OpenTofu with the Go that is here, in a few minutes; or install OpenTofu " +
  "(https://opentofu.org/docs/intro/install) or Terraform, 1.8 or newer, or set TERRAFORM_BINARY_NAME";

/** Asks a binary what it is. Its banner distinguishes the products: their JSON is the same. */
async function identify(path: string, env: Readonly<Record<string, string>>, timeout: number): Promise<Binary> {
  const { error, stdout: banner } = await capture(path, ["version"], {
    env: { ...env },
    timeout,
    killSignal: "SIGKILL",
  });
  if (error !== null) {
    const added = addedArguments(env, "version");
    throw new CliError(`${path} cannot be run: ${error.message.split("\n")[0]}${added === "" ? "" : `; ${added}`}`);
  }
  const found = /^(OpenTofu|Terraform) v(\d+\.\d+\.\d+\S*)/m.exec(banner);
  if (found?.[1] === undefined || found[2] === undefined) {
    throw new CliError(`${path} is neither OpenTofu nor Terraform: \`version\` says "${banner.split("\n")[0]}"`);
  }
  return { path, product: found[1] === "OpenTofu" ? "OpenTofu" : "Terraform", version: found[2] };
}

/** Whether it is version 1.`minor` or newer. */
export function isAtLeast({ version }: Pick<Binary, "version">, minor: number): boolean {
  const [major = 0, itsMinor = 0] = version.split(".").map(Number);
  return major > 1 || (major === 1 && itsMinor >= minor);
}

/** How it is looked for. */
export interface FindOptions {
  /** @default - TERRAFORM_BINARY_NAME of this process */
  readonly wished?: string | undefined;
  /** How long a binary may take to say what it is, in milliseconds. @default 30 s */
  readonly timeout?: number;
  /** Spares asking one that is known. @default - each is asked */
  readonly known?: KnownTools;
}

/**
 * TERRAFORM_BINARY_NAME, else tofu, else terraform on PATH, else the OpenTofu that `lab tools build` made.
 *
 * @param env the environment the binary will run in
 */
export async function findBinary(
  env: Readonly<Record<string, string>>,
  { wished = process.env["TERRAFORM_BINARY_NAME"], timeout = 30_000, known }: FindOptions = {},
): Promise<Binary> {
  const path = env["PATH"] ?? "";
  const ask = async (file: string): Promise<Binary> => known?.recall(file) ?? identify(file, env, timeout);
  if (wished !== undefined && wished !== "") {
    const file = which(/[\\/]/.test(wished) ? userPath(wished, "TERRAFORM_BINARY_NAME") : wished, path);
    if (file === undefined) throw new CliError(`TERRAFORM_BINARY_NAME: got "${wished}", which is not on PATH; ${WAYS}`);
    const binary = await ask(file);
    if (isAtLeast(binary, OLDEST)) return binary;
    throw new CliError(`TERRAFORM_BINARY_NAME: ${describeBinary(binary)} is too old, allowed 1.8 or newer`);
  }
  const old: Binary[] = [];
  for (const find of [() => which("tofu", path), () => which("terraform", path), () => cachedTool(OPENTOFU)]) {
    const file = find();
    if (file === undefined) continue;
    const binary = await ask(file);
    if (isAtLeast(binary, OLDEST)) return binary;
    old.push(binary);
  }
  const found =
    old.length === 0
      ? "neither tofu nor terraform is on PATH"
      : `${old.map(describeBinary).join(" and ")}: too old, allowed 1.8 or newer`;
  throw new CliError(`${found}: ${which("go", path) === undefined ? WAYS : WITH_GO}`);
}

/** `OpenTofu 1.12.6 (/usr/bin/tofu)` */
export function describeBinary({ product, version, path }: Binary): string {
  return `${product} ${version} (${path})`;
}

type Variables = Readonly<Record<string, string | undefined>>;

/**
 * A line that names, after a call that failed, the arguments that a user has the tool add to each (TF_CLI_ARGS and
 * TF_CLI_ARGS_plan, _apply and so on), as the tool does not distinguish them from ours. Empty where there are none.
 *
 * @param verb the command, such as `plan`
 */
export function addedArguments(env: Variables, verb: string): string {
  const set = ["TF_CLI_ARGS", `TF_CLI_ARGS_${verb.replaceAll("-", "_")}`].filter((name) => env[name]?.trim());
  if (set.length === 0) return "";
  const settings = set.map((name) => `${name}=${JSON.stringify(env[name])}`).join(" and ");
  return `${settings} went with it to \`${verb}\`: unset ${set.length === 1 ? "it" : "them"} if that is not meant for this lab`;
}

/** What a tool says of itself. */
export type Identity = Pick<Binary, "product" | "version">;

/**
 * What earlier runs have found out of tools, by file: asking one costs as much as a tenth of its plan. A file may stand for
 * several versions, as those of tenv and tfenv do, so what a run says of its tool is compared.
 */
export interface KnownTools {
  /** Undefined for one that no run has confirmed, or that has been replaced since. */
  recall(path: string): Binary | undefined;
  /**
   * Takes what a run said of its tool: remembered from now on where it is what we went by.
   *
   * @returns what to print where it is not what was remembered, which is forgotten; null where all is well
   */
  compare(binary: Binary, said: Identity): string | null;
}

const schema = z.record(
  z.string(),
  z.object({ file: z.string(), product: z.literal(["OpenTofu", "Terraform"]), version: z.string() }),
);

/** Identifies a file, as against one that takes its place. */
function fingerprint(path: string): string {
  const file = realpathSync(path);
  const { ino, size, mtimeMs } = statSync(file);
  return [file, ino, size, mtimeMs].join(" ");
}

/** @param memory the file in which it is kept */
export function knownTools(memory: string): KnownTools {
  const recall = (path: string): Binary | undefined => {
    try {
      const found = schema.parse(JSON.parse(readIfThere(memory) ?? "{}"))[path];
      if (found?.file !== fingerprint(path)) return undefined;
      return { path, product: found.product, version: found.version };
    } catch {
      return undefined; // damaged, or of another version of ours: the tool can be asked
    }
  };
  return {
    recall,
    compare(binary, said) {
      const { path, product, version } = binary;
      const known = recall(path) !== undefined;
      if (said.product === product && said.version === version) {
        if (!known) writeAtomically(memory, JSON.stringify({ [path]: { file: fingerprint(path), product, version } }));
        return null;
      }
      if (!known) return null;
      writeAtomically(memory, "{}");
      return `${path} is ${said.product} ${said.version} now, where the runs before had ${product} ${version}: run this again`;
    },
  };
}
