/** What is saved of a diff, to hold a deploy against. */
import type { Binary } from "../terraform/binary.ts";
import type { PlanOptions } from "../terraform/plan.ts";
import { NO_STATE, type State } from "../terraform/state.ts";
import { configurationOf } from "./configuration.ts";
import type { ReviewKey } from "./mac.ts";
import type { Planned } from "./plan-ahead.ts";
import type { SavedPlans, SavedStack } from "./saved.ts";
import { seenIn } from "./seen.ts";

async function savedStack(
  { plan, document }: Planned,
  { serial, lineage }: State,
  key: ReviewKey,
): Promise<SavedStack> {
  const changes = seenIn(plan, await document(), key);
  return {
    name: plan.stack.name,
    configuration: configurationOf(plan.stack),
    state: { serial, lineage },
    changes: changes.map(({ values, ...change }) => ({ ...change, values: Object.fromEntries(values) })),
  };
}

/** The tool as saved plans name it: another one may plan otherwise. */
export function toolOf({ product, version }: Binary): string {
  return `${product} ${version}`;
}

function refreshOf({ refresh = true, refreshOnly = false }: PlanOptions): SavedPlans["refresh"] {
  if (refreshOnly) return "only";
  return refresh ? "yes" : "no";
}

/** @param review what the plans are of, in the words of who saves them; null where nobody says */
export async function savedPlansOf(
  planned: readonly Planned[],
  states: ReadonlyMap<string, State>,
  binary: Binary,
  key: ReviewKey,
  options: PlanOptions,
  review: string | null,
): Promise<SavedPlans> {
  const stacks = await Promise.all(
    planned.map((each) => savedStack(each, states.get(each.plan.stack.name) ?? NO_STATE, key)),
  );
  return { version: 2, review, tool: toolOf(binary), refresh: refreshOf(options), stacks };
}
