/** A plan in words: counts, the objects it touches, and why. */
import type { Counts, Plan } from "../terraform/plan.ts";
import { type Action, SIGNS } from "./progress.ts";
import type { Terminal } from "./terminal.ts";
import { isInternalOutput } from "./words.ts";

const REASONS: Readonly<Record<string, string>> = {
  tainted: "it is tainted",
  requested: "asked for",
  replace_triggered_by: "something it goes with is replaced",
  cannot_update: "a changed value cannot be changed in place",
  delete_because_no_resource_config: "no longer in the app",
  delete_because_no_module: "no longer in the app",
  delete_because_each_key: "no longer in the app",
  delete_because_count_index: "no longer in the app",
  read_because_config_unknown: "",
};

const WORDS = {
  planned: { import: "to import", add: "to add", change: "to change", replace: "to replace", destroy: "to destroy" },
  done: { import: "imported", add: "added", change: "changed", replace: "replaced", destroy: "destroyed" },
} as const;

/** `2 to add, 1 to replace`; parts that are none are left out. */
export function counted(
  { add, change, replace, destroy }: Counts,
  imported = 0,
  tense: keyof typeof WORDS = "planned",
): string {
  const words = WORDS[tense];
  const parts: readonly (readonly [number, string])[] = [
    [imported, words.import],
    [add, words.add],
    [change, words.change],
    [replace, words.replace],
    [destroy, words.destroy],
  ];
  return parts
    .filter(([number]) => number > 0)
    .map(([number, word]) => `${number} ${word}`)
    .join(", ");
}

/** One line on what an apply would do. */
export function summaryOf(plan: Plan): string {
  if (!plan.pending) return "no changes";
  return counted(plan.counts, plan.imported) || "outputs change, no object does";
}

/** Prints every object that a plan touches, and the outputs it changes. */
export function showPlan(terminal: Terminal, plan: Plan, details: ReadonlyMap<string, readonly string[]>): void {
  const { colors } = terminal;
  const paint: Readonly<Record<Action, (text: string) => string>> = {
    create: colors.green,
    update: colors.yellow,
    replace: colors.yellow,
    delete: colors.red,
    import: colors.cyan,
    forget: colors.cyan,
  };
  for (const { action, address, reason } of plan.changes) {
    const why = reason === undefined || action === "create" ? "" : (REASONS[reason] ?? reason.replaceAll("_", " "));
    terminal.line(
      `  ${paint[action](SIGNS[action].padStart(3))} ${address}${why === "" ? "" : colors.dim(`  (${why})`)}`,
    );
    for (const line of details.get(address) ?? []) terminal.line(`        ${line}`);
  }
  const outputs = Object.entries(plan.outputs)
    .filter(([name, { action }]) => action !== undefined && action !== "noop" && !isInternalOutput(name))
    .map(([name, { action }]) => `${action === "create" ? "+" : action === "delete" ? "-" : "~"} ${name}`);
  if (outputs.length > 0) terminal.line(`  ${colors.dim(`outputs: ${outputs.join(", ")}`)}`);
  // Providers report many a computed value as changed: only a plan that is about nothing else names them all.
  const onlyDrift = plan.pending && plan.changes.length === 0;
  for (const { address, gone } of plan.drift) {
    if (gone) terminal.line(`  ${colors.dim(`gone, not by this lab: ${address}`)}`);
    else if (onlyDrift) terminal.line(`  ${colors.dim(`changed outside of this lab: ${address}`)}`);
  }
}
