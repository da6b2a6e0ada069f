/** `lab comment`: what `cdktf diff --markdown` wrote becomes the one comment of a pull request. */
import { appendFileSync, readFileSync } from "node:fs";
import { CliError, messageOf } from "../errors.ts";
import { type GitHub, withPatience } from "../github/api.ts";
import { postComment, type PullRequest } from "../github/comments.ts";
import { MARKER } from "../review/markdown.ts";
import { masked } from "../masking/masker.ts";
import { printDocument } from "./document.ts";

export interface CommentOptions {
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

/** Of a step's summary: https://docs.github.com/actions/reference/workflow-commands-for-github-actions#step-isolation-and-limits */
const LARGEST_SUMMARY = 1024 * 1024;

function readFile(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    throw new CliError(`--file: ${messageOf(error)}`);
  }
}

/** Where the whole of it can be read: the run of the workflow. */
function runLink(): string {
  const { GITHUB_SERVER_URL: server, GITHUB_REPOSITORY: repository, GITHUB_RUN_ID: run } = process.env;
  if (server === undefined || repository === undefined || run === undefined) return "";
  return `\n<sub>[The run](${server}/${repository}/actions/runs/${run}) that says so.</sub>\n`;
}

/** The file with its marker first, which has the name of the lab where there are several. */
function bodyOf(text: string, name: string | undefined): string {
  const rest = text.startsWith(MARKER) ? text.slice(MARKER.length) : `\n${text}`;
  if (name === undefined) return `${MARKER}${rest}${runLink()}`;
  return `${MARKER.replace(" -->", `: ${name} -->`)}\n**${name}**\n${rest}${runLink()}`;
}

function gitHub(): GitHub {
  const { env } = process;
  const token = env["GITHUB_TOKEN"];
  if (token === undefined || token === "")
    throw new CliError("GITHUB_TOKEN is not set: in a workflow, `env: GITHUB_TOKEN: ${{ github.token }}`");
  const api = (env["GITHUB_API_URL"] ?? "https://api.github.com").replace(/\/+$/, "");
  if (!URL.canParse(api))
    throw new CliError(`GITHUB_API_URL: got "${api}", allowed an address, such as https://api.github.com`);
  return { api, graphql: env["GITHUB_GRAPHQL_URL"] ?? `${api.replace(/\/v3$/, "")}/graphql`, token };
}

function pullRequestOf({ pullRequest, repository }: CommentOptions): PullRequest | null {
  if (pullRequest === undefined) return null;
  const name = repository ?? process.env["GITHUB_REPOSITORY"];
  if (name === undefined) throw new CliError("--repository: give it, as GITHUB_REPOSITORY is not set");
  if (!/^[\w.-]+\/[\w.-]+$/.test(name)) throw new CliError(`--repository: got "${name}", allowed owner/name`);
  return { repository: name, number: pullRequest };
}

function addSummary(text: string): void {
  const file = process.env["GITHUB_STEP_SUMMARY"];
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

/** Posts or updates the comment; appends to the step's summary first, which needs no permission. */
export async function comment(options: CommentOptions): Promise<number> {
  const { file, name, summary = false, dryRun = false, json = false } = options;
  if (file === undefined) throw new CliError("--file: name what `cdktf diff --markdown` wrote");
  const pullRequest = pullRequestOf(options);
  if (pullRequest === null && !summary) throw new CliError("lab comment needs --pull-request, --summary or both");
  if (name !== undefined && !/^\w[\w.-]{0,99}$/.test(name))
    throw new CliError(`--name: got "${name}", allowed up to 100 letters, digits, "_", "." and "-"`);
  const text = readFile(file);
  if (text.trim() === "") throw new CliError(`--file: ${file} is empty`);
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
  const { action, url } = await withPatience(
    () => postComment(github, pullRequest, body, !dryRun),
    (line) => console.error(line),
  );
  if (json) printDocument({ action, url, characters: length, summary, dryRun });
  else console.log(`${dryRun ? "would be " : ""}${action}: ${url ?? `a comment of ${length} characters`}`);
  return 0;
}
