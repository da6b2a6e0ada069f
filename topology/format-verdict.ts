/** The verdict on what a lab costs, as a table for people. */
import { LIMITS_AS_OF, LIMITS_SINCE } from "../config/limits.ts";
import type { Verdict, VerdictRow } from "./free-tier.ts";

const SHOWN_USERS = 4;

function users(by: readonly string[]): string {
  const more = by.length - SHOWN_USERS;
  return more > 0 ? `${by.slice(0, SHOWN_USERS).join(", ")} and ${more} more` : by.join(", ");
}

function cells(row: VerdictRow): readonly string[] {
  const bound = row.rule === "total" ? "" : "at least ";
  const advice = row.over ? `over: ${row.advice}` : "";
  return [
    row.label,
    `${row.used} ${row.unit}`.trim(),
    `${bound}${row.allowed} ${row.unit}`.trim(),
    users(row.by),
    advice,
  ];
}

const HEADINGS = ["limit", "used", "allowed", "by", "what to change"];

/** A table of every limit that something uses, and a line with the result. */
export function formatVerdict(verdict: Verdict): string {
  const used = verdict.rows.filter(({ by }) => by.length > 0);
  const over = used.filter((row) => row.over);
  const headings = over.length > 0 ? HEADINGS : HEADINGS.slice(0, -1);
  const table = [headings, ...used.map(cells)];
  const widths = headings.map((_, column) => Math.max(...table.map((line) => line[column]?.length ?? 0)));
  const lines = table.map((line) =>
    widths
      .map((width, column) => (line[column] ?? "").padEnd(width))
      .join("  ")
      .trimEnd(),
  );
  const outcome = verdict.free
    ? "Inside every Always Free limit: $0.00"
    : `Over ${over.length} Always Free limit${over.length === 1 ? "" : "s"}: this costs money`;
  return `${lines.join("\n")}\n${outcome} (limits in force since ${LIMITS_SINCE}, checked ${LIMITS_AS_OF})`;
}
