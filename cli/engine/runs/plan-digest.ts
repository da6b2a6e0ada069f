/** Compares plans without keeping their values: by HMAC-SHA256, with keys from the lab's secrets. */
import { createHmac, hkdfSync, timingSafeEqual } from "node:crypto";
import type { Action, PlannedChange } from "../terraform/progress.ts";
import type { PlanDocument, PlannedValues } from "./plan-document.ts";
import { entriesOf, fieldOf } from "../../ui/values.ts";

/** RFC 4868: half of HMAC-SHA256. */
const DIGEST_BYTES = 16;

/** Keys for MACs: of a document, and of values. */
export interface ReviewKey {
  readonly document: Buffer;
  readonly values: Buffer;
}

/** @param secret of at least 256 random bits: it is not stretched */
export function reviewKey(secret: string): ReviewKey {
  const derived = (of: string): Buffer => Buffer.from(hkdfSync("sha256", secret, "", `ampere-lab: ${of}`, 32));
  return { document: derived("reviewed plans"), values: derived("reviewed values") };
}

/** The MAC of a document, to be kept beside it. */
export function macOf({ document }: ReviewKey, text: string): string {
  return createHmac("sha256", document).update(text).digest("hex");
}

/** Whether it is that document's, by this key. */
export function isMacOf(key: ReviewKey, text: string, mac: string): boolean {
  const [ours, theirs] = [Buffer.from(macOf(key, text)), Buffer.from(mac)];
  return ours.length === theirs.length && timingSafeEqual(ours, theirs);
}

/** Stands for a value where it may be read by others: equal values of one place have equal digests, and nobody can guess them. */
export function digestOf({ values }: ReviewKey, place: readonly string[], json: string): string {
  const digest = createHmac("sha256", values)
    .update(JSON.stringify([...place, json]))
    .digest();
  return digest.subarray(0, DIGEST_BYTES).toString("base64url");
}

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

type Leaf = readonly [path: string, json: string | null];

/** The leaves that a plan changes, as JSON; null for one that is not known yet. */
function changedLeaves(before: unknown, after: unknown, unknown: unknown, path: readonly string[]): readonly Leaf[] {
  if (unknown === true) return [[path.join("."), null]];
  const keys = new Set([...entriesOf(after), ...entriesOf(unknown)].map(([key]) => key));
  if (keys.size > 0) {
    for (const [key] of entriesOf(before)) keys.add(key);
    return [...keys].flatMap((key) =>
      changedLeaves(fieldOf(before, key), fieldOf(after, key), fieldOf(unknown, key), [...path, key]),
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
