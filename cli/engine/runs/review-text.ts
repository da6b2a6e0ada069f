/** Prints a review on the terminal. */
import type { Terminal } from "../../ui/terminal.ts";
import type { Counts } from "../terraform/plan.ts";
import { type Action, SIGNS } from "../terraform/progress.ts";
import type { StackReview, ValueReview } from "./review.ts";

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
export function summaryOf(review: StackReview): string {
  if (review.status === "unchanged") return "no changes";
  return counted(review, review.imports) || "outputs change, no object does";
}

function valueLine({ path, before, after, forcesReplacement }: ValueReview, action: Action): string {
  if (action === "create" || action === "delete") return `${path}: ${after ?? before}`;
  return `${path}: ${before ?? "(none)"} → ${after ?? "(none)"}${forcesReplacement ? "  (forces replacement)" : ""}`;
}

/**
 * Prints every object that a plan touches, and the outputs it changes.
 *
 * @param detailed with the values of what is created or destroyed, where the review has them
 */
export function showReview(terminal: Terminal, review: StackReview, detailed = false): void {
  const { colors } = terminal;
  const paint: Readonly<Record<Action, (text: string) => string>> = {
    create: colors.green,
    update: colors.yellow,
    replace: colors.yellow,
    delete: colors.red,
    import: colors.cyan,
    forget: colors.cyan,
  };
  for (const { action, address, why, values } of review.changes) {
    const reason = why === null ? "" : colors.dim(`  (${why})`);
    terminal.line(`  ${paint[action](SIGNS[action].padStart(3))} ${address}${reason}`);
    if (!detailed && (action === "create" || action === "delete")) continue;
    for (const value of values) terminal.line(`        ${valueLine(value, action)}`);
  }
  const outputs = review.outputs.map(
    ({ name, action }) => `${action === "create" ? "+" : action === "delete" ? "-" : "~"} ${name}`,
  );
  if (outputs.length > 0) terminal.line(`  ${colors.dim(`outputs: ${outputs.join(", ")}`)}`);
  for (const { address, gone } of review.drift)
    terminal.line(`  ${colors.dim(`${gone ? "gone, not by" : "changed outside of"} this lab: ${address}`)}`);
}
