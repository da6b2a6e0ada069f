/**
 * What a run came to, from all that reports it: exit code, lines, sum. One of them alone may be wrong: wrappers change exit
 * codes (hashicorp/setup-terraform turns 2, which means changes, into 0), and swallow or add lines.
 */
import type { Progress, Summary } from "./progress.ts";

/** What a run has said. */
export type RunOutput = Pick<Progress, "actions" | "summary" | "drift" | "outputs" | "diagnostics">;

/** By action, what each counts for in the tool's sum. */
const COUNTS: Readonly<Record<string, Pick<Summary, "add" | "change" | "remove">>> = {
  create: { add: 1, change: 0, remove: 0 },
  update: { add: 0, change: 1, remove: 0 },
  delete: { add: 0, change: 0, remove: 1 },
  remove: { add: 0, change: 0, remove: 1 },
  replace: { add: 1, change: 0, remove: 1 },
  // In the plan, and in nobody's sum.
  ...Object.fromEntries(
    ["noop", "read", "move", "import", "forget"].map((name) => [name, { add: 0, change: 0, remove: 0 }]),
  ),
};

const WRAPPED =
  "something stands between it and us that changes what it says: set TERRAFORM_BINARY_NAME to the program itself " +
  "(with hashicorp/setup-terraform: terraform_wrapper: false)";

function sumOf(actions: readonly string[]): string | null {
  const sum = { add: 0, change: 0, remove: 0 };
  for (const action of actions) {
    const counts = COUNTS[action];
    // Of a newer tool than we know: its sum cannot be read.
    if (counts === undefined) return null;
    sum.add += counts.add;
    sum.change += counts.change;
    sum.remove += counts.remove;
  }
  return sumText(sum);
}

function sumText({ add, change, remove }: Pick<Summary, "add" | "change" | "remove">): string {
  return `${add} to add, ${change} to change, ${remove} to destroy`;
}

/** Whether an apply would do anything: an object, an output, or, where only what is known is renewed, the state. */
function isPending({ actions, outputs, drift }: RunOutput, refreshOnly: boolean): boolean {
  const outputsChange = Object.values(outputs).some(({ action = "noop" }) => action !== "noop");
  return actions.length > 0 || outputsChange || (refreshOnly && drift.length > 0);
}

/**
 * Of a plan that ended with 0 or 2.
 *
 * @returns whether an apply would do anything, or in one line why that is unknown
 */
export function planVerdict(
  code: 0 | 2,
  said: RunOutput,
  refreshOnly: boolean,
): { readonly pending: boolean } | { readonly refused: string } {
  const { summary, actions } = said;
  const ended = `it ended with exit code ${code}`;
  if (said.diagnostics.some(({ severity }) => severity === "error"))
    return { refused: `${ended}, and it reported an error: ${WRAPPED}` };
  if (summary === null) return { refused: `${ended}, and did not say what it plans: ${WRAPPED}` };
  const sum = sumOf(actions);
  if (sum !== null && sum !== sumText(summary))
    return { refused: `its plan is ${sumText(summary)}, and the changes that it names are ${sum}: ${WRAPPED}` };
  const pending = isPending(said, refreshOnly);
  if (pending === (code === 2)) return { pending };
  // What a provider keeps for itself may change, and no line says so.
  if (refreshOnly && code === 2) return { pending: true };
  return {
    refused: pending
      ? `${ended}, which means no changes, and its plan has some (${sumText(summary)}): ${WRAPPED}`
      : `${ended}, which means changes, and its plan has none: ${WRAPPED}`,
  };
}

/**
 * Of an apply. Fewer objects may be changed than were planned, where it turns out that one is as it should be.
 *
 * @param planned how many objects were to be made and removed
 * @returns in one line why it has not come to its end, whatever its exit code; null where all agree
 */
export function applyDoubt(
  code: number,
  { summary, diagnostics }: RunOutput,
  planned: Pick<Summary, "add" | "remove">,
): string | null {
  if (code !== 0) return null;
  if (diagnostics.some(({ severity }) => severity === "error"))
    return `it ended with exit code 0, and it reported an error: ${WRAPPED}`;
  if (summary === null || summary.operation === "plan")
    return `it ended with exit code 0, and did not say what it did: ${WRAPPED}`;
  if (summary.add !== planned.add || summary.remove !== planned.remove)
    return `it ended with exit code 0, and of ${planned.add} to add and ${planned.remove} to destroy it did ${summary.add} and ${summary.remove}: ${WRAPPED}`;
  return null;
}
