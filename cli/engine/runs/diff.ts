/** What `cdktf diff` does: plans every chosen stack, and changes nothing. */
import { printDocument } from "../../ui/document.ts";
import { AlreadyTold, CliError } from "../../ui/errors.ts";
import { requireFolder, targetOf } from "../../ui/user-files.ts";
import { list } from "../../ui/words.ts";
import type { CommandContext } from "../synth/command-context.ts";
import { discard } from "../terraform/plan.ts";
import { begin, type Begun } from "./begin.ts";
import type { DiffOptions } from "./diff-options.ts";
import {
  documentOf,
  imageToBuild,
  labReview,
  refuseDestruction,
  save,
  withoutStacks,
  writeMarkdown,
} from "./diff-output.ts";
import { isWhole, planAll, statesOf } from "./diff-plans.ts";
import { resolveLostObjects } from "./losses.ts";
import { refuseLostStates } from "./lost-state.ts";
import { checkUpgrades } from "./preconditions.ts";
import { showReview, summaryOf } from "./review-text.ts";
import { lostDiskLine, lostDisks, type Review, type StackReview } from "./review.ts";
import { withoutPlan } from "./stack-review.ts";

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
  if (review.stacks.some(({ status }) => status === "failed")) throw new AlreadyTold();
  if (failOnDestroy) refuseDestruction(review);
  return review.stacks.some(({ status }) => status === "changed") ? 2 : 0;
}

/** Plans, shows and writes what was asked for; returns the exit code. */
export async function diffStacks(
  place: CommandContext,
  names: readonly string[],
  options: DiffOptions,
): Promise<number> {
  if (options.markdown !== undefined) targetOf(options.markdown);
  if (options.out !== undefined) requireFolder(options.out);
  else if (options.review !== undefined) throw new CliError("--review names the plans of --out, which is not given");
  let begun: Begun | undefined;
  let review: Review;
  try {
    begun = await begin(place, names, options);
    review = await reviewAll(begun, options);
  } catch (error) {
    place.interruption.signal.throwIfAborted();
    if (options.markdown !== undefined)
      await writeMarkdown(options.markdown, withoutStacks(error, place.project.sandbox), place.interruption.signal);
    throw error;
  } finally {
    begun?.session.close();
  }
  place.interruption.signal.throwIfAborted();
  return outcome(review, options);
}
