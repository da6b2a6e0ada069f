/** What the lab takes of Always Free before and after, as a part of the comment. */
import type { FreeTierReview, FreeTierRow } from "../review.ts";
import type { Part } from "./fit.ts";
import { SEE } from "./plan.ts";
import { words } from "./text.ts";

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
export function freeTierPart({ free, outcome, rows }: FreeTierReview): Part {
  const open = !free || rows.some(({ before, after }) => before !== null && before !== after);
  return {
    open: `<details${open ? " open" : ""}><summary>${words(outcome)}</summary>\n\n| limit | before | after | allowed |\n| --- | --- | --- | --- |`,
    lines: rows.map(rowLine),
    close: "\n</details>",
    more: (count) => `| … ${count} more limits; ${SEE} | | | |`,
  };
}
