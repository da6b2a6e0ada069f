/** Compares the attributes of an object before and after. */
import { masked, SENSITIVE } from "../../ui/masker.ts";
import { visibleLine } from "../../ui/visible.ts";
import { inline, list } from "../../ui/words.ts";
import type { PlannedValues } from "./plan-document.ts";
import type { ValueReview } from "./review.ts";
import { entriesOf, fieldOf } from "../../ui/values.ts";

/** What is said of a value that nobody knows yet. */
export const KNOWN_AFTER_APPLY = "(known after apply)";

const LONGEST = 60;
/** How much of what is alike is shown before the first difference of two long texts. */
const LEAD = 20;

function child(value: unknown, key: string): unknown {
  if (value === true) return true; // all of it is unknown, or sensitive
  return fieldOf(value, key);
}

function keysOf(value: unknown): readonly string[] {
  return entriesOf(value).map(([key]) => key);
}

function isBranch(value: unknown): boolean {
  return keysOf(value).length > 0;
}

function isEmpty(value: unknown): boolean {
  return value === "" || (typeof value === "object" && !isBranch(value));
}

/** Of a long text what is around `from`. */
function clipped(text: string, from: number): string {
  if (text.length <= LONGEST) return text;
  const start = Math.max(0, Math.min(from - LEAD, text.length - LONGEST));
  return `${start > 0 ? "…" : ""}${text.slice(start, start + LONGEST)}${start + LONGEST < text.length ? "…" : ""}`;
}

function firstDifference(before: string, after: string): number {
  const shorter = Math.min(before.length, after.length);
  for (let index = 0; index < shorter; index += 1) if (before[index] !== after[index]) return index;
  return shorter;
}

interface Sides {
  readonly before: unknown;
  readonly after: unknown;
  readonly unknown: unknown;
  readonly hiddenBefore: unknown;
  readonly hiddenAfter: unknown;
  /** The stacks whose outputs it is made of, where they are not known yet. */
  readonly awaits: readonly string[];
}

/** Masked before it is cut short: part of a secret is not known as one. */
function textOf(value: unknown, sensitive: unknown): string | null {
  if (value === undefined || value === null) return null;
  return sensitive === true ? SENSITIVE : visibleLine(masked(inline(value)));
}

function notKnown(awaits: readonly string[]): string {
  return awaits.length === 0 ? KNOWN_AFTER_APPLY : `(after ${list(awaits)})`;
}

function leaf({
  before,
  after,
  unknown,
  hiddenBefore,
  hiddenAfter,
  awaits,
}: Sides): Pick<ValueReview, "before" | "after"> {
  const old = textOf(before, hiddenBefore);
  const now = unknown === true && hiddenAfter !== true ? notKnown(awaits) : textOf(after, hiddenAfter);
  const from = old === null || now === null || unknown === true ? 0 : firstDifference(old, now);
  return { before: old === null ? null : clipped(old, from), after: now === null ? null : clipped(now, from) };
}

/** What is inside of a value, on all its sides. */
function childrenOf(sides: Sides): readonly (readonly [string, Sides])[] {
  const { before, after, unknown, hiddenBefore, hiddenAfter, awaits } = sides;
  const keys = new Set([...keysOf(before), ...keysOf(after), ...keysOf(unknown)]);
  return [...keys].map((key) => [
    key,
    {
      before: child(before, key),
      after: child(after, key),
      unknown: child(unknown, key),
      hiddenBefore: child(hiddenBefore, key),
      hiddenAfter: child(hiddenAfter, key),
      awaits,
    },
  ]);
}

/** The leaves that differ. */
function differences(sides: Sides, path: readonly string[], forcing: ReadonlySet<string>): readonly ValueReview[] {
  const { before, after, unknown, hiddenBefore, hiddenAfter, awaits } = sides;
  const open =
    hiddenBefore !== true && hiddenAfter !== true && unknown !== true && (isBranch(before) || isBranch(after));
  if (open) return childrenOf(sides).flatMap(([key, inside]) => differences(inside, [...path, key], forcing));
  if (unknown !== true && JSON.stringify(before ?? null) === JSON.stringify(after ?? null)) return [];
  // What was not there, and will be computed or empty, is no change that anybody asked for.
  const unasked = unknown === true ? awaits.length === 0 : isEmpty(after);
  if (unasked && (before === undefined || before === null)) return [];
  const forcesReplacement = path.some((_, index) => forcing.has(path.slice(0, index + 1).join(".")));
  return [{ path: visibleLine(path.join(".")), ...leaf(sides), forcesReplacement }];
}

/** Attributes that cannot be changed in place. */
export function forcedBy({ replace_paths: paths }: PlannedValues): readonly string[] {
  return paths.map((path) => path.join("."));
}

/** The values that differ, each cut to what fits a line, around where two long ones begin to differ. */
export function valuesOf(planned: PlannedValues): readonly ValueReview[] {
  const forcing = new Set(forcedBy(planned));
  const whole: Sides = {
    before: planned.before,
    after: planned.after,
    unknown: planned.after_unknown,
    hiddenBefore: planned.before_sensitive,
    hiddenAfter: planned.after_sensitive,
    awaits: [],
  };
  return childrenOf(whole).flatMap(([name, sides]) =>
    differences({ ...sides, awaits: planned.awaits[name] ?? [] }, [name], forcing),
  );
}
