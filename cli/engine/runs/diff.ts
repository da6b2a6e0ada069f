/** `cdktf diff`: plans every chosen stack, and changes nothing. */
import { printDocument } from "../../ui/document.ts";
import { AlreadyPrinted, CliError } from "../../ui/errors.ts";
import { requireFolder, targetOf } from "../../ui/user-files.ts";
import type { CommandContext } from "../synth/command-context.ts";
import { begin, type Begun, initializeAhead, type RunOptions } from "./begin.ts";
import { documentOf, labReview, refuseDestruction, save, withoutStacks, writeMarkdown } from "./diff-output.ts";
import { type LossOptions, resolveLostObjects } from "./losses.ts";
import { discardAll, imageToBuild, planAll, showPlans, statesOf } from "./plan-all.ts";
import { checkUpgrades } from "./preconditions.ts";
import { refuseLostStates } from "./recover.ts";
import type { Review } from "./review.ts";

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

/** Whether anything is written that holds all of the review. */
function isWhole({ detailed = false, markdown, out }: DiffOptions): boolean {
  return detailed || markdown !== undefined || out !== undefined;
}

async function reviewAll(begun: Begun, options: DiffOptions): Promise<Review> {
  const { session, stacks } = begun;
  const { detailed = false, markdown, out, json } = options;
  await refuseLostStates(session, "diff", stacks, {});
  await resolveLostObjects(session, "diff", stacks, {});
  await checkUpgrades(session, stacks);
  const states = await statesOf(begun);
  const results = await planAll(begun, initializeAhead(session, stacks), states, options, isWhole(options));
  const reviews = results.map(({ review }) => review);
  try {
    const disks = showPlans(begun, reviews, detailed);
    const review: Review = {
      version: 1,
      sandbox: session.sandbox !== null,
      stacks: reviews,
      ...(isWhole(options) ? await labReview(session, states) : { freeTier: null, images: [] }),
      lostDisks: disks,
      error: null,
    };
    if (markdown !== undefined) await writeMarkdown(markdown, review, session.interruption.signal);
    if (out !== undefined)
      await save(
        session,
        out,
        options,
        results.flatMap(({ planned }) => planned ?? []),
        states,
        reviews.length,
      );
    if (json) printDocument(documentOf(review, imageToBuild(session), detailed));
    return review;
  } finally {
    discardAll(results);
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
