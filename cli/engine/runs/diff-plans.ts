/** The plans of a diff: every chosen stack, whatever becomes of the others. */
import { AlreadyTold, messageOf } from "../../ui/errors.ts";
import { isDeployed, NO_STATE, type State, stateOf } from "../state/state.ts";
import type { StackInfo } from "../synth/assembly.ts";
import { PlanFailed, planStack } from "../terraform/plan.ts";
import { atATime, type Begun, initializeAhead } from "./begin.ts";
import type { DiffOptions } from "./diff-options.ts";
import { planAhead, type Planned } from "./plan-ahead.ts";
import { refuseShrinking } from "./plan-document.ts";
import type { StackReview } from "./review.ts";
import { runInOrder } from "./schedule.ts";
import { needsValues, stackReview, withoutPlan } from "./stack-review.ts";

/** States by the names of their stacks. */
export type States = ReadonlyMap<string, State>;

/** The states of the chosen stacks first, then of the others: they are read, and the free tier counts them too. */
export async function statesOf({ session, stacks: chosen }: Begun): Promise<States> {
  const stacks = [...new Set([...chosen, ...session.assembly.stacks])];
  const states = await Promise.all(stacks.map((info) => stateOf(session, session.stack(info))));
  return new Map(stacks.flatMap(({ name }, index) => (states[index] ? [[name, states[index]]] : [])));
}

/** Whether anything is written that holds all of the review. */
export function isWhole({ detailed = false, markdown, out }: DiffOptions): boolean {
  return detailed || markdown !== undefined || out !== undefined;
}

interface Reviewed {
  readonly review: StackReview;
  /** Null where there is none. */
  readonly planned: Planned | null;
}

/** A stack that cannot be planned is told of, and in the result as failed. */
export async function planAll(
  { session, stacks, label }: Begun,
  states: States,
  options: DiffOptions,
): Promise<ReadonlyMap<string, Reviewed>> {
  const { terminal, interruption } = session;
  const initialized = initializeAhead(session, stacks);
  const results = new Map<string, Reviewed>();
  const plan = planAhead({
    runner: session,
    stacks: session.assembly.stacks,
    stack: session.stack,
    states,
    plan: async (stack, info) => {
      await initialized(info);
      // Hosts that have yet to be made answer to nobody.
      const reachable = info.dependencies.every((name) => isDeployed(states.get(name) ?? NO_STATE));
      if (reachable && options.refresh !== false) await session.connect(info);
      return planStack(session, stack, session.environment(stack), label(info), options);
    },
  });
  const reviewed = async (info: StackInfo): Promise<Reviewed> => {
    const planned = await plan(info);
    const asked = isWhole(options) || needsValues(planned.plan);
    const document = asked ? await planned.document() : null;
    if (document !== null) refuseShrinking(document);
    return { review: stackReview(planned.plan, document, isWhole(options), planned.after), planned };
  };
  await runInOrder(
    stacks,
    () => [],
    atATime(options.parallelism),
    async (info) => {
      try {
        results.set(info.name, await reviewed(info));
      } catch (error) {
        const told = error instanceof AlreadyTold || interruption.signal.aborted;
        if (!told) terminal.aside(`Error in ${info.name}: ${messageOf(error)}`);
        const status = interruption.signal.aborted ? "interrupted" : "failed";
        const said = error instanceof PlanFailed ? error.said : told ? null : messageOf(error);
        results.set(info.name, { review: withoutPlan(info.name, status, said), planned: null });
      }
      return "done";
    },
    interruption.signal,
  );
  return results;
}
