/** One comment on a pull request, found again by its first line and brought up to date in place. */
import { z } from "zod";
import { type Answer, type GitHub, request } from "./api.ts";
import { CliError } from "../errors.ts";

export interface PullRequest {
  /** `owner/name` */
  readonly repository: string;
  readonly number: number;
}

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

const viewer = z.object({ data: z.object({ viewer: z.object({ login: z.string() }) }) });

function parsed<S extends z.ZodType>(schema: S, { body }: Answer, what: string): z.output<S> {
  const result = schema.safeParse(body);
  if (!result.success) throw new CliError(`GitHub's answer is not ${what}: is GITHUB_API_URL the address of its API?`);
  return result.data;
}

/** Whose token it is. Only GraphQL tells a workflow, which is no user; REST calls it by the same name. */
async function ownLogin(github: GitHub): Promise<string> {
  const answer = await request(github, "POST", github.graphql, { query: "{ viewer { login } }" });
  return parsed(viewer, answer, "a viewer").data.viewer.login;
}

/** GitHub gives back lines as a browser's form would. */
function unified(text: string): string {
  return text.replaceAll("\r\n", "\n").trimEnd();
}

async function find(github: GitHub, list: string, marker: string): Promise<Comment | null> {
  const login = await ownLogin(github);
  for (let page = 1; ; page += 1) {
    const answer = await request(github, "GET", `${list}?per_page=100&page=${page}`);
    // Anybody may write the marker: in somebody else's comment it would be theirs to change what we say.
    const own = parsed(z.array(comment), answer, "a list of comments").find(
      ({ user, body }) => user?.login === login && unified(body ?? "").split("\n")[0] === marker,
    );
    if (own !== undefined) return own;
    if (!answer.next) return null;
  }
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
  const found = await find(github, list, body.split("\n")[0] ?? "");
  if (found === null) {
    if (!write) return { action: "created", url: null };
    const made = parsed(comment, await request(github, "POST", list, { body }), "a comment");
    return { action: "created", url: made.html_url };
  }
  if (unified(found.body ?? "") === unified(body)) return { action: "unchanged", url: found.html_url };
  if (write) await request(github, "PATCH", `${issues}/comments/${found.id}`, { body });
  return { action: "updated", url: found.html_url };
}
