/** Which values a plan changes, of the objects that it updates or replaces. */
import { execFile } from "node:child_process";
import { z } from "zod";
import { inline } from "../show/words.ts";
import type { Plan } from "./plan.ts";
import type { Runner } from "./runner.ts";

const planDocument = z.object({
  resource_changes: z
    .array(
      z.object({
        address: z.string(),
        change: z.object({
          actions: z.array(z.string()),
          before: z.unknown(),
          after: z.unknown(),
          after_unknown: z.unknown(),
          before_sensitive: z.unknown(),
          after_sensitive: z.unknown(),
          replace_paths: z.array(z.array(z.union([z.string(), z.number()]))).optional(),
        }),
      }),
    )
    .default([]),
});

const LONGEST = 60;

function child(value: unknown, key: string): unknown {
  if (value === true) return true; // all of it is unknown, or sensitive
  return typeof value === "object" && value !== null ? Reflect.get(value, key) : undefined;
}

function keysOf(value: unknown): readonly string[] {
  return typeof value === "object" && value !== null ? Object.keys(value) : [];
}

function isBranch(value: unknown): boolean {
  return keysOf(value).length > 0;
}

function shown(value: unknown, unknown: unknown, sensitive: unknown): string {
  if (sensitive === true) return "(sensitive)";
  if (unknown === true) return "(known after apply)";
  if (value === undefined || value === null) return "(none)";
  const text = inline(value);
  return text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text;
}

interface Sides {
  readonly before: unknown;
  readonly after: unknown;
  readonly unknown: unknown;
  readonly hiddenBefore: unknown;
  readonly hiddenAfter: unknown;
}

/** The leaves that differ, as `path: before → after`. */
function leaves(sides: Sides, path: readonly string[], forcing: ReadonlySet<string>): readonly string[] {
  const { before, after, unknown, hiddenBefore, hiddenAfter } = sides;
  const open =
    hiddenBefore !== true && hiddenAfter !== true && unknown !== true && (isBranch(before) || isBranch(after));
  if (open) {
    const keys = new Set([...keysOf(before), ...keysOf(after), ...keysOf(unknown)]);
    return [...keys].flatMap((key) =>
      leaves(
        {
          before: child(before, key),
          after: child(after, key),
          unknown: child(unknown, key),
          hiddenBefore: child(hiddenBefore, key),
          hiddenAfter: child(hiddenAfter, key),
        },
        [...path, key],
        forcing,
      ),
    );
  }
  if (unknown !== true && JSON.stringify(before ?? null) === JSON.stringify(after ?? null)) return [];
  // What was not there and will be computed is no change that anybody asked for.
  if (unknown === true && (before === undefined || before === null)) return [];
  const forced = path.some((_, index) => forcing.has(path.slice(0, index + 1).join(".")))
    ? "  (forces replacement)"
    : "";
  return [`${path.join(".")}: ${shown(before, false, hiddenBefore)} → ${shown(after, unknown, hiddenAfter)}${forced}`];
}

/**
 * The changed values by address. Only asks the tool (one more process) when the plan changes or replaces something:
 * there is nothing to compare in what is new or goes.
 */
export async function changeDetails(runner: Runner, plan: Plan): Promise<ReadonlyMap<string, readonly string[]>> {
  if (plan.counts.change + plan.counts.replace === 0) return new Map();
  const text = await new Promise<string>((resolve, reject) => {
    execFile(
      runner.binary.path,
      ["show", "-json", plan.file],
      { cwd: plan.stack.folder, env: { ...plan.env }, encoding: "utf8", maxBuffer: 512 << 20 },
      (error, stdout) => (error === null ? resolve(stdout) : reject(error)),
    );
  });
  const { resource_changes: changes } = planDocument.parse(JSON.parse(text));
  return new Map(
    changes
      .filter(({ change }) => change.actions.includes("update") || change.actions.length > 1)
      .map(({ address, change }) => {
        const forcing = new Set((change.replace_paths ?? []).map((path) => path.join(".")));
        const sides = {
          before: change.before,
          after: change.after,
          unknown: change.after_unknown,
          hiddenBefore: change.before_sensitive,
          hiddenAfter: change.after_sensitive,
        };
        // In a replacement all that is computed becomes unknown: only what causes it is of interest.
        const lines = leaves(sides, [], forcing);
        return [
          address,
          change.actions.length > 1 ? lines.filter((line) => !line.endsWith("(known after apply)")) : lines,
        ];
      }),
  );
}
