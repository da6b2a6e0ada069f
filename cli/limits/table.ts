/** The rows as a table for people, with the sources of the limits below it. */
import type { Counted, LimitRow } from "./rows.ts";

const ABSENT = "-";

function amount(value: number, { unit }: LimitRow): string {
  return `${value} ${unit}`.trim();
}

function use(value: Counted | null, row: LimitRow): string {
  if (value === null || (row.rule === "each at least" && value.by.length === 0)) return ABSENT;
  return amount(value.used, row);
}

function account(row: LimitRow): string {
  return row.account === null ? ABSENT : `${row.account.used} of ${amount(row.account.allowed, row)}`;
}

function remark({ config, deployed, advice }: LimitRow): string {
  if (config?.over) return `over: ${advice}`;
  return deployed?.over ? `deployed is over: ${advice}` : "";
}

/** @param asked whether there is a column of the account */
export function limitsTable(rows: readonly LimitRow[], asked: boolean): readonly string[] {
  const sources = [...new Set(rows.map(({ source }) => source))];
  const remarks = rows.some((row) => remark(row) !== "");
  const lines = [
    [
      "limit",
      "config",
      "deployed",
      ...(asked ? ["account"] : []),
      "allowed",
      "source",
      ...(remarks ? ["what to change"] : []),
    ],
    ...rows.map((row) => [
      row.label,
      use(row.config, row),
      use(row.deployed, row),
      ...(asked ? [account(row)] : []),
      `${row.rule === "total" ? "" : "at least "}${amount(row.allowed, row)}`,
      `[${sources.indexOf(row.source) + 1}]`,
      ...(remarks ? [remark(row)] : []),
    ]),
  ];
  const [headings = []] = lines;
  const widths = headings.map((_, column) => Math.max(...lines.map((line) => line[column]?.length ?? 0)));
  return [
    ...lines.map((line) =>
      widths
        .map((width, column) => (line[column] ?? "").padEnd(width))
        .join("  ")
        .trimEnd(),
    ),
    ...sources.map((source, index) => `[${index + 1}] ${source}`),
  ];
}
