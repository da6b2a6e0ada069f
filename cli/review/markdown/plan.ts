/** A stack's plan as a part of the comment: folded, in the colours that GitHub gives to a diff. */
import { counted } from "../../show/plan.ts";
import type { Action } from "../../show/progress.ts";
import type { ChangeReview, StackReview, ValueReview } from "../review.ts";
import type { Part } from "./fit.ts";
import { fenceOf, htmlCode, linesOf, visible } from "./text.ts";

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

/** Why the stack could not be planned, open; or its changes, folded; null where there is nothing to tell. */
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
