/** `--recover-id`: what somebody has decided about objects, those too that no run is known to have lost. */
import { CliError } from "../errors.ts";
import { readLost } from "../run/loss-store.ts";
import { type Import, quoted } from "../run/recover.ts";
import type { StackInfo } from "../synth/assembly.ts";
import { stateOf } from "../terraform/state.ts";
import type { Session } from "./session.ts";

/** Ids by address; `none` for what does not exist. */
export type Decisions = ReadonlyMap<string, string>;

export function decisionsFrom(given: readonly string[]): Decisions {
  return new Map(
    given.map((text) => {
      // An index may hold a "=", an id of ours does not begin with one.
      const read = /^(.+?(?:\[.*\])?)=(.+)$/.exec(text);
      if (read?.[1] === undefined || read[2] === undefined) {
        throw new CliError(`--recover-id: got "${text}", allowed ADDRESS=ID or ADDRESS=none`);
      }
      return [read[1], read[2]];
    }),
  );
}

function partsOf(address: string): readonly [type: string, label: string] {
  const [type = "", label = ""] = address.replace(/\[.*\]$/, "").split(".");
  return [type, label];
}

/** The stack that has a resource at an address. */
function ownerOf(session: Session, stacks: readonly StackInfo[], address: string): StackInfo | undefined {
  const [type, label] = partsOf(address);
  return stacks.find((each) => session.stack(each).resources[type]?.[label] !== undefined);
}

/** Why an object that is not known to be lost cannot be imported; null when it can. */
async function refusal(session: Session, stack: StackInfo, address: string, id: string): Promise<string | null> {
  const { resources } = await stateOf(session, session.stack(stack));
  const held = resources.find((resource) => resource.address === address);
  if (held !== undefined)
    return `the state of ${stack.name} holds it already${held.id === null ? "" : ` (${held.id})`}`;
  return id === "none" ? "nothing is known to be lost there" : null;
}

/**
 * Decisions on what no run is known to have lost: somebody has found it, and it is imported where there is room for it.
 *
 * @returns what to import, by stack
 * @throws CliError for what cannot be done, which would otherwise be passed over in silence
 */
export async function found(
  session: Session,
  selected: readonly StackInfo[],
  decisions: Decisions,
): Promise<ReadonlyMap<string, readonly Import[]>> {
  const imports = new Map<string, readonly Import[]>();
  for (const [address, id] of decisions) {
    const refuse = (why: string): CliError => new CliError(`--recover-id ${quoted(`${address}=${id}`)}: ${why}`);
    const stack = ownerOf(session, session.assembly.stacks, address);
    if (stack === undefined) throw refuse("no stack has a resource at this address");
    if (!selected.includes(stack)) throw refuse(`it is of stack ${stack.name}, which has to be named`);
    if (readLost(session.project.run, stack.name).some((lost) => lost.address === address)) continue;
    const why = await refusal(session, stack, address, id);
    if (why !== null) throw refuse(why);
    imports.set(stack.name, [
      ...(imports.get(stack.name) ?? []),
      { address, type: partsOf(address)[0], id, replaces: false },
    ]);
  }
  return imports;
}
