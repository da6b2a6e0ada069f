/** Small pieces of text that several views share, and rows in columns. */
import { relative } from "node:path";
import { stripVTControlCharacters } from "node:util";

/** Seconds as people read them: `0.4s`, `12s`, `3m05s`. */
export function duration(milliseconds: number): string {
  const seconds = Math.max(0, milliseconds) / 1000;
  if (seconds < 10) return `${seconds.toFixed(1)}s`;
  if (seconds < 60) return `${Math.round(seconds)}s`;
  const whole = Math.round(seconds);
  return `${Math.floor(whole / 60)}m${String(whole % 60).padStart(2, "0")}s`;
}

/** A value of an output on one line. */
export function inline(value: unknown): string {
  return typeof value === "string" && !/[\s"]/.test(value) && value !== "" ? value : JSON.stringify(value);
}

/** `a`, `a and b`, `a, b and c`. */
export function list(names: readonly string[]): string {
  if (names.length < 2) return names.join("");
  return `${names.slice(0, -1).join(", ")} and ${names.at(-1)}`;
}

/** Outputs that cdktf itself made, so that one stack can read another: of no interest to people. */
export function isInternalOutput(name: string): boolean {
  return name.startsWith("cross-stack-output-");
}

/** `1 object`, `3 objects`. */
export function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}

/** For a POSIX shell: in single quotes. */
export function singleQuoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

/** A path as short as it can be said. */
export function near(file: string): string {
  const path = relative("", file);
  return path.startsWith("..") ? file : path;
}

/** Between two columns. */
const GAP = "  ";

const widthOf = (cell: string): number => stripVTControlCharacters(cell).length;

/** Pads each text of a column to the widest of `all`; colours take no room. */
export function column(all: readonly string[]): (cell: string) => string {
  const width = Math.max(0, ...all.map(widthOf));
  return (cell) => cell + " ".repeat(Math.max(0, width - widthOf(cell)));
}

/** A line for each row, cells of a column below each other; a row may have fewer cells than others. */
export function table(rows: readonly (readonly string[])[]): readonly string[] {
  const count = Math.max(0, ...rows.map((row) => row.length));
  const pads = Array.from({ length: count }, (_, index) => column(rows.map((row) => row[index] ?? "")));
  return rows.map((row) => row.map((cell, index) => (index === row.length - 1 ? cell : pads[index]?.(cell))).join(GAP));
}
