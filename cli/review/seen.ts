/** What a plan does to each object, as it is held against another plan: values by their digests alone. */
import type { PlannedChange } from "../show/progress.ts";
import { type Seen, UNKNOWN } from "./beyond.ts";
import { digestOf, type ReviewKey } from "./mac.ts";
import type { PlanDocument, PlannedValues } from "./plan-document.ts";

type Leaf = readonly [path: string, json: string | null];

function entriesOf(value: unknown): readonly (readonly [string, unknown])[] {
  return typeof value === "object" && value !== null ? Object.entries(value) : [];
}

function child(value: unknown, key: string): unknown {
  return typeof value === "object" && value !== null ? Reflect.get(value, key) : undefined;
}

/** The leaves that a plan changes, as JSON; null for one that is not known yet. */
function changedLeaves(before: unknown, after: unknown, unknown: unknown, path: readonly string[]): readonly Leaf[] {
  if (unknown === true) return [[path.join("."), null]];
  const keys = new Set([...entriesOf(after), ...entriesOf(unknown)].map(([key]) => key));
  if (keys.size > 0) {
    for (const [key] of entriesOf(before)) keys.add(key);
    return [...keys].flatMap((key) =>
      changedLeaves(child(before, key), child(after, key), child(unknown, key), [...path, key]),
    );
  }
  const json = JSON.stringify(after ?? null);
  return json === JSON.stringify(before ?? null) ? [] : [[path.join("."), json]];
}

function valuesOf(key: ReviewKey, place: readonly string[], planned: PlannedValues): Seen["values"] {
  const { before, after, after_unknown: unknown } = planned;
  const leaves = changedLeaves(before, after, unknown, []);
  return new Map(
    leaves.map(([path, json]) => [path, json === null ? UNKNOWN : digestOf(key, [...place, path], json)] as const),
  );
}

/** What has to be known of a plan beside its document. */
interface Changing {
  readonly stack: { readonly name: string };
  readonly changes: readonly Pick<PlannedChange, "address" | "action">[];
}

/** All that a plan would do to each object. */
export function seenIn({ stack, changes }: Changing, document: PlanDocument, key: ReviewKey): readonly Seen[] {
  return changes.map(({ address, action }) => {
    const planned = document.changes.get(address);
    const goes = action === "delete" || action === "forget";
    const values = planned === undefined || goes ? new Map() : valuesOf(key, [stack.name, address], planned);
    return { address, action, values };
  });
}
