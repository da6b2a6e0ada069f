/** Finds the run of diff.yml that saved the plans of the pull request behind a commit on main. */
import { z } from "zod";
import { CliError } from "../ui/errors.ts";
import { type GitHub, parsed, request } from "./github.ts";

/** The run of the workflow that saved reviewed plans. */
export interface ReviewedRun {
  readonly pullRequest: number;
  /** Of the workflow's run. */
  readonly run: number;
  /** Name of its artifact. */
  readonly artifact: string;
  /** What its plans are of, for `deploy --review`. */
  readonly review: string;
}

const pulls = z.array(
  z.object({
    number: z.number(),
    merged_at: z.string().nullable(),
    merge_commit_sha: z.string().nullable(),
    head: z.object({ sha: z.string(), ref: z.string() }),
  }),
);
type Pull = z.output<typeof pulls>[number];

const files = z.array(z.object({ filename: z.string(), previous_filename: z.string().optional() }));

const runs = z.object({
  workflow_runs: z.array(
    z.object({
      id: z.number(),
      path: z.string(),
      event: z.string(),
      conclusion: z.string().nullable(),
      created_at: z.string(),
      head_sha: z.string(),
      head_branch: z.string().nullable(),
      repository: z.object({ id: z.number() }),
      head_repository: z.object({ id: z.number() }).nullable(),
    }),
  ),
});
type Run = z.output<typeof runs>["workflow_runs"][number];

const artifacts = z.object({ artifacts: z.array(z.object({ name: z.string(), expired: z.boolean() })) });

const WORKFLOW = ".github/workflows/diff.yml";
/** What that workflow takes from the repository before anything else. */
const ACTIONS = ".github/actions/";
/** GitHub lists no more files of a pull request: https://docs.github.com/rest/pulls/pulls#list-pull-requests-files */
const MOST_FILES = 3000;

const ANEW = "run the workflow deploy by hand: it plans anew, and waits for approval";

/** What saves plans has to be what main had: else a pull request would vouch for itself. */
async function requireOurWorkflow(github: GitHub, base: string, { number }: Pull): Promise<void> {
  let seen = 0;
  for (let page = 1; ; page += 1) {
    const answer = await request(github, "GET", `${base}/pulls/${number}/files?per_page=100&page=${page}`);
    const listed = parsed(files, answer, "a list of files");
    const changed = listed
      .flatMap(({ filename, previous_filename: before }) => [filename, ...(before === undefined ? [] : [before])])
      .find((name) => name === WORKFLOW || name.startsWith(ACTIONS));
    if (changed !== undefined)
      throw new CliError(`pull request ${number} changes ${changed}, so its own run vouches for no plans: ${ANEW}`);
    seen += listed.length;
    if (seen >= MOST_FILES)
      throw new CliError(
        `pull request ${number} changes more files than GitHub lists, and one may be ${WORKFLOW}: ${ANEW}`,
      );
    if (!answer.next) return;
  }
}

/** Anybody who may push can add a workflow, and have it save an artifact of any name. */
function isOurs(run: Run, { head }: Pull): boolean {
  return (
    run.path === WORKFLOW &&
    run.event === "pull_request" &&
    run.conclusion === "success" &&
    run.head_sha === head.sha &&
    run.head_branch === head.ref &&
    run.head_repository?.id === run.repository.id
  );
}

/**
 * The newest one of diff.yml as main has it, of a branch of this very repository.
 *
 * @throws CliError when the commit is of no merged pull request, that changes how plans are saved, or its plans are not there
 * (any more)
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
  await requireOurWorkflow(github, base, pull);
  const { sha } = pull.head;
  const query = `event=pull_request&status=success&head_sha=${sha}&per_page=100`;
  const answer = await request(github, "GET", `${base}/actions/workflows/diff.yml/runs?${query}`);
  const ours = parsed(runs, answer, "a list of runs")
    .workflow_runs.filter((run) => isOurs(run, pull))
    .toSorted((a, b) => b.created_at.localeCompare(a.created_at));
  const artifact = `reviewed-${sha}`;
  for (const { id } of ours) {
    const kept = await request(github, "GET", `${base}/actions/runs/${id}/artifacts?name=${artifact}&per_page=100`);
    const found = parsed(artifacts, kept, "a list of artifacts").artifacts;
    if (found.some(({ name, expired }) => name === artifact && !expired))
      return { pullRequest: pull.number, run: id, artifact, review: `${sha}/${id}` };
  }
  throw new CliError(`no plans of pull request ${pull.number} are kept as ${artifact} by ${WORKFLOW}: ${ANEW}`);
}
