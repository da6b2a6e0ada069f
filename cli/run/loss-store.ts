/** Remembers what is lost until it is taken back or given up: `<run>/<stack>/lost.json`. */
import { readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { readIfThere, writeAtomically } from "../files.ts";
import { type LostObject, lostObject } from "./lost.ts";

const stored = z.array(lostObject);

function fileOf(run: string, stack: string): string {
  return join(run, stack, "lost.json");
}

export function readLost(run: string, stack: string): readonly LostObject[] {
  const text = readIfThere(fileOf(run, stack));
  return text === undefined ? [] : stored.parse(JSON.parse(text));
}

/** Replaces what is remembered; nothing left removes the file. */
export function writeLost(run: string, stack: string, lost: readonly LostObject[]): void {
  if (lost.length === 0) rmSync(fileOf(run, stack), { force: true });
  else writeAtomically(fileOf(run, stack), `${JSON.stringify(lost, undefined, 2)}\n`);
}

/** Adds to what is remembered; the later word on an address counts. */
export function addLost(run: string, stack: string, lost: readonly LostObject[]): void {
  const newer = new Set(lost.map(({ address }) => address));
  writeLost(run, stack, [...readLost(run, stack).filter(({ address }) => !newer.has(address)), ...lost]);
}

/** The stacks that something is remembered of. */
export function stacksWithLosses(run: string): readonly string[] {
  try {
    return readdirSync(run).filter((name) => readIfThere(fileOf(run, name)) !== undefined);
  } catch {
    return [];
  }
}
