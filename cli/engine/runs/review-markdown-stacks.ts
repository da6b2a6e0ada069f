/** The parts of a review comment that show stacks: their plans, folded, and what a deploy destroys. */
import { code, fenceOf, htmlCode, linesOf, type Part, visible, words } from "../../ui/markdown.ts";
import type { Action } from "../terraform/progress.ts";
import { counted } from "./review-text.ts";
import {
  type ChangeReview,
  type LostDisk,
  lostDiskLine,
  type Review,
  type StackReview,
  type ValueReview,
} from "./review.ts";
import { plural } from "../../ui/words.ts";

/** Green, red, orange and grey come from the first character. */
const SIGNS: Readonly<Record<Action, string>> = {
  create: "+  ",
  update: "!  ",
  replace: "-/+",
  delete: "-  ",
  import: "# <=",
  forget: "# x",
};
const OUTPUT_SIGNS = { create: "+  ", update: "!  ", delete: "-  " } as const;
const NONE = "(none)";

/** Where all of what was cut is. */
export const SEE = "`npx cdktf diff` and the log of the run have all";

function valueLine(action: Action, { path, before, after, forcesReplacement }: ValueReview): string {
  const forced = forcesReplacement ? "  (forces replacement)" : "";
  if (action === "create") return `+      ${visible(path)}: ${visible(after ?? NONE)}`;
  return `!      ${visible(path)}: ${visible(before ?? NONE)} → ${visible(after ?? NONE)}${forced}`;
}

/** Of what is destroyed it is enough to know that it is. */
function valueLines({ action, values }: ChangeReview): readonly string[] {
  return action === "delete" ? [] : values.map((value) => valueLine(action, value));
}

function changeLine({ action, address, why }: ChangeReview): string {
  return `${SIGNS[action]} ${visible(address)}${why === null ? "" : `  (${visible(why)})`}`;
}

function otherLines({ outputs, drift }: StackReview): readonly string[] {
  return [
    ...outputs.map(({ name, action }) => `${OUTPUT_SIGNS[action]} output ${visible(name)}`),
    ...drift.map(
      ({ address, gone }) => `# ${gone ? "gone, not by" : "changed outside of"} this lab: ${visible(address)}`,
    ),
  ];
}

/** Whether there is a plan of the stack. */
export function isPlanned({ status }: StackReview): boolean {
  return status === "changed" || status === "unchanged";
}

/** What a deploy would do to the stack, in a few words. */
export function summaryOf(stack: StackReview): string {
  const { status, changes, outputs, imports } = stack;
  if (!isPlanned(stack)) return `not planned (${status})`;
  if (status === "unchanged") return "no changes";
  if (changes.length === 0) return outputs.length > 0 ? "only outputs change" : "only the state changes";
  return counted(stack, imports) || `${changes.length} to forget`;
}

function folded(summary: string, kind: string, fence: string, open = ""): Pick<Part, "open" | "close"> {
  return {
    open: `<details${open}><summary>${summary}</summary>\n\n${fence}${kind}`,
    close: `${fence}\n\n</details>`,
  };
}

/** Why the stack could not be planned, open; or its changes, folded; null where there is nothing to report. */
export function stackPart(stack: StackReview): Part | null {
  const summary = `${htmlCode(stack.name)}: ${summaryOf(stack)}`;
  if (stack.error !== null) {
    const lines = linesOf(stack.error);
    const more = (count: number): string => `… ${count} more lines; ${SEE}`;
    return { ...folded(summary, "text", fenceOf(lines), " open"), lines, more };
  }
  const others = otherLines(stack);
  const lines = [...stack.changes.flatMap((change) => [changeLine(change), ...valueLines(change)]), ...others];
  if (lines.length === 0) return null;
  const brief = [...stack.changes.map(changeLine), ...others, `# values are left out; ${SEE}`];
  const more = (count: number): string => `# … ${count} more lines; ${SEE}`;
  return { ...folded(summary, "diff", fenceOf(lines)), lines, brief, more };
}

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

/** An item of a list. */
export function stepLine({ stack, change }: Affected): string {
  return `- step ${code(change.address)} in ${code(stack)} runs again`;
}

/** `destroys 2 objects and replaces 1 object`; empty where nothing is lost. */
export function lossWords(losses: readonly Affected[]): string {
  const destroyed = losses.filter(({ change }) => change.action === "delete").length;
  const replaced = losses.length - destroyed;
  return [
    ...(destroyed > 0 ? [`destroys ${plural(destroyed, "object")}`] : []),
    ...(replaced > 0 ? [`replaces ${plural(replaced, "object")}`] : []),
  ].join(" and ");
}

function diskLine(disk: LostDisk): string {
  return `> - ${words(lostDiskLine(disk))}`;
}

/** What is lost by a deploy, which nobody may overlook. Null where nothing is. */
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
