/** One issue, found again by its label and its first line, brought up to date in place and closed when it is over. */
import { z } from "zod";
import { ownLogin, parsed, unified } from "./answers.ts";
import { CliError } from "../errors.ts";
import { type GitHub, request } from "./api.ts";

export interface IssueText {
  readonly title: string;
  /** Begins with the marker, on a line of its own. */
  readonly body: string;
}

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

const CLOSING = "It is as it should be again.";

/** GitHub drops without a word the labels of those who may not set them: the next run would open another issue. */
function requireLabel({ labels, html_url }: Issue, label: string): void {
  const names = labels.map((each) => (typeof each === "string" ? each : each.name));
  if (names.some((name) => name?.toLowerCase() === label.toLowerCase())) return;
  throw new CliError(`${html_url} has not got its label "${label}", as GITHUB_TOKEN may not set it: set it by hand`);
}

/** Ours that is open, with this label. Anybody may write the marker, so the author counts as well. */
async function find(github: GitHub, issues: string, label: string, marker: string): Promise<Issue | null> {
  const login = await ownLogin(github);
  const query = `state=open&labels=${encodeURIComponent(label)}&per_page=100`;
  for (let page = 1; ; page += 1) {
    const answer = await request(github, "GET", `${issues}?${query}&page=${page}`);
    const own = parsed(z.array(issue), answer, "a list of issues").find(
      ({ user, body, pull_request }) =>
        pull_request === undefined && user?.login === login && unified(body ?? "").split("\n")[0] === marker,
    );
    if (own !== undefined) return own;
    if (!answer.next) return null;
  }
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
  const found = await find(github, issues, label, body.split("\n")[0] ?? "");
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
  const found = await find(github, issues, label, marker);
  if (found === null) return { action: "none", url: null };
  if (write) {
    await request(github, "POST", `${issues}/${found.number}/comments`, { body: CLOSING });
    await request(github, "PATCH", `${issues}/${found.number}`, { state: "closed", state_reason: "completed" });
  }
  return { action: "closed", url: found.html_url };
}
