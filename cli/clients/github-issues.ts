/** Keeps one issue or one pull request comment up to date, found again by its first line. */
import { z } from "zod";
import { CliError } from "../ui/errors.ts";
import { type GitHub, ownLogin, parsed, request, unified, findIn } from "./github.ts";

/** What an issue says. */
export interface IssueText {
  readonly title: string;
  /** Begins with the marker, on a line of its own. */
  readonly body: string;
}

/** What was done about an issue, or would be with `--dry-run`. */
export interface IssueDone {
  readonly action: "opened" | "updated" | "unchanged" | "closed" | "none";
  /** Null when there is none, or with `--dry-run` none yet. */
  readonly url: string | null;
}

const issue = z.object({
  number: z.number(),
  html_url: z.string(),
  title: z.string(),
  body: z.string().nullish(),
  user: z.object({ login: z.string() }).nullable(),
  labels: z.array(z.union([z.string(), z.object({ name: z.string().nullish() })])),
  /** GitHub lists pull requests among the issues. */
  pull_request: z.unknown().optional(),
});
type Issue = z.output<typeof issue>;

/** Where the marker is. */
const firstLineOf = (body: string | null | undefined): string => unified(body ?? "").split("\n")[0] ?? "";

const CLOSING = "It is as it should be again.";

/** GitHub drops without a word the labels of those who may not set them: the next run would open another issue. */
function requireLabel({ labels, html_url }: Issue, label: string): void {
  const names = labels.map((each) => (typeof each === "string" ? each : each.name));
  if (names.some((name) => name?.toLowerCase() === label.toLowerCase())) return;
  throw new CliError(`${html_url} has not got its label "${label}", as GITHUB_TOKEN may not set it: set it by hand`);
}

/** Ours that is open, with this label. Anybody may write the marker, so the author counts as well. */
async function findIssue(github: GitHub, issues: string, label: string, marker: string): Promise<Issue | null> {
  const login = await ownLogin(github);
  const list = `${issues}?state=open&labels=${encodeURIComponent(label)}`;
  return findIn(
    github,
    list,
    issue,
    "a list of issues",
    ({ user, body, pull_request }) =>
      pull_request === undefined && user?.login === login && firstLineOf(body) === marker,
  );
}

const issuesOf = (github: GitHub, repository: string): string => `${github.api}/repos/${repository}/issues`;

/**
 * Opens the issue, or brings the open one up to date.
 *
 * @param write false only looks what would be done
 */
export async function openIssue(
  github: GitHub,
  repository: string,
  label: string,
  { title, body }: IssueText,
  write: boolean,
): Promise<IssueDone> {
  const issues = issuesOf(github, repository);
  const found = await findIssue(github, issues, label, body.split("\n")[0] ?? "");
  if (found === null) {
    if (!write) return { action: "opened", url: null };
    // The label is made with it where there is none.
    const made = parsed(issue, await request(github, "POST", issues, { title, body, labels: [label] }), "an issue");
    requireLabel(made, label);
    return { action: "opened", url: made.html_url };
  }
  const url = found.html_url;
  if (found.title === title && unified(found.body ?? "") === unified(body)) return { action: "unchanged", url };
  if (write) await request(github, "PATCH", `${issues}/${found.number}`, { title, body });
  return { action: "updated", url };
}

/** Says in the open one that all is well, and closes it. Should closing be tried again, it is said again. */
export async function closeIssue(
  github: GitHub,
  repository: string,
  label: string,
  marker: string,
  write: boolean,
): Promise<IssueDone> {
  const issues = issuesOf(github, repository);
  const found = await findIssue(github, issues, label, marker);
  if (found === null) return { action: "none", url: null };
  if (write) {
    await request(github, "POST", `${issues}/${found.number}/comments`, { body: CLOSING });
    await request(github, "PATCH", `${issues}/${found.number}`, { state: "closed", state_reason: "completed" });
  }
  return { action: "closed", url: found.html_url };
}

/** A pull request. */
export interface PullRequest {
  /** `owner/name` */
  readonly repository: string;
  readonly number: number;
}

/** What was done about a comment, or would be with `--dry-run`. */
export interface Posted {
  readonly action: "created" | "updated" | "unchanged";
  /** Null of one that `--dry-run` would create. */
  readonly url: string | null;
}

const comment = z.object({
  id: z.number(),
  html_url: z.string(),
  body: z.string().nullish(),
  user: z.object({ login: z.string() }).nullable(),
});
type Comment = z.output<typeof comment>;

async function findComment(github: GitHub, list: string, marker: string): Promise<Comment | null> {
  const login = await ownLogin(github);
  // Anybody may write the marker: in somebody else's comment it would be theirs to change what we say.
  const isOurs = ({ user, body }: Comment): boolean => user?.login === login && firstLineOf(body) === marker;
  return findIn(github, list, comment, "a list of comments", isOurs);
}

/**
 * Creates the comment, or brings it up to date.
 *
 * @param body begins with the marker, on a line of its own
 * @param write false only looks what would be done
 */
export async function postComment(
  github: GitHub,
  { repository, number }: PullRequest,
  body: string,
  write: boolean,
): Promise<Posted> {
  const issues = `${github.api}/repos/${repository}/issues`;
  const list = `${issues}/${number}/comments`;
  const found = await findComment(github, list, body.split("\n")[0] ?? "");
  if (found === null) {
    if (!write) return { action: "created", url: null };
    const made = parsed(comment, await request(github, "POST", list, { body }), "a comment");
    return { action: "created", url: made.html_url };
  }
  if (unified(found.body ?? "") === unified(body)) return { action: "unchanged", url: found.html_url };
  if (write) await request(github, "PATCH", `${issues}/comments/${found.id}`, { body });
  return { action: "updated", url: found.html_url };
}
