/** Plans all chosen stacks ahead, each as if those before it were deployed, and shows what that comes to. */
import { AlreadyPrinted, messageOf } from "../../ui/errors.ts";
import { list } from "../../ui/words.ts";
import { isDeployed, NO_STATE, type State, stateOf } from "../state/state.ts";
import type { StackInfo } from "../synth/assembly.ts";
import { discard, PlanFailed, type PlanOptions, planStack } from "../terraform/plan.ts";
import { atATime, type Begun, type Initialized, type RunOptions } from "./begin.ts";
import { planAhead, type Planned } from "./plan-ahead.ts";
import { refuseShrinking } from "./plan-document.ts";
import { withoutNewTriggers } from "./replace-triggers.ts";
import { showReview, summaryOf } from "./review-text.ts";
import { type LostDisk, lostDiskLine, lostDisks, type StackReview } from "./review.ts";
import { runInOrder } from "./schedule.ts";
import type { Session } from "./session.ts";
import { needsValues, stackReview, withoutPlan } from "./stack-review.ts";

/** States by the names of their stacks. */
export type States = ReadonlyMap<string, State>;

/** A stack that was planned ahead, or could not be. */
export interface PlannedAhead {
  readonly review: StackReview;
  /** Null where there is none. */
  readonly planned: Planned | null;
}

/** The states of the chosen stacks first, then of the others: they are read, and the free tier counts them too. */
export async function statesOf({ session, stacks: chosen }: Pick<Begun, "session" | "stacks">): Promise<States> {
  const stacks = [...new Set([...chosen, ...session.assembly.stacks])];
  const states = await Promise.all(stacks.map((info) => stateOf(session, session.stack(info))));
  return new Map(stacks.flatMap(({ name }, index) => (states[index] ? [[name, states[index]]] : [])));
}

function planner(
  { session, label }: Begun,
  initialized: Initialized,
  states: States,
  options: PlanOptions,
): (info: StackInfo) => Promise<Planned> {
  return planAhead({
    runner: session,
    stacks: session.assembly.stacks,
    stack: session.stack,
    states,
    plan: async (stack, info) => {
      await initialized(info);
      // Hosts that have yet to be made answer to nobody.
      const reachable = info.dependencies.every((name) => isDeployed(states.get(name) ?? NO_STATE));
      if (reachable && options.refresh !== false) await session.connect(info);
      const held = (states.get(info.name) ?? NO_STATE).resources.map(({ address }) => address);
      return withoutNewTriggers(stack, [], held, () =>
        planStack(session, stack, session.environment(stack), label(info), options),
      );
    },
  });
}

/**
 * Plans each of the chosen stacks. One that cannot be planned is reported, and in the result as failed.
 *
 * @param whole with the values of what is created and destroyed
 */
export async function planAll(
  begun: Begun,
  initialized: Initialized,
  states: States,
  options: RunOptions & PlanOptions,
  whole: boolean,
): Promise<readonly PlannedAhead[]> {
  const { session, stacks } = begun;
  const { terminal, interruption } = session;
  const results = new Map<string, PlannedAhead>();
  const plan = planner(begun, initialized, states, options);
  const reviewed = async (info: StackInfo): Promise<PlannedAhead> => {
    const planned = await plan(info);
    const document = whole || needsValues(planned.plan) ? await planned.document() : null;
    if (document !== null) refuseShrinking(document);
    return { review: stackReview(planned.plan, document, whole, planned.after), planned };
  };
  await runInOrder(
    stacks,
    () => [],
    atATime(options.parallelism),
    async (info) => {
      try {
        results.set(info.name, await reviewed(info));
      } catch (error) {
        const printed = error instanceof AlreadyPrinted || interruption.signal.aborted;
        if (!printed) terminal.aside(`Error in ${info.name}: ${messageOf(error)}`);
        const status = interruption.signal.aborted ? "interrupted" : "failed";
        const said = error instanceof PlanFailed ? error.said : printed ? null : messageOf(error);
        results.set(info.name, { review: withoutPlan(info.name, status, said), planned: null });
      }
      return "done";
    },
    interruption.signal,
  );
  return stacks.map(({ name }) => results.get(name) ?? { review: withoutPlan(name, "skipped"), planned: null });
}

/** Deletes the plans: they hold values in clear. */
export function discardAll(all: readonly PlannedAhead[]): void {
  for (const { planned } of all) if (planned !== null) discard(planned.plan);
}

/** The hosts' image where a deploy would build it first; the sandbox takes an image's word for it. */
export function imageToBuild({ assembly, sandbox }: Session): string | null {
  const image = assembly.lab?.images?.proxmox;
  return sandbox !== null || image === undefined || image.built ? null : image.objectName;
}

/** Shows plans in the order of their stacks. @returns the disks that are lost with them */
export function showPlans(
  { session, stacks, label }: Begun,
  reviews: readonly StackReview[],
  detailed: boolean,
): readonly LostDisk[] {
  const { terminal, assembly } = session;
  const disks = lostDisks(
    reviews,
    assembly.stacks.map((info) => session.stack(info).resources),
  );
  for (const disk of disks) terminal.line(terminal.colors.red(lostDiskLine(disk)));
  for (const [index, review] of reviews.entries()) {
    const info = stacks[index];
    if (info === undefined || !["changed", "unchanged"].includes(review.status)) continue;
    const after = review.after.length === 0 ? "" : `, after ${list(review.after)}`;
    terminal.line(`${label(info)} ${summaryOf(review)}${after}`);
    showReview(terminal, review, detailed);
  }
  const image = imageToBuild(session);
  if (image !== null) terminal.aside(`the hosts' image will be built by a deploy: ${image}`);
  return disks;
}
