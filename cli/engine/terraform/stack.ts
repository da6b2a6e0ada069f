/** Reads a synthesized stack. */
import { readFileSync } from "node:fs";
import { relative, resolve, sep } from "node:path";
import { z } from "zod";
import { CliError, messageOf } from "../../ui/errors.ts";
import type { StackInfo } from "../synth/assembly.ts";
import type { Project } from "../synth/project.ts";

const attributes = z.record(z.string(), z.unknown());

const document = z.looseObject({
  terraform: z
    .looseObject({ backend: z.record(z.string(), attributes).optional(), required_providers: attributes.optional() })
    .default({}),
  variable: z.record(z.string(), z.looseObject({ sensitive: z.boolean().optional() })).default({}),
  module: z.record(z.string(), attributes).default({}),
  resource: z.record(z.string(), z.record(z.string(), attributes)).default({}),
});

/** Where the state is kept, as synthesized. */
export interface Backend {
  /** `local`, `s3`, `oci` … */
  readonly kind: string;
  readonly config: Readonly<Record<string, unknown>>;
}

/** A stack, read. */
export interface Stack extends StackInfo {
  /** Names of its input variables. */
  readonly variables: readonly string[];
  /** Those that it declares sensitive. */
  readonly sensitiveVariables: readonly string[];
  readonly backend: Backend;
  /** The local state file, absolute; null where state is kept elsewhere. */
  readonly stateFile: string | null;
  /** All that `init` acts on, as text to be compared. */
  readonly initInputs: string;
  /** Resource configurations by type and name. */
  readonly resources: Readonly<Record<string, Readonly<Record<string, Readonly<Record<string, unknown>>>>>>;
}

/** Reads a stack, and refuses one whose state would not be where this lab keeps it. */
export function readStack(info: StackInfo, project: Project): Stack {
  let read: z.infer<typeof document>;
  try {
    read = document.parse(JSON.parse(readFileSync(info.file, "utf8")));
  } catch (error) {
    throw new CliError(`${info.file}: cannot be read as a stack: ${messageOf(error).split("\n")[0]}`);
  }
  const { backend } = read.terraform;
  const kind = Object.keys(backend ?? {})[0] ?? "local";
  const path = backend?.["local"]?.["path"];
  const stateFile =
    kind === "local" ? resolve(info.folder, typeof path === "string" ? path : "terraform.tfstate") : null;
  refuseForeignState(info, stateFile, project);
  return {
    ...info,
    variables: Object.keys(read.variable),
    sensitiveVariables: Object.entries(read.variable).flatMap(([name, { sensitive }]) => (sensitive ? [name] : [])),
    backend: { kind, config: backend?.[kind] ?? {} },
    stateFile,
    initInputs: JSON.stringify([
      backend ?? null,
      read.terraform.required_providers ?? null,
      Object.entries(read.module).map(([name, { source, version }]) => [name, source, version]),
    ]),
    resources: read.resource,
  };
}

/** Folders in which labs keep states. */
const KEEPING = [".lab", ".sandbox"];

/** The sandbox's state and the real one must never meet, nor those of two labs, whatever was synthesized last. */
function refuseForeignState({ name }: StackInfo, stateFile: string | null, { sandbox, home, data }: Project): void {
  const inSandbox = stateFile?.split(/[\\/]/).includes(".sandbox") ?? false;
  if (inSandbox !== sandbox)
    throw new CliError(
      sandbox
        ? `stack ${name} was not synthesized for the sandbox (its state is ${stateFile ?? "not local"}); leave out --skip-synth`
        : `stack ${name} was synthesized for the sandbox (its state is ${stateFile}); leave out --skip-synth`,
    );
  if (stateFile === null) return;
  const ours = !relative(data, stateFile).startsWith(`..${sep}`);
  // An app that is no lab may keep its state wherever it likes.
  if (ours || !KEEPING.some((folder) => stateFile.split(/[\\/]/).includes(folder))) return;
  throw new CliError(
    `stack ${name} was not synthesized for this LAB_HOME, ${home} (its state is ${stateFile}); leave out --skip-synth`,
  );
}
