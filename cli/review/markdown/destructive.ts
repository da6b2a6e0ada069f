/** What is lost by a deploy: the part of the comment that nobody may overlook. */
import { type LostDisk, lostDiskLine } from "../lost-disks.ts";
import type { ChangeReview, Review } from "../review.ts";
import type { Part } from "./fit.ts";
import { SEE } from "./plan.ts";
import { code, words } from "./text.ts";

const MOST_REASONS = 5;

interface Affected {
  readonly stack: string;
  readonly change: ChangeReview;
}

/** A step or a marker: replacing it runs it again, and takes nothing away. */
function isStep({ change }: Affected): boolean {
  return /(^|\.)terraform_data\./.test(change.address);
}

/** What forces it, or else why it is so. */
function reasonOf({ forcedBy, why }: ChangeReview): string {
  if (forcedBy.length === 0) return why === null ? "" : `: ${words(why)}`;
  const more = forcedBy.length > MOST_REASONS ? ` and ${forcedBy.length - MOST_REASONS} more` : "";
  return `: forced by ${forcedBy.slice(0, MOST_REASONS).map(code).join(", ")}${more}`;
}

function lineOf({ stack, change }: Affected): string {
  const what = change.action === "delete" ? "destroyed" : "replaced";
  return `> - ${what}: ${code(change.address)} in ${code(stack)}${reasonOf(change)}`;
}

function changesOf({ stacks }: Review): readonly Affected[] {
  return stacks.flatMap(({ name, changes }) => changes.map((change): Affected => ({ stack: name, change })));
}

/** Objects that a deploy destroys, then those that it replaces, but for steps. */
export function lossesOf(review: Review): readonly Affected[] {
  const affected = changesOf(review).filter((each) => !isStep(each));
  return (["delete", "replace"] as const).flatMap((action) =>
    affected.filter(({ change }) => change.action === action),
  );
}

/** Steps that a deploy runs again. */
export function stepsOf(review: Review): readonly Affected[] {
  return changesOf(review).filter((each) => each.change.action === "replace" && isStep(each));
}

export function stepLine({ stack, change }: Affected): string {
  return `- step ${code(change.address)} in ${code(stack)} runs again`;
}

const objects = (count: number): string => (count === 1 ? "1 object" : `${count} objects`);

/** `destroys 2 objects and replaces 1 object`; empty where nothing is lost. */
export function lossWords(losses: readonly Affected[]): string {
  const destroyed = losses.filter(({ change }) => change.action === "delete").length;
  const replaced = losses.length - destroyed;
  return [
    ...(destroyed > 0 ? [`destroys ${objects(destroyed)}`] : []),
    ...(replaced > 0 ? [`replaces ${objects(replaced)}`] : []),
  ].join(" and ");
}

function diskLine(disk: LostDisk): string {
  return `> - ${words(lostDiskLine(disk))}`;
}

/** Null where nothing is lost. */
export function destructivePart(review: Review): Part | null {
  const losses = lossesOf(review);
  if (losses.length + review.lostDisks.length === 0) return null;
  return {
    open: `> [!CAUTION]\n> A deploy of this ${lossWords(losses) || "makes disks anew"}.\n>`,
    lines: [...review.lostDisks.map(diskLine), ...losses.map(lineOf)],
    close: "",
    more: (count) => `> - … and ${count} more; ${SEE}`,
  };
}
