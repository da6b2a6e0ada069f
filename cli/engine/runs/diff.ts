/** `cdktf diff`: plans every chosen stack, and changes nothing. */
import { printDocument } from "../../ui/document.ts";
import { AlreadyPrinted, CliError, messageOf } from "../../ui/errors.ts";
import { requireFolder, targetOf } from "../../ui/user-files.ts";
import { list } from "../../ui/words.ts";
import { isDeployed, NO_STATE, stateOf } from "../state/state.ts";
import type { StackInfo } from "../synth/assembly.ts";
import type { CommandContext } from "../synth/command-context.ts";
import { discard, PlanFailed, planStack } from "../terraform/plan.ts";
import { atATime, begin, type Begun, initializeAhead, type RunOptions } from "./begin.ts";
import {
  documentOf,
  imageToBuild,
  labReview,
  refuseDestruction,
  save,
  type States,
  withoutStacks,
  writeMarkdown,
} from "./diff-output.ts";
import { type LossOptions, resolveLostObjects } from "./losses.ts";
import { planAhead, type Planned } from "./plan-ahead.ts";
import { refuseShrinking } from "./plan-document.ts";
import { checkUpgrades } from "./preconditions.ts";
import { refuseLostStates } from "./recover.ts";
import { withoutNewTriggers } from "./replace-triggers.ts";
import { showReview, summaryOf } from "./review-text.ts";
import { lostDiskLine, lostDisks, type Review, type StackReview } from "./review.ts";
import { runInOrder } from "./schedule.ts";
import { needsValues, stackReview, withoutPlan } from "./stack-review.ts";

/** What `cdktf diff` is asked for. */
export interface DiffOptions extends RunOptions, LossOptions {
  /** With the values of what is created and destroyed, and all of the review in `--json`. */
  readonly detailed?: boolean;
  /** Where to write the review for people, as a comment on a pull request. */
  readonly markdown?: string;
  /** Where to save the plans, for `deploy --plan`. */
  readonly out?: string;
  /** What the saved plans are of: a deploy has to name the same. */
  readonly review?: string;
  /** Fails when anything would be destroyed or replaced. */
  readonly failOnDestroy?: boolean;
}

/** The states of the chosen stacks first, then of the others: they are read, and the free tier counts them too. */
async function statesOf({ session, stacks: chosen }: Begun): Promise<States> {
  const stacks = [...new Set([...chosen, ...session.assembly.stacks])];
  const states = await Promise.all(stacks.map((info) => stateOf(session, session.stack(info))));
  return new Map(stacks.flatMap(({ name }, index) => (states[index] ? [[name, states[index]]] : [])));
}

/** Whether anything is written that holds all of the review. */
function isWhole({ detailed = false, markdown, out }: DiffOptions): boolean {
  return detailed || markdown !== undefined || out !== undefined;
}

interface Reviewed {
  readonly review: StackReview;
  /** Null where there is none. */
  readonly planned: Planned | null;
}

/** A stack that cannot be planned is reported, and in the result as failed. */
async function planAll(
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
      const held = (states.get(info.name) ?? NO_STATE).resources.map(({ address }) => address);
      return withoutNewTriggers(stack, [], held, () =>
        planStack(session, stack, session.environment(stack), label(info), options),
      );
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
  return results;
}

/** Plans come in any order; they are shown in that of the stacks. */
function show(
  { session: { terminal }, stacks, label }: Begun,
  reviews: readonly StackReview[],
  detailed: boolean,
): void {
  for (const [index, review] of reviews.entries()) {
    const info = stacks[index];
    if (info === undefined || !["changed", "unchanged"].includes(review.status)) continue;
    const after = review.after.length === 0 ? "" : `, after ${list(review.after)}`;
    terminal.line(`${label(info)} ${summaryOf(review)}${after}`);
    showReview(terminal, review, detailed);
  }
}

async function reviewAll(begun: Begun, options: DiffOptions): Promise<Review> {
  const { session, stacks } = begun;
  const { detailed = false, markdown, out, json } = options;
  await refuseLostStates(session, "diff", stacks, {});
  await resolveLostObjects(session, "diff", stacks, {});
  await checkUpgrades(session, stacks);
  const states = await statesOf(begun);
  const results = await planAll(begun, states, options);
  const reviews = stacks.map(({ name }) => results.get(name)?.review ?? withoutPlan(name, "skipped"));
  const planned = reviews.flatMap(({ name }) => results.get(name)?.planned ?? []);
  try {
    const disks = lostDisks(
      reviews,
      session.assembly.stacks.map((info) => session.stack(info).resources),
    );
    for (const disk of disks) session.terminal.line(session.terminal.colors.red(lostDiskLine(disk)));
    show(begun, reviews, detailed);
    const image = imageToBuild(session);
    if (image !== null) session.terminal.aside(`the hosts' image will be built by a deploy: ${image}`);
    const review: Review = {
      version: 1,
      sandbox: session.sandbox !== null,
      stacks: reviews,
      ...(isWhole(options) ? await labReview(session, states) : { freeTier: null, images: [] }),
      lostDisks: disks,
      error: null,
    };
    if (markdown !== undefined) await writeMarkdown(markdown, review, session.interruption.signal);
    if (out !== undefined) await save(session, out, options, planned, states, reviews.length);
    if (json) printDocument(documentOf(review, image, detailed));
    return review;
  } finally {
    // They hold values in clear.
    for (const { plan } of planned) discard(plan);
  }
}

/** The exit code. @throws CliError for what `--fail-on-destroy` forbids */
function outcome(review: Review, { failOnDestroy }: DiffOptions): number {
  if (review.stacks.some(({ status }) => status === "failed")) throw new AlreadyPrinted();
  if (failOnDestroy) refuseDestruction(review);
  return review.stacks.some(({ status }) => status === "changed") ? 2 : 0;
}

/** Plans, shows and writes what was asked for; returns the exit code. */
export async function diffStacks(
  context: CommandContext,
  names: readonly string[],
  options: DiffOptions,
): Promise<number> {
  if (options.markdown !== undefined) targetOf(options.markdown);
  if (options.out !== undefined) requireFolder(options.out);
  else if (options.review !== undefined) throw new CliError("--review names the plans of --out, which is not given");
  let begun: Begun | undefined;
  let review: Review;
  try {
    begun = await begin(context, names, options);
    review = await reviewAll(begun, options);
  } catch (error) {
    context.interruption.signal.throwIfAborted();
    if (options.markdown !== undefined)
      await writeMarkdown(options.markdown, withoutStacks(error, context.project.sandbox), context.interruption.signal);
    throw error;
  } finally {
    begun?.session.close();
  }
  context.interruption.signal.throwIfAborted();
  return outcome(review, options);
}
