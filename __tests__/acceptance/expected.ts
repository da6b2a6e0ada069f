/** What each function is expected to end with: a ratchet, kept in expected.json. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { type Verdict, VERDICTS } from "./outcome.ts";

const FILE = join(import.meta.dirname, "expected.json");

const schema = z.record(z.string(), z.record(z.string(), z.enum(VERDICTS)));

/** By function. */
export type Expected = Readonly<Record<string, Verdict>>;

export function readExpected(suite: string, text = readFileSync(FILE, "utf8")): Expected {
  return schema.parse(JSON.parse(text))[suite] ?? {};
}

/** Writes down what was seen; functions that were not run stay as they are. */
export function writeExpected(suite: string, seen: Expected): void {
  const all = schema.parse(JSON.parse(readFileSync(FILE, "utf8")));
  const merged = { ...all[suite], ...seen };
  const sorted = Object.fromEntries(Object.entries(merged).toSorted(([a], [b]) => a.localeCompare(b)));
  writeFileSync(FILE, `${JSON.stringify({ ...all, [suite]: sorted }, undefined, 2)}\n`);
}

/** One line for each function that ended otherwise than expected. */
export function differences(expected: Expected, seen: Expected): readonly string[] {
  return Object.entries(seen).flatMap(([name, verdict]) => {
    const before = expected[name] ?? "not listed";
    return before === verdict ? [] : [`${name}: ${verdict}, expected ${before}`];
  });
}
