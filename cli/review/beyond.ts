/** Whether a plan does more than the one that was reviewed. */
import type { Action } from "../show/progress.ts";

/** What a reviewer saw of an object. */
export interface Seen {
  readonly address: string;
  readonly action: Action;
  /** Every attribute that was to change, or not known. */
  readonly paths: readonly string[];
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

function isWithin(path: string, reviewed: readonly string[]): boolean {
  return reviewed.some((seen) => path === seen || path.startsWith(`${seen}.`) || seen.startsWith(`${path}.`));
}

/** What a plan would do beyond the review, in words; none when it does the same or less. */
export function beyond(reviewed: readonly Seen[], planned: readonly Seen[]): readonly string[] {
  const seen = new Map(reviewed.map((each) => [each.address, each]));
  return planned.flatMap(({ address, action, paths }) => {
    const before = seen.get(address);
    if (before === undefined) return [`${address} would be ${DOES[action]}, reviewed: untouched`];
    if (!NO_MORE_THAN[before.action].includes(action))
      return [`${address} would be ${DOES[action]}, reviewed: ${DOES[before.action]}`];
    if (before.action !== "update") return [];
    const more = paths.filter((path) => !isWithin(path, before.paths));
    return more.length === 0 ? [] : [`${address} would also change ${more.join(", ")}`];
  });
}
