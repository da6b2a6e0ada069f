/** `lab comment`: what `cdktf diff --markdown` wrote becomes the one comment of a pull request. */
import { appendFileSync } from "node:fs";
import { pathVariable } from "../../../config/user-path.ts";
import type { PullRequest } from "../../clients/github-issues.ts";
import { gitHub, MARKER, readText, repositoryOf, runLink } from "../../clients/github-workflow.ts";
import { type CommandDefinition, json } from "../../ui/command.ts";
import { printDocument } from "../../ui/document.ts";
import { CliError, messageOf } from "../../ui/errors.ts";
import { masked } from "../../ui/masker.ts";
import { pathOption, wholeNumber } from "../../ui/options.ts";

interface CommentOptions {
  readonly file?: string;
  readonly pullRequest?: number;
  readonly repository?: string;
  readonly name?: string;
  readonly summary?: boolean;
  readonly dryRun?: boolean;
  readonly json?: boolean;
}

/** Characters, by GitHub's own refusal: "body is too long (maximum is 65536 characters)". */
const LONGEST_COMMENT = 65_536;

/**
 * Of a step's summary:
 * https://docs.github.com/actions/reference/workflow-commands-for-github-actions#step-isolation-and-limits
 */
const LARGEST_SUMMARY = 1024 * 1024;

/** The file with its marker first, which has the name of the lab where there are several. */
function bodyOf(text: string, name: string | undefined): string {
  const rest = text.startsWith(MARKER) ? text.slice(MARKER.length) : `\n${text}`;
  if (name === undefined) return `${MARKER}${rest}${runLink()}`;
  return `${MARKER.replace(" -->", `: ${name} -->`)}\n**${name}**\n${rest}${runLink()}`;
}

function pullRequestOf({ pullRequest, repository }: CommentOptions): PullRequest | null {
  if (pullRequest === undefined) return null;
  return { repository: repositoryOf(repository), number: pullRequest };
}

function addSummary(text: string): void {
  const file = pathVariable(process.env, "GITHUB_STEP_SUMMARY");
  if (file === undefined || file === "")
    throw new CliError("--summary: GITHUB_STEP_SUMMARY is not set; a workflow of GitHub sets it");
  const size = Buffer.byteLength(text);
  if (size > LARGEST_SUMMARY)
    throw new CliError(`--summary: got ${size} bytes, allowed ${LARGEST_SUMMARY}, which is GitHub's limit`);
  try {
    appendFileSync(file, text);
  } catch (error) {
    throw new CliError(`--summary: ${messageOf(error)}`);
  }
}

/** Who locks a conversation wants no comment there; the review stands in the step's summary. */
async function summaryInstead(error: unknown): Promise<{ readonly action: null; readonly url: null }> {
  const { LockedConversation } = await import("../../clients/github.ts");
  if (!(error instanceof LockedConversation)) throw error;
  console.error(`${error.message}; the step's summary has the review`);
  return { action: null, url: null };
}

/** Posts or updates the comment; appends to the step's summary first, which needs no permission. */
async function postReview(options: CommentOptions): Promise<number> {
  const { file, name, summary = false, dryRun = false, json = false } = options;
  if (file === undefined) throw new CliError("--file: name what `cdktf diff --markdown` wrote");
  const pullRequest = pullRequestOf(options);
  if (pullRequest === null && !summary) throw new CliError("lab comment needs --pull-request, --summary or both");
  if (name !== undefined && !/^\w[\w.-]{0,99}$/.test(name))
    throw new CliError(`--name: got "${name}", allowed up to 100 letters, digits, "_", "." and "-"`);
  const text = readText(file);
  const body = masked(bodyOf(text, name));
  const { length } = body;
  if (summary && !dryRun) addSummary(body);
  if (pullRequest === null) {
    if (json) printDocument({ action: null, url: null, characters: length, summary, dryRun });
    return 0;
  }

  if (length > LONGEST_COMMENT)
    throw new CliError(`${file}: got ${length} characters, allowed ${LONGEST_COMMENT}, which is GitHub's limit`);
  const github = gitHub();
  const { postComment } = await import("../../clients/github-issues.ts");
  const { withPatience } = await import("../../clients/github.ts");
  const posting = withPatience(
    () => postComment(github, pullRequest, body, !dryRun),
    (line) => console.error(line),
  );
  const { action, url } = await (summary ? posting.catch(summaryInstead) : posting);
  if (json) printDocument({ action, url, characters: length, summary, dryRun });
  else if (action !== null)
    console.log(`${dryRun ? "would be " : ""}${action}: ${url ?? `a comment of ${length} characters`}`);
  return 0;
}

/** `lab comment` */
export const comment: CommandDefinition<CommentOptions> = {
  name: "comment",
  description: "Post what `cdktf diff --markdown` wrote on a pull request, or bring the comment there up to date",
  examples: ["npx lab comment --file diff.md --pull-request 12"],
  options: (command) =>
    json(command)
      .addOption(pathOption("--file <file>", "what `cdktf diff --markdown` wrote").makeOptionMandatory())
      .option("--pull-request <number>", "where it goes", wholeNumber(1))
      .option("--repository <owner/name>", "of the pull request (default: GITHUB_REPOSITORY)")
      .option("--name <name>", "of the lab: each lab of a repository gets a comment of its own")
      .option("--summary", "append it to the step's summary as well: to the file that GITHUB_STEP_SUMMARY names")
      .option("--dry-run", "look which comment it would be, and write nothing"),
  run: postReview,
};
