/** Turns a plan into a review. */
import { masked } from "../../ui/masker.ts";
import { isInternalOutput } from "../../ui/words.ts";
import type { Plan } from "../terraform/plan.ts";
import type { Action } from "../terraform/progress.ts";
import type { PlanDocument, PlannedValues } from "./plan-document.ts";
import { forcedBy, KNOWN_AFTER_APPLY, valuesOf } from "./review-values.ts";
import type { ChangeReview, StackReview, ValueReview } from "./review.ts";

/** What the tools' reasons come to. A reason that says nothing of use is empty. */
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

/** What cannot be undone comes first. */
const ORDER: readonly Action[] = ["delete", "replace", "forget", "update", "import", "create"];

const ACTIONS_OF_OUTPUTS: ReadonlySet<string> = new Set(["create", "update", "delete"]);

function isOutputAction(action: string): action is StackReview["outputs"][number]["action"] {
  return ACTIONS_OF_OUTPUTS.has(action);
}

function reasonOf(action: Action, reason: string | undefined): string | null {
  if (reason === undefined || action === "create") return null;
  return (REASONS[reason] ?? reason.replaceAll("_", " ")) || null;
}

/** In a replacement all that is computed becomes unknown: only what causes it is of interest. */
function interesting(action: Action, values: readonly ValueReview[]): readonly ValueReview[] {
  if (action !== "replace") return values;
  return values.filter(({ after, forcesReplacement }) => after !== KNOWN_AFTER_APPLY || forcesReplacement);
}

function changeReview(
  { address, action, reason }: Plan["changes"][number],
  planned: PlannedValues | undefined,
  detailed: boolean,
): ChangeReview {
  const known =
    planned !== undefined && (detailed || action === "update" || action === "replace" || action === "import");
  return {
    address,
    action,
    why: reasonOf(action, reason),
    forcedBy: planned === undefined || action !== "replace" ? [] : forcedBy(planned),
    values: known ? interesting(action, valuesOf(planned)) : [],
  };
}

/** Whether a review of the plan has to know its values: there is nothing to compare in what is new or goes. */
export function needsValues({ counts, imported }: Plan): boolean {
  return counts.change + counts.replace + imported > 0;
}

/**
 * @param document null where the values are of no interest
 * @param detailed with the values of what is created or destroyed
 * @param after the stacks that have to be deployed first
 */
export function stackReview(
  plan: Plan,
  document: PlanDocument | null,
  detailed = false,
  after: readonly string[] = [],
): StackReview {
  const { stack, pending, counts, imported, changes, outputs, drift } = plan;
  const reviewed = changes.map((change) => changeReview(change, document?.changes.get(change.address), detailed));
  return {
    name: stack.name,
    ...counts,
    status: pending ? "changed" : "unchanged",
    imports: imported,
    after,
    error: null,
    changes: reviewed.toSorted((a, b) => ORDER.indexOf(a.action) - ORDER.indexOf(b.action)),
    outputs: Object.entries(outputs).flatMap(([name, { action = "noop" }]) =>
      isOutputAction(action) && !isInternalOutput(name) ? [{ name, action }] : [],
    ),
    // Providers report many a computed value as changed: only a plan that is about nothing else names them all.
    drift: drift.filter(({ gone }) => gone || (pending && changes.length === 0)),
  };
}

/**
 * A stack of which there is no plan.
 *
 * @param error what was said of it; masked here, before any of it is cut short
 */
export function withoutPlan(
  name: string,
  status: Exclude<StackReview["status"], "changed" | "unchanged">,
  error: string | null = null,
): StackReview {
  const none = { add: 0, change: 0, replace: 0, destroy: 0 };
  return {
    name,
    ...none,
    status,
    imports: 0,
    after: [],
    error: error === null ? null : masked(error),
    changes: [],
    outputs: [],
    drift: [],
  };
}
