/** Sends requests to GitHub's REST API (2022-11-28), and explains its errors. */
import { setTimeout as sleep } from "node:timers/promises";
import { z } from "zod";
import { CliError, messageOf } from "../ui/errors.ts";
import { visibleLine } from "../ui/visible.ts";

/** Where GitHub's APIs are, and the token to use there. */
export interface GitHub {
  /** `https://api.github.com`, or that of a server of one's own. */
  readonly api: string;
  readonly graphql: string;
  readonly token: string;
}

/** The response to a request, when it is none that is an error. */
export interface Answer {
  readonly body: unknown;
  /** Whether a list goes on. */
  readonly next: boolean;
}

const TIMEOUT_MS = 20_000;
const ATTEMPTS = 4;
/** Longer than this nobody waits for a comment. */
const LONGEST_WAIT_S = 60;

const refusal = z.object({ message: z.string() });

/** GitHub could not, for now. */
class Later extends Error {
  readonly waitS: number | null;

  constructor(message: string, waitS: number | null) {
    super(message);
    this.waitS = waitS;
  }
}

/** Seconds after which GitHub wants to be asked again, by its documentation on rate limits; null where it says nothing. */
function waitOf(headers: Headers): number | null {
  const after = headers.get("retry-after");
  if (after !== null && /^\d+$/.test(after)) return Number(after);
  const reset = headers.get("x-ratelimit-reset");
  if (headers.get("x-ratelimit-remaining") !== "0" || reset === null) return null;
  return Math.max(0, Math.ceil(Number(reset) - Date.now() / 1000));
}

/** The permission that a request needs, as a workflow says it. */
function permissionOf(address: string): string {
  if (/\/issues\/(\d+\/)?comments/.test(address)) return "pull-requests: write";
  if (address.includes("/actions/")) return "actions: read";
  return /\/issues\b/.test(address) ? "issues: write" : "pull-requests: read";
}

/** What to do about a status. */
const ADVICE: Readonly<Record<number, string>> = {
  401: "GITHUB_TOKEN is wrong or has expired",
  404: "there is no such repository or pull request, or GITHUB_TOKEN may not see it",
  410: "the pull request's conversation is gone",
};

/** Nothing can be written there any more, which is no mistake of whoever asks. */
export class LockedConversation extends CliError {}

/** GitHub says 403 for several things; its message says which. */
function adviceOn403(message: string, address: string): string {
  if (/archived/i.test(message)) return "the repository is archived: it can only be read until its owner unarchives it";
  return `GITHUB_TOKEN lacks a permission: give the job \`permissions: ${permissionOf(address)}\`; a pull request from a fork never gets it`;
}

/** One request. @throws CliError, one line; LockedConversation */
export async function request(github: GitHub, method: string, address: string, body?: unknown): Promise<Answer> {
  const answer = await fetch(address, {
    method,
    headers: {
      accept: "application/vnd.github+json",
      authorization: `Bearer ${github.token}`,
      "content-type": "application/json",
      "user-agent": "ampere-lab",
      "x-github-api-version": "2022-11-28",
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
    signal: AbortSignal.timeout(TIMEOUT_MS),
  }).catch((error: unknown) => {
    const cause = error instanceof Error && error.cause !== undefined ? error.cause : error;
    throw new Later(`${new URL(address).host} cannot be reached: ${messageOf(cause)}`, null);
  });
  const { status, headers } = answer;
  const said = await answer.json().catch(() => undefined);
  if (answer.ok) return { body: said, next: /;\s*rel="?next"?/.test(headers.get("link") ?? "") };
  const message = visibleLine(refusal.safeParse(said).data?.message.split("\n")[0] ?? answer.statusText);
  const failure = `${method} ${address}: ${status} ${message}`;
  const wait = waitOf(headers);
  const limited = status === 429 || (status === 403 && (wait !== null || /rate limit/i.test(message)));
  if (status >= 500 || limited) throw new Later(failure, wait);
  if (status === 403 && /\blocked\b/i.test(message))
    throw new LockedConversation(`${failure}: its conversation is locked, and this token may not write there`);
  const advice = status === 403 ? adviceOn403(message, address) : ADVICE[status];
  throw new CliError(advice === undefined ? failure : `${failure}: ${advice}`);
}

/**
 * Does work anew while GitHub cannot, at most three times more. All of it, not one request: of a request that failed nobody
 * knows whether it was carried out.
 *
 * @throws CliError when it still cannot, or wants to be left alone for more than a minute
 */
export async function withPatience<T>(work: () => Promise<T>, say: (line: string) => void): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof Later)) throw error;
      const waitS = error.waitS ?? 2 ** (attempt - 1);
      if (attempt === ATTEMPTS) throw new CliError(`${error.message} (tried ${ATTEMPTS} times)`);
      if (waitS > LONGEST_WAIT_S) throw new CliError(`${error.message}: not before ${waitS} s are over`);
      say(`${error.message}; again in ${waitS} s`);
      await sleep(waitS * 1000);
    }
  }
}

const viewer = z.object({ data: z.object({ viewer: z.object({ login: z.string() }) }) });

/** @throws CliError when it is something else */
export function parsed<S extends z.ZodType>(schema: S, { body }: Answer, what: string): z.output<S> {
  const result = schema.safeParse(body);
  if (!result.success) throw new CliError(`GitHub's answer is not ${what}: is GITHUB_API_URL the address of its API?`);
  return result.data;
}

/** Whose token it is. Only GraphQL knows a workflow, which is no user; REST calls it by the same name. */
export async function ownLogin(github: GitHub): Promise<string> {
  const answer = await request(github, "POST", github.graphql, { query: "{ viewer { login } }" });
  return parsed(viewer, answer, "a viewer").data.viewer.login;
}

/** GitHub gives back lines as a browser's form would. */
export function unified(text: string): string {
  return text.replaceAll("\r\n", "\n").trimEnd();
}

/** The entry of a list, page by page, that is `isOurs`; null where there is none. @param what each page is, for errors */
export async function findIn<T>(
  github: GitHub,
  list: string,
  schema: z.ZodType<T>,
  what: string,
  isOurs: (entry: T) => boolean,
): Promise<T | null> {
  for (let page = 1; ; page += 1) {
    const answer = await request(github, "GET", `${list}${list.includes("?") ? "&" : "?"}per_page=100&page=${page}`);
    const found = parsed(z.array(schema), answer, what).find(isOurs);
    if (found !== undefined) return found;
    if (!answer.next) return null;
  }
}
