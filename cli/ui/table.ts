/** Prints rows in columns. */
import { stripVTControlCharacters } from "node:util";

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
