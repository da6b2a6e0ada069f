/** Writes what a diff is asked for: JSON, Markdown, saved plans. */
import { resolve } from "node:path";
import { AlreadyPrinted, CliError, messageOf } from "../../ui/errors.ts";
import { masked } from "../../ui/masker.ts";
import { writeUserFile } from "../../ui/user-files.ts";
import { AppRefused } from "../synth/app.ts";
import type { PlanOptions } from "../terraform/plan.ts";
import type { States } from "./plan-all.ts";
import type { Planned } from "./plan-ahead.ts";
import { counted } from "./review-text.ts";
import type { Review } from "./review.ts";
import { result } from "./schedule.ts";
import type { Session } from "./session.ts";

/** The whole of it, loaded only where it is asked for: it counts the uses of what is deployed. */
export async function labReview(
  { assembly, sandbox }: Session,
  states: States,
): Promise<Pick<Review, "freeTier" | "images">> {
  if (assembly.lab === null) return { freeTier: null, images: [] };
  const { freeTierReview, imageReviews } = await import("./review.ts");
  return {
    freeTier: freeTierReview(assembly.lab, states),
    images: imageReviews(assembly.lab, states, sandbox !== null),
  };
}

/** As scripts have it: short, unless all is asked for. */
export function documentOf(review: Review, image: string | null, detailed: boolean): unknown {
  if (detailed) return review;
  return {
    stacks: review.stacks.map(({ after, error, ...stack }) => ({
      ...result(stack.name, stack.status, stack, error ?? undefined),
      ...(after.length > 0 && { after }),
    })),
    ...(image !== null && { imagesToBuild: [image] }),
    ...(review.lostDisks.length > 0 && { lostDisks: review.lostDisks }),
  };
}

/** For `--fail-on-destroy`. */
export function refuseDestruction({ stacks }: Review): void {
  const guilty = stacks.filter(({ replace, destroy }) => replace + destroy > 0);
  if (guilty.length === 0) return;
  const what = guilty.map(
    ({ name, replace, destroy }) => `${name}: ${counted({ add: 0, change: 0, replace, destroy })}`,
  );
  throw new CliError(`--fail-on-destroy: ${what.join("; ")}`);
}

/** Writes a review for people. @throws CliError where the file cannot be written */
export async function writeMarkdown(file: string, review: Review, signal: AbortSignal): Promise<void> {
  const { reviewMarkdown } = await import("./review-markdown.ts");
  await writeUserFile(file, masked(reviewMarkdown(review)), { mode: 0o644, signal });
}

/** What a reviewer has to know of a lab that could not be reviewed. */
export function withoutStacks(error: unknown, sandbox: boolean): Review {
  const why = error instanceof AppRefused ? error.said : error instanceof AlreadyPrinted ? "" : messageOf(error);
  const problem = why === "" ? "what went wrong was printed where the diff ran" : why;
  return { version: 1, sandbox, stacks: [], freeTier: null, images: [], lostDisks: [], error: masked(problem) };
}

/** Saves what the plans do when there are all of them. */
export async function save(
  { reviewKey, binary, terminal }: Session,
  out: string,
  options: PlanOptions & { readonly review?: string },
  planned: readonly Planned[],
  states: States,
  wanted: number,
): Promise<void> {
  const { clearSaved, savedPlansOf, writeSaved } = await import("./saved-plans.ts");
  const folder = resolve(out);
  if (planned.length < wanted) {
    clearSaved(folder);
    terminal.aside("no plans were saved, as not all could be made");
    return;
  }
  const key = await reviewKey();
  if (key === null) throw new CliError("--out: this app is no lab, so there are no secrets to vouch for plans with");
  writeSaved(folder, await savedPlansOf(planned, states, binary, key, options, options.review ?? null), key);
}
