/** One comment on a pull request, found again by its first line and brought up to date in place. */
import { z } from "zod";
import { type GitHub, request } from "./api.ts";
import { ownLogin, parsed, unified } from "./answers.ts";

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
