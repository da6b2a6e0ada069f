/** Writes a review as a comment on a pull request: the most important first, details folded, in GitHub's Markdown. */
import { MARKER } from "../../clients/github-workflow.ts";
import { code, fenceOf, fit, leastSize, linesOf, type Part, words } from "../../ui/markdown.ts";
import {
  destructivePart,
  isPlanned,
  lossesOf,
  lossWords,
  SEE,
  stackPart,
  stepLine,
  stepsOf,
  summaryOf,
} from "./review-markdown-stacks.ts";
import type { FreeTierReview, FreeTierRow, ImageReview, Review, StackReview } from "./review.ts";
import { plural } from "../../ui/words.ts";

/** GitHub takes 65,536 characters; what is above is for what `lab comment` adds. */
const LONGEST = 64_000;

/** Stacks whose plans are shown: what a fold takes by itself has to fit as well. */
const MOST_PLANS = 20;

function isPart(part: Part | null): part is Part {
  return part !== null;
}

function changesOf({ stacks }: Review): string {
  const count = stacks.reduce((sum, { changes }) => sum + changes.length, 0);
  if (count > 0) return plural(count, "change");
  const [changed] = stacks.filter(({ status }) => status === "changed");
  return changed === undefined ? "no changes" : summaryOf(changed);
}

function cost({ freeTier }: Review): string {
  if (freeTier === null) return "";
  const over = freeTier.rows.filter((row) => row.over).length;
  if (freeTier.free) return "; $0.00";
  return over === 0 ? "; may cost money" : `; over ${plural(over, "Always Free limit")}: costs money`;
}

/** The free tier's guard says in its last line what it comes to. */
function refusal(error: string): string {
  const [, limits] = /^Over (\d+ Always Free limits?): /m.exec(error) ?? [];
  return limits === undefined ? "the app could not be synthesized" : `over ${limits}`;
}

function headline(review: Review): string {
  if (review.error !== null) return `### Refused: ${refusal(review.error)}`;
  const losses = lossWords(lossesOf(review));
  const outcome = `${changesOf(review)}${losses === "" ? "" : `: ${losses}`}`;
  const planned = review.stacks.filter(isPlanned).length;
  const all = review.stacks.length;
  const parts = [
    ...(planned < all ? [`${all - planned} of ${all} stacks could not be planned`] : []),
    ...(planned > 0 || all === 0 ? [planned < all ? `of the others ${outcome}` : outcome] : []),
  ];
  const text = `${parts.join("; ")}${cost(review)}`;
  return `### ${text.charAt(0).toUpperCase()}${text.slice(1)}`;
}

function errorPart({ error }: Review): Part | null {
  if (error === null) return null;
  const lines = linesOf(error);
  const fence = fenceOf(lines);
  const open = `Nothing of this can be deployed. The app says:\n\n${fence}text`;
  return { open, lines, close: fence, more: (count) => `… ${count} more lines; ${SEE}` };
}

function stackRow(stack: StackReview): string {
  const { add, change, replace, destroy, imports, after } = stack;
  const cells = isPlanned(stack) ? [add, change, replace, destroy].map((count) => count || "") : ["?", "?", "?", "?"];
  const shown = after.slice(0, 5).map(code).join(", ");
  const remarks = [
    ...(!isPlanned(stack) || add + change + replace + destroy === 0 ? [summaryOf(stack)] : []),
    ...(imports > 0 && add + change + replace + destroy > 0 ? [`${imports} to import`] : []),
    ...(after.length > 0 ? [`after ${shown}${after.length > 5 ? ", …" : ""}`] : []),
  ];
  return `| ${code(stack.name)} | ${cells.join(" | ")} | ${remarks.join("; ")} |`;
}

function stacksPart({ stacks }: Review): Part | null {
  if (stacks.length === 0) return null;
  return {
    open: "| stack | add | change | replace | destroy | |\n| --- | ---: | ---: | ---: | ---: | --- |",
    lines: stacks.map(stackRow),
    close: "",
    more: (count) => `| … ${count} more stacks | | | | | ${SEE} |`,
  };
}

function imageLine({ name, before, after, built }: ImageReview): string {
  const change = before === null ? `${code(after)}, the first` : `${code(before)} → ${code(after)}`;
  return `- image ${code(name)}: ${change}${built ? "" : "; a deploy builds it first"}`;
}

/** What goes with the changes: other images, steps that run again. */
function notesPart(review: Review): Part | null {
  const images = review.images.filter(({ before, after }) => before !== after).map(imageLine);
  const lines = [...images, ...stepsOf(review).map(stepLine)];
  if (lines.length === 0) return null;
  return { open: "", lines, close: "", more: (count) => `- … and ${count} more; ${SEE}` };
}

/**
 * The comment. Pure, and never longer than GitHub takes: plans are cut first, the longest of them most, then lists; what
 * is cut says so. Counts are never cut.
 */
export function reviewMarkdown(review: Review): string {
  const lists = [
    errorPart(review),
    destructivePart(review),
    stacksPart(review),
    notesPart(review),
    review.freeTier === null ? null : freeTierPart(review.freeTier),
  ].filter(isPart);
  const plans = review.stacks.map(stackPart).filter(isPart);
  const shown = plans.slice(0, MOST_PLANS);
  const head = `${MARKER}\n${headline(review)}`;
  const hidden = plans.length - shown.length;
  const foot = [
    ...(hidden === 0 ? [] : [`The plans of ${hidden} more stacks are left out; ${SEE}.`]),
    `<sub>What \`npx cdktf diff${review.sandbox ? " --sandbox" : ""}\` says of this branch.</sub>`,
  ];

  const joints = 2 * (lists.length + shown.length + foot.length + 1);
  const room = LONGEST - head.length - foot.join("").length - joints;
  const top = fit(lists, room - leastSize(shown));
  const below = fit(shown, room - top.join("").length);
  return `${[head, ...top, ...below, ...foot].join("\n\n")}\n`;
}

function amount(value: number, { unit, rule }: FreeTierRow): string {
  // Of the smallest of none there is no size.
  if (rule === "each at least" && value === 0) return "none";
  return words(`${value} ${unit}`.trim());
}

function rowLine(row: FreeTierRow): string {
  const before = row.before === null ? "not known" : amount(row.before, row);
  const after = amount(row.after, row);
  const changed = row.before !== row.after;
  const allowed = `${row.rule === "total" ? "" : "at least "}${amount(row.allowed, row)}`;
  return `| ${words(row.label)} | ${before} | ${changed ? `**${after}**` : after} | ${allowed}${row.over ? " **(over)**" : ""} |`;
}

/** Open when something of it changes, or is over. */
function freeTierPart({ free, outcome, rows }: FreeTierReview): Part {
  const open = !free || rows.some(({ before, after }) => before !== null && before !== after);
  return {
    open: `<details${open ? " open" : ""}><summary>${words(outcome)}</summary>\n\n| limit | before | after | allowed |\n| --- | --- | --- | --- |`,
    lines: rows.map(rowLine),
    close: "\n</details>",
    more: (count) => `| … ${count} more limits; ${SEE} | | | |`,
  };
}
