/** Teaches the masker the secrets in states: what they mark as sensitive, and what the providers' schemas do. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { z } from "zod";
import { sensitiveValues } from "../../ui/mask-documents.ts";
import { learn } from "../../ui/masker.ts";
import { isInternalOutput } from "../../ui/words.ts";
import { stateSchema } from "./text.ts";
import { fieldOf, textsIn } from "../../ui/values.ts";
import { namesIn } from "../../ui/files.ts";

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
