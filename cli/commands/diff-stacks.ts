/** What `cdktf diff` does with what was synthesized. */
import { resolve } from "node:path";
import { AlreadyTold, CliError, messageOf } from "../errors.ts";
import { planAhead, type Planned } from "../review/plan-ahead.ts";
import type { Review, StackReview } from "../review/review.ts";
import { needsValues, stackReview, withoutPlan } from "../review/stack-review.ts";
import { counted, showReview, summaryOf } from "../show/plan.ts";
import { writeAtomically } from "../files.ts";
import { masked } from "../masking/masker.ts";
import { list } from "../show/words.ts";
import { AppRefused } from "../synth/app.ts";
import type { Assembly, StackInfo } from "../synth/assembly.ts";
import { discard, PlanFailed, planStack } from "../terraform/plan.ts";
import { isDeployed, NO_STATE, type State, stateOf } from "../terraform/state.ts";
import { atATime, begin, type Begun, initializeAhead } from "./begin.ts";
import type { DiffOptions } from "./diff.ts";
import { printDocument } from "./document.ts";
import { faceLosses } from "./losses.ts";
import { result } from "./results.ts";
import { runInOrder } from "./schedule.ts";
import type { Session } from "./session.ts";
import type { Workplace } from "./workplace.ts";

type States = ReadonlyMap<string, State>;

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
      return planStack(session, stack, session.environment(stack), label(info), options);
    },
  });
  const reviewed = async (info: StackInfo): Promise<Reviewed> => {
    const planned = await plan(info);
    const asked = isWhole(options) || needsValues(planned.plan);
    const document = asked ? await planned.document() : null;
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

/** The whole of it, loaded only where it is asked for: it counts the uses of what is deployed. */
async function labReview({ assembly, sandbox }: Session, states: States): Promise<Pick<Review, "freeTier" | "images">> {
  if (assembly.lab === null) return { freeTier: null, images: [] };
  const { freeTierReview, imageReviews } = await import("../review/lab-review.ts");
  return {
    freeTier: freeTierReview(assembly.lab, states),
    images: imageReviews(assembly.lab, states, sandbox !== null),
  };
}

/** The hosts' image where a deploy would build it first; the sandbox takes an image's word for it. */
function imageToBuild({ assembly, sandbox }: Session): string | null {
  const image = assembly.lab?.images?.proxmox;
  return sandbox !== null || image === undefined || image.built ? null : image.objectName;
}

/** As scripts have it: short, unless all is asked for. */
function documentOf(review: Review, image: string | null, detailed: boolean): unknown {
  if (detailed) return review;
  return {
    stacks: review.stacks.map(({ after, error, ...stack }) => ({
      ...result(stack.name, stack.status, stack, error ?? undefined),
      ...(after.length > 0 && { after }),
    })),
    ...(image !== null && { imagesToBuild: [image] }),
  };
}

function refuseDestruction({ stacks }: Review): void {
  const guilty = stacks.filter(({ replace, destroy }) => replace + destroy > 0);
  if (guilty.length === 0) return;
  const what = guilty.map(
    ({ name, replace, destroy }) => `${name}: ${counted({ add: 0, change: 0, replace, destroy })}`,
  );
  throw new CliError(`--fail-on-destroy: ${what.join("; ")}`);
}

async function writeMarkdown(file: string, review: Review): Promise<void> {
  const { reviewMarkdown } = await import("../review/markdown.ts");
  writeAtomically(resolve(file), masked(reviewMarkdown(review)), 0o644);
}

/** What a reviewer has to know of a lab that could not be reviewed. */
function withoutStacks(error: unknown, sandbox: boolean): Review {
  const why = error instanceof AppRefused ? error.said : error instanceof AlreadyTold ? "" : messageOf(error);
  const told = why === "" ? "what went wrong was told where the diff ran" : why;
  return { version: 1, sandbox, stacks: [], freeTier: null, images: [], error: masked(told) };
}

/** Saves the plans when there are all of them. */
async function save(
  { planKey, binary, terminal }: Session,
  out: string,
  planned: readonly Planned[],
  states: States,
  wanted: number,
): Promise<void> {
  const [{ clearSaved, writeSaved }, { savedPlansOf }] = await Promise.all([
    import("../review/saved.ts"),
    import("../review/save.ts"),
  ]);
  if (planKey === null) throw new CliError("--out: this app is no lab, so there are no secrets to seal plans with");
  const folder = resolve(out);
  if (planned.length < wanted) {
    clearSaved(folder);
    terminal.aside("no plans were saved, as not all could be made");
    return;
  }
  const exact = planned
    .filter(({ after }) => after.length === 0)
    .map(({ plan }) => [plan.stack.name, plan.file] as const);
  writeSaved(folder, await savedPlansOf(planned, states, binary), new Map(exact), planKey);
}

async function reviewAll(begun: Begun, options: DiffOptions): Promise<number> {
  const { session, stacks, label } = begun;
  const { terminal, interruption } = session;
  await faceLosses(session, stacks, {});
  const states = await statesOf(begun);
  const results = await planAll(begun, states, options);
  const reviews = stacks.map(({ name }) => results.get(name)?.review ?? withoutPlan(name, "skipped"));
  // Plans come in any order; they are shown in that of the stacks.
  for (const [index, review] of reviews.entries()) {
    const info = stacks[index];
    if (info === undefined || !["changed", "unchanged"].includes(review.status)) continue;
    const after = review.after.length === 0 ? "" : `, after ${list(review.after)}`;
    terminal.line(`${label(info)} ${summaryOf(review)}${after}`);
    showReview(terminal, review, options.detailed);
  }
  const image = imageToBuild(session);
  if (image !== null) terminal.aside(`the hosts' image will be built by a deploy: ${image}`);
  const review: Review = {
    version: 1,
    sandbox: session.sandbox !== null,
    stacks: reviews,
    ...(isWhole(options) ? await labReview(session, states) : { freeTier: null, images: [] }),
    error: null,
  };
  if (options.markdown !== undefined) await writeMarkdown(options.markdown, review);
  const planned = reviews.flatMap(({ name }) => results.get(name)?.planned ?? []);
  if (options.out !== undefined) await save(session, options.out, planned, states, reviews.length);
  for (const { plan } of planned) discard(plan);
  if (options.json) printDocument(documentOf(review, image, options.detailed ?? false));
  interruption.signal.throwIfAborted();
  if (reviews.some(({ status }) => status === "failed")) throw new AlreadyTold();
  if (options.failOnDestroy) refuseDestruction(review);
  return reviews.some(({ status }) => status === "changed") ? 2 : 0;
}

/**
 * Plans, shows and writes.
 *
 * @param early what is being synthesized already; null where earlier runs have to be waited for first
 * @returns the exit code
 */
export async function diffStacks(
  place: Workplace,
  names: readonly string[],
  options: DiffOptions,
  early: Promise<Assembly> | null,
): Promise<number> {
  let begun: Begun;
  try {
    begun = await begin(place, names, options, early);
  } catch (error) {
    place.interruption.signal.throwIfAborted();
    if (options.markdown !== undefined)
      await writeMarkdown(options.markdown, withoutStacks(error, place.project.sandbox));
    throw error;
  }
  try {
    return await reviewAll(begun, options);
  } finally {
    begun.session.close();
  }
}
