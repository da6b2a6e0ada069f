/** Saves the plans of a diff. */
import type { Binary } from "../terraform/binary.ts";
import type { Plan } from "../terraform/plan.ts";
import { NO_STATE, type State } from "../terraform/state.ts";
import type { Seen } from "./beyond.ts";
import { configurationOf } from "./configuration.ts";
import type { PlanDocument } from "./plan-document.ts";
import type { Planned } from "./plan-ahead.ts";
import type { SavedPlans, SavedStack } from "./saved.ts";
import { valuesOf } from "./values.ts";

/** All that a plan would do to each object. */
export function seenIn(
  { changes }: Plan,
  document: PlanDocument,
): readonly (Seen & Pick<Plan["changes"][number], "reason">)[] {
  return changes.map(({ address, action, reason }) => {
    const planned = document.changes.get(address);
    return { address, action, reason, paths: planned === undefined ? [] : valuesOf(planned).map(({ path }) => path) };
  });
}

async function savedStack({ plan, after, document }: Planned, { serial, lineage }: State): Promise<SavedStack> {
  const { stack, pending, imported, counts } = plan;
  const seen = seenIn(plan, await document());
  return {
    name: stack.name,
    configuration: configurationOf(stack),
    state: { serial, lineage },
    after: [...after],
    pending,
    imported,
    counts,
    changes: seen.map(({ reason, paths, ...change }) => ({
      ...change,
      ...(reason !== undefined && { reason }),
      paths: [...paths],
    })),
  };
}

/** The tool as saved plans name it: none other can read them. */
export function toolOf({ product, version }: Binary): string {
  return `${product} ${version}`;
}

/** What there is to know of these plans when they are applied. */
export async function savedPlansOf(
  planned: readonly Planned[],
  states: ReadonlyMap<string, State>,
  binary: Binary,
): Promise<SavedPlans> {
  const stacks = await Promise.all(
    planned.map((each) => savedStack(each, states.get(each.plan.stack.name) ?? NO_STATE)),
  );
  return { version: 1, tool: toolOf(binary), stacks };
}
