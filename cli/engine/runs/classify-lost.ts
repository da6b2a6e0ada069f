/** Finds out what has become of objects that the state has lost, and by what id each would be imported. */
import { CLUSTER_KEYS, heldImportId, importIdOf, type Known, knownObjects } from "../state/import-ids.ts";
import type { LostObject } from "../state/lost-objects.ts";
import type { StateResource } from "../state/state.ts";
import type { Stack } from "../terraform/stack.ts";

export type Verdict =
  | { readonly kind: "import"; readonly id: string }
  /** It was not made, or is gone: it can be created. */
  | { readonly kind: "absent" }
  /** It is not there, and may still come to be: the call that makes it is under way. */
  | { readonly kind: "pending" }
  /** It cannot be had back, and cannot be made again alone. */
  | { readonly kind: "irreplaceable" }
  /** It may be one of these; with none, it is unknown whether it exists. */
  | { readonly kind: "undecided"; readonly candidates: readonly Candidate[] };

/** What a lost object may be, by the id that imports it. */
export interface Candidate {
  readonly id: string;
  /** For people; may be empty. */
  readonly name: string;
}

export interface Finding {
  readonly object: LostObject;
  readonly verdict: Verdict;
}

/** What a service has by the name of a lost object. */
export interface FoundObject {
  /** As the provider calls it; null for what the service knows by its name alone. */
  readonly id: string | null;
  /** For people; may be empty. */
  readonly name: string;
}

/** Asks the service that an object is of; null where nobody can be asked, or what to ask by is not known. */
export type AskService = (object: LostObject, known: Known) => Promise<readonly FoundObject[] | null>;

export interface Losses {
  readonly lost: readonly LostObject[];
  readonly stack: Pick<Stack, "resources">;
  /** Ids by address, or `none`, from `--recover-id`. */
  readonly decisions: ReadonlyMap<string, string>;
  /** What the states of all stacks hold. */
  readonly held: readonly StateResource[];
  readonly ask: AskService;
}

/** What nobody has to be asked about; null where somebody has. */
function decided({ address, type }: LostObject, decisions: Losses["decisions"]): Verdict | null {
  const decision = decisions.get(address);
  if (decision === "none") return { kind: "absent" };
  if (decision !== undefined) return { kind: "import", id: decision };
  return type === CLUSTER_KEYS ? { kind: "irreplaceable" } : null;
}

/** What is known about each lost object: from its run's log, the stack, the states, and the services where no log has an id. */
export async function classifyLostObjects({ lost, stack, decisions, held, ask }: Losses): Promise<readonly Finding[]> {
  const verdicts = new Map<LostObject, Verdict>();
  /** Ids that no log has, by address. */
  const foundIds = new Map<string, string>();
  const known = knownObjects(stack, held, lost, foundIds);
  const taken = new Set(held.map((each) => `${each.type} ${heldImportId(each)}`));
  const settle = (object: LostObject, verdict: Verdict): void => {
    if (verdict.kind === "import") taken.add(`${object.type} ${verdict.id}`);
    verdicts.set(object, verdict);
  };
  const at = (address: string): LostObject | undefined => lost.find((each) => each.address === address);
  const open = (): readonly LostObject[] => lost.filter((object) => !verdicts.has(object));
  const wholesOf = (object: LostObject): readonly LostObject[] =>
    known.referredTo(object).flatMap((each) => at(each) ?? []);
  const isReady = (object: LostObject): boolean => wholesOf(object).every((whole) => verdicts.has(whole));
  const candidates = async (object: LostObject) => {
    const about = known.of(object);
    const found = await ask(object, about);
    return found?.flatMap(({ id: serviceId, name }) => {
      const id = importIdOf(object.type, { ...about, id: serviceId });
      return id === null || taken.has(`${object.type} ${id}`) ? [] : [{ id, name, serviceId }];
    });
  };
  /** Whether another one that is looked for may be the same. */
  const isContested = async (object: LostObject, id: string): Promise<boolean> => {
    const rivals = open().filter((each) => each !== object && each.type === object.type && isReady(each));
    const theirs = await Promise.all(rivals.map(candidates));
    return theirs.some((found) => found?.some((each) => each.id === id));
  };
  const lookFor = async (object: LostObject): Promise<Verdict> => {
    if (wholesOf(object).some((whole) => verdicts.get(whole)?.kind === "absent")) return { kind: "absent" };
    const found = await candidates(object);
    const [only, ...more] = found ?? [];
    if (only !== undefined && more.length === 0 && !(await isContested(object, only.id))) {
      if (only.serviceId !== null) foundIds.set(object.address, only.serviceId);
      return { kind: "import", id: only.id };
    }
    if (found !== undefined) return found.length === 0 ? { kind: "absent" } : { kind: "undecided", candidates: found };
    const id = importIdOf(object.type, known.of(object));
    return { kind: "undecided", candidates: id === null ? [] : [{ id, name: "if it is there" }] };
  };

  for (const object of lost) {
    const verdict = decided(object, decisions);
    if (verdict !== null) settle(object, verdict);
    if (verdict?.kind === "import") foundIds.set(object.address, verdict.id);
  }
  // What a log has comes first: it leaves less for the others to be. Wholes come before their parts.
  for (let left = open(); left.length > 0; left = open()) {
    const ready = left.filter(isReady);
    const object = ready.find(({ id }) => id !== null) ?? ready[0] ?? left[0];
    if (object === undefined) break;
    const id = object.id === null ? null : importIdOf(object.type, known.of(object));
    settle(object, id === null ? await lookFor(object) : { kind: "import", id });
  }
  return lost.map((object) => ({ object, verdict: verdicts.get(object) ?? { kind: "undecided", candidates: [] } }));
}
