/** The state of a stack: what it holds, and the commands that edit it. */
import { execFile } from "node:child_process";
import { z } from "zod";
import { CliError, messageOf } from "../../ui/errors.ts";
import { learnStateText } from "../../ui/mask-documents.ts";
import { learnLater } from "../../ui/masker.ts";
import type { Environment } from "../synth/environment.ts";
import type { Runner } from "../terraform/runner.ts";
import type { Stack } from "../terraform/stack.ts";
import { addressOf, locationOf } from "./location.ts";
import type { StateStore } from "./store.ts";
import { movedTo } from "./text.ts";

const scalar = z.union([z.string(), z.number()]);

const state = z.looseObject({
  version: z.literal(4),
  serial: z.number().default(0),
  lineage: z.string().default(""),
  outputs: z.record(z.string(), z.object({ value: z.unknown(), sensitive: z.boolean().optional() })).default({}),
  resources: z
    .array(
      z.object({
        module: z.string().optional(),
        mode: z.string(),
        type: z.string(),
        name: z.string(),
        instances: z
          .array(
            z.object({
              index_key: scalar.optional(),
              deposed: z.string().optional(),
              status: z.string().optional(),
              attributes: z.record(z.string(), z.unknown()).nullish(),
            }),
          )
          .default([]),
      }),
    )
    .default([]),
});

export interface Output {
  readonly value: unknown;
  readonly sensitive: boolean;
}

export interface StateResource {
  /** As terraform writes it: `module.x.oci_core_vcn.network["a"]`. */
  readonly address: string;
  readonly type: string;
  /** What the provider calls it, where it has an id. */
  readonly id: string | null;
  readonly attributes: Readonly<Record<string, unknown>>;
  /** To be replaced by the next apply. */
  readonly tainted: boolean;
}

export interface State {
  /** Goes up with every change; 0 of what was never deployed. */
  readonly serial: number;
  /** Which history it belongs to; empty of what was never deployed. */
  readonly lineage: string;
  readonly resources: readonly StateResource[];
  readonly outputs: Readonly<Record<string, Output>>;
}

/** What a stack that was never deployed has. */
export const NO_STATE: State = { serial: 0, lineage: "", resources: [], outputs: {} };

/**
 * Parses the text of a state, as in the file or from `state pull`. Nothing, or an empty file, is no state. What is sensitive
 * in it is masked from now on.
 */
export function parseState(text: string, where: string): State {
  if (text.trim() === "") return NO_STATE;
  learnLater(() => learnStateText(text));
  let read: z.infer<typeof state>;
  try {
    read = state.parse(JSON.parse(text));
  } catch (error) {
    throw new CliError(
      `${where}: cannot be read as a state: ${messageOf(error).split("\n")[0]}; it may be encrypted, or damaged`,
    );
  }
  const resources = read.resources
    .filter(({ mode }) => mode === "managed")
    .flatMap(({ module, type, name, instances }) =>
      instances
        .filter(({ deposed }) => deposed === undefined)
        .map(({ index_key: key, attributes, status }): StateResource => {
          const index = key === undefined ? "" : `[${JSON.stringify(key)}]`;
          const id = attributes?.["id"];
          return {
            address: `${module === undefined ? "" : `${module}.`}${type}.${name}${index}`,
            type,
            id: typeof id === "string" || typeof id === "number" ? String(id) : null,
            attributes: attributes ?? {},
            tainted: status === "tainted",
          };
        }),
    );
  const outputs = Object.fromEntries(
    Object.entries(read.outputs).map(([name, { value, sensitive }]) => [
      name,
      { value, sensitive: sensitive ?? false },
    ]),
  );
  return { serial: read.serial, lineage: read.lineage, resources, outputs };
}

/** Whether anything was ever deployed and not destroyed since. */
export function isDeployed({ resources, outputs }: State): boolean {
  return resources.length > 0 || Object.keys(outputs).length > 0;
}

/**
 * The state of a stack, wherever it is kept. Only one that is not in a plain file costs a process.
 *
 * @throws CliError for one that was moved away: whoever deploys from it goes by a config of before
 */
export async function stateOf(
  { states, encryptedState }: StateReader,
  stack: Pick<Stack, "name" | "backend" | "stateFile">,
): Promise<State> {
  const place = locationOf(stack, encryptedState);
  const text = await states.read(place, stack.name);
  const to = movedTo(text);
  if (to !== null)
    throw new CliError(
      `the state of ${stack.name} was moved from ${addressOf(place)} to ${to}: set \`state\` in lab.config.ts to where it is`,
    );
  return parseState(text, addressOf(place));
}

/**
 * Runs a command that edits the state: `state rm` and `taint`.
 *
 * @param done whether the state is what it was to become: an exit code says less
 */
async function editState(
  runner: StackRunner,
  stack: Stack,
  env: Environment,
  args: readonly string[],
  done: (resources: readonly StateResource[]) => boolean,
): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    const options = { cwd: stack.folder, env: { ...env }, encoding: "utf8" } as const;
    execFile(runner.binary.path, args, options, (error, _, stderr) =>
      error === null ? resolve() : reject(new CliError(`${stack.name}: ${args[0]} failed: ${stderr.trim()}`)),
    );
  });
  if (!done((await stateOf(runner, stack)).resources))
    throw new CliError(
      `${stack.name}: \`${runner.binary.path} ${args.join(" ")}\` ended with exit code 0, and the state is as it was`,
    );
}

/** Makes the state forget objects; they stay as they are. */
export async function removeFromState(
  runner: StackRunner,
  stack: Stack,
  env: Environment,
  addresses: readonly string[],
): Promise<void> {
  if (addresses.length === 0) return;
  await editState(runner, stack, env, ["state", "rm", "-no-color", ...addresses], (resources) =>
    resources.every(({ address }) => !addresses.includes(address)),
  );
}

/** Has the next apply make objects again. */
export async function taint(
  runner: StackRunner,
  stack: Stack,
  env: Environment,
  addresses: readonly string[],
): Promise<void> {
  for (const named of addresses)
    await editState(runner, stack, env, ["taint", "-no-color", named], (resources) =>
      resources.some(({ address, tainted }) => address === named && tainted),
    );
}

// What it takes to read states, and to change stacks.

/** What it takes to read states. */
export interface StateReader {
  readonly states: StateStore;
  /** Whether the lab's config has OpenTofu encrypt them. */
  readonly encryptedState: boolean;
}

/** What it takes to run terraform or tofu on a stack and to read its state. */
export interface StackRunner extends Runner, StateReader {}
