/** Which terraform or tofu to run. */
import { execFile } from "node:child_process";
import { userPath } from "../../config/user-path.ts";
import { CliError, messageOf } from "../errors.ts";
import { addedArguments } from "./added-arguments.ts";
import { cachedTofu } from "../tools/cache.ts";
import type { KnownTools } from "./known.ts";
import { which } from "./which.ts";

export interface Binary {
  readonly path: string;
  readonly product: "OpenTofu" | "Terraform";
  readonly version: string;
}

/** Older ones lack functions and `-json` fields that we and the synthesized code use. */
const OLDEST = { major: 1, minor: 8 };

const WAYS =
  "install OpenTofu (https://opentofu.org/docs/intro/install) or Terraform, 1.8 or newer, or set TERRAFORM_BINARY_NAME; " +
  "with Go installed, `npx lab tools build` makes one";
const WITH_GO =
  "`npx lab tools build` makes OpenTofu with the Go that is here, in a few minutes; or install OpenTofu " +
  "(https://opentofu.org/docs/intro/install) or Terraform, 1.8 or newer, or set TERRAFORM_BINARY_NAME";

/** Asks a binary what it is. Its banner tells the products apart: their JSON is the same. */
async function identify(path: string, env: Readonly<Record<string, string>>, timeout: number): Promise<Binary> {
  const run = (...args: readonly string[]): Promise<string> =>
    new Promise((done, fail) => {
      execFile(path, args, { env: { ...env }, encoding: "utf8", timeout }, (error, stdout) =>
        error === null ? done(stdout) : fail(error),
      );
    });
  let banner: string;
  try {
    banner = await run("version");
  } catch (error) {
    const added = addedArguments(env, "version");
    throw new CliError(`${path} cannot be run: ${messageOf(error).split("\n")[0]}${added === "" ? "" : `; ${added}`}`);
  }
  const found = /^(OpenTofu|Terraform) v(\d+\.\d+\.\d+\S*)/m.exec(banner);
  if (found?.[1] === undefined || found[2] === undefined) {
    throw new CliError(`${path} is neither OpenTofu nor Terraform: \`version\` says "${banner.split("\n")[0]}"`);
  }
  return { path, product: found[1] === "OpenTofu" ? "OpenTofu" : "Terraform", version: found[2] };
}

function newEnough({ version }: Binary): boolean {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  return major > OLDEST.major || (major === OLDEST.major && minor >= OLDEST.minor);
}

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
    if (newEnough(binary)) return binary;
    throw new CliError(`TERRAFORM_BINARY_NAME: ${told(binary)} is too old, allowed 1.8 or newer`);
  }
  const old: Binary[] = [];
  for (const find of [() => which("tofu", path), () => which("terraform", path), () => cachedTofu()]) {
    const file = find();
    if (file === undefined) continue;
    const binary = await ask(file);
    if (newEnough(binary)) return binary;
    old.push(binary);
  }
  const found =
    old.length === 0
      ? "neither tofu nor terraform is on PATH"
      : `${old.map(told).join(" and ")}: too old, allowed 1.8 or newer`;
  throw new CliError(`${found}: ${which("go", path) === undefined ? WAYS : WITH_GO}`);
}

/** `OpenTofu 1.12.6 (/usr/bin/tofu)` */
export function told({ product, version, path }: Binary): string {
  return `${product} ${version} (${path})`;
}
