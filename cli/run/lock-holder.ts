/** Who holds a lock file, and what to do when they are gone. */
import { mkdirSync, rmdirSync, rmSync, statSync } from "node:fs";
import { z } from "zod";
import { codeOf } from "../errors.ts";
import { readIfThere } from "../files.ts";
import { startOf } from "./process.ts";

const holderSchema = z.object({ pid: z.number(), start: z.string(), command: z.string(), since: z.string() });

/** A takeover is a handful of system calls: one this old was cut off. */
const TAKEOVER_MS = 10_000;

/** The living holder; `dead` also for a file that nobody can have written as it is. */
export function holderOf(file: string): z.infer<typeof holderSchema> | "dead" | "nobody" {
  const text = readIfThere(file);
  if (text === undefined) return "nobody";
  try {
    const holder = holderSchema.parse(JSON.parse(text));
    return startOf(holder.pid) === holder.start ? holder : "dead";
  } catch {
    return "dead";
  }
}

/** Removes the lock of a dead holder. Guarded, so that nobody removes the lock that another has just taken over. */
export function removeStale(file: string): void {
  const guard = `${file}.takeover`;
  try {
    mkdirSync(guard);
  } catch (error) {
    if (codeOf(error) !== "EEXIST") throw error;
    const made = statSync(guard, { throwIfNoEntry: false })?.mtimeMs;
    if (made !== undefined && Date.now() - made > TAKEOVER_MS) rmdirSync(guard);
    return;
  }
  try {
    if (holderOf(file) === "dead") rmSync(file, { force: true });
  } finally {
    rmdirSync(guard);
  }
}
