/** What `cdktf diff` is asked for. */
import type { RunOptions } from "./begin.ts";
import type { LossOptions } from "./losses.ts";

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
