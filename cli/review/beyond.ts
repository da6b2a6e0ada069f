/** Whether a plan does more than the one that was reviewed. */
import type { Action } from "../show/progress.ts";

/** In place of a digest: a value that nobody knew yet. */
export const UNKNOWN = "unknown";

/** What a reviewer saw of an object. */
export interface Seen {
  readonly address: string;
  readonly action: Action;
  /** Digests of the values that it is to get, by path. */
  readonly values: ReadonlyMap<string, string>;
}

/** What may become of an object, by what was reviewed. Nothing at all is always less. */
const NO_MORE_THAN: Readonly<Record<Action, readonly Action[]>> = {
  create: ["create"],
  update: ["update"],
  replace: ["replace", "update"],
  delete: ["delete", "forget"],
  import: ["import"],
  forget: ["forget"],
};

const DOES: Readonly<Record<Action, string>> = {
  create: "created",
  update: "changed",
  replace: "replaced",
  delete: "destroyed",
  import: "imported",
  forget: "forgotten",
};

/** A path and those that it is inside of. */
function around(path: string): readonly string[] {
  const parts = path.split(".");
  return parts.map((_, index) => parts.slice(0, parts.length - index).join("."));
}

type Verdict = "as reviewed" | "other value" | "untouched";

function verdictOn(path: string, value: string, reviewed: Seen["values"]): Verdict {
  const known = around(path).find((each) => reviewed.has(each));
  if (known === undefined) {
    const inside = [...reviewed.keys()].some((each) => each.startsWith(`${path}.`));
    return inside ? "other value" : "untouched";
  }
  const before = reviewed.get(known);
  return before === UNKNOWN || (known === path && before === value) ? "as reviewed" : "other value";
}

/** What a plan would do beyond the review, in words; none when it does the same or less. */
export function beyond(reviewed: readonly Seen[], planned: readonly Seen[]): readonly string[] {
  const seen = new Map(reviewed.map((each) => [each.address, each]));
  return planned.flatMap(({ address, action, values }) => {
    const before = seen.get(address);
    if (before === undefined) return [`${address} would be ${DOES[action]}, reviewed: untouched`];
    if (!NO_MORE_THAN[before.action].includes(action))
      return [`${address} would be ${DOES[action]}, reviewed: ${DOES[before.action]}`];
    const paths = (wanted: Verdict): string =>
      [...values]
        .flatMap(([path, value]) => (verdictOn(path, value, before.values) === wanted ? [path] : []))
        .join(", ");
    const [more, others] = [paths("untouched"), paths("other value")];
    return [
      ...(more === "" ? [] : [`${address} would also change ${more}`]),
      ...(others === "" ? [] : [`${address} would get other values than were reviewed: ${others}`]),
    ];
  });
}
