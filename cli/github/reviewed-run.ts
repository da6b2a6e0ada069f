/** Which run of diff.yml saved the plans of the pull request that a commit on main came from. */
import { z } from "zod";
import { CliError } from "../errors.ts";
import { parsed } from "./answers.ts";
import { type GitHub, request } from "./api.ts";

export interface ReviewedRun {
  readonly pullRequest: number;
  /** Of the workflow's run. */
  readonly run: number;
  /** Name of its artifact. */
  readonly artifact: string;
}

const pulls = z.array(
  z.object({
    number: z.number(),
    merged_at: z.string().nullable(),
    merge_commit_sha: z.string().nullable(),
    head: z.object({ sha: z.string() }),
  }),
);

const artifacts = z.object({
  artifacts: z.array(
    z.object({
      expired: z.boolean(),
      created_at: z.string(),
      workflow_run: z
        .object({
          id: z.number(),
          repository_id: z.number(),
          head_repository_id: z.number().nullable(),
          head_sha: z.string(),
        })
        .nullable(),
    }),
  ),
});

const ANEW = "run the workflow deploy by hand: it plans anew, and waits for approval";

/**
 * The newest one, of a branch of this very repository: a fork's run may name an artifact as it likes.
 *
 * @throws CliError when the commit is of no merged pull request, or its plans are not there (any more)
 */
export async function findReviewed(github: GitHub, repository: string, commit: string): Promise<ReviewedRun> {
  const base = `${github.api}/repos/${repository}`;
  const merged = parsed(
    pulls,
    await request(github, "GET", `${base}/commits/${commit}/pulls`),
    "a list of pull requests",
  );
  const pull = merged.find((each) => each.merged_at !== null && each.merge_commit_sha === commit);
  if (pull === undefined)
    throw new CliError(`${commit} is no merge of a pull request, so nothing was reviewed: ${ANEW}`);
  const { sha } = pull.head;
  const artifact = `reviewed-${sha}`;
  const list = await request(github, "GET", `${base}/actions/artifacts?name=${artifact}&per_page=100`);
  const [newest] = parsed(artifacts, list, "a list of artifacts")
    .artifacts.flatMap(({ expired, created_at, workflow_run: run }) =>
      expired || run === null || run.head_repository_id !== run.repository_id || run.head_sha !== sha
        ? []
        : [{ created_at, run: run.id }],
    )
    .toSorted((a, b) => b.created_at.localeCompare(a.created_at));
  if (newest === undefined)
    throw new CliError(`no plans of pull request ${pull.number} are kept as ${artifact}: ${ANEW}`);
  return { pullRequest: pull.number, run: newest.run, artifact };
}
