/** Reads the state of a stack, and teaches the masker the secrets in it: what it marks as sensitive, and what providers do. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { z } from "zod";
import { CliError, messageOf } from "../../ui/errors.ts";
import { namesIn } from "../../ui/files.ts";
import { sensitiveValues } from "../../ui/mask-documents.ts";
import { learn, learnLater } from "../../ui/masker.ts";
import { fieldOf, textsIn } from "../../ui/values.ts";
import { isInternalOutput } from "../../ui/words.ts";
import type { Stack } from "../terraform/stack.ts";
import { addressOf, locationOf } from "./location.ts";
import type { StateStore } from "./store.ts";
import { movedTo, stateSchema } from "./text.ts";

/** An output of a stack. */
export interface Output {
  readonly value: unknown;
  readonly sensitive: boolean;
}

/** An object that a state holds. */
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

/** What a state holds. */
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
  let read: z.infer<typeof stateSchema>;
  try {
    read = stateSchema.parse(JSON.parse(text));
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

/** What it takes to read states. */
export interface StateReader {
  readonly states: StateStore;
  /** Whether the lab's config has OpenTofu encrypt them. */
  readonly encryptedState: boolean;
}

type Instance = z.infer<typeof stateSchema>["resources"][number]["instances"][number];
type Path = NonNullable<Instance["sensitive_attributes"]>[number];

function at(value: unknown, path: Path): unknown {
  return path.reduce((within, { value: key }) => fieldOf(within, typeof key === "object" ? key.value : key), value);
}

/**
 * Learns a state.
 *
 * What stacks read of each other loses its sensitivity on the way: the plan of the one that reads shows it in clear. So such
 * outputs are learned from the state of the stack that makes them. cdktf calls them all sensitive, addresses and names too:
 * those that stand there as an attribute which is not sensitive are none.
 *
 * @param document a state of version 4, parsed; anything else teaches nothing
 */
export function learnState(document: unknown): void {
  const { success, data } = stateSchema.safeParse(document);
  if (!success) return;
  const instances = data.resources.flatMap(({ mode, type, instances }) =>
    instances.map(({ attributes, sensitive_attributes: paths }) => ({
      attributes,
      sensitive: [
        ...sensitiveValues(mode === "data" ? "data" : "managed", type, attributes),
        ...(paths ?? []).map((path) => at(attributes, path)),
      ],
    })),
  );
  const sensitive = new Set(instances.flatMap((each) => textsIn(each.sensitive)));
  learn([...sensitive]);
  const outputs = Object.entries(data.outputs).filter(([, output]) => output.sensitive === true);
  if (outputs.length === 0) return;
  const open = new Set(
    instances.flatMap(({ attributes }) => textsIn(attributes)).filter((text) => !sensitive.has(text)),
  );
  for (const [name, { value }] of outputs)
    learn(isInternalOutput(name) ? textsIn(value).filter((text) => !open.has(text)) : value);
}

/** Texts of states, each of which is learned once. */
const learned = new Set<string>();

/** Learns the text of a state. One that is empty, encrypted or damaged teaches nothing: whoever needs it says so. */
export function learnStateText(text: string): void {
  if (learned.has(text)) return;
  learned.add(text);
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch {
    return;
  }
  learnState(document);
}

/** Empty of a file that is gone, or not ours to read. */
function textOf(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return "";
  }
}

/** Learns the states in a folder. */
export function learnStates(folder: string): void {
  for (const name of namesIn(folder)) if (name.endsWith(".tfstate")) learnStateText(textOf(join(folder, name)));
}
