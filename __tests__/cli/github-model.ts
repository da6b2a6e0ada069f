/** GitHub's API on loopback, as far as comments, issues, and artifacts of pull requests go. */
import { createServer, type IncomingMessage, type Server } from "node:http";

export interface StoredComment {
  readonly id: number;
  readonly pullRequest: number;
  readonly login: string;
  body: string;
}

export interface StoredIssue {
  readonly number: number;
  readonly login: string;
  readonly labels: readonly string[];
  readonly isPullRequest: boolean;
  title: string;
  body: string;
  state: "open" | "closed";
}

/** A merged or open pull request, as `commits/SHA/pulls` lists it. */
export interface StoredPull {
  readonly number: number;
  readonly head: string;
  /** Null of one that is not merged. */
  readonly merge: string | null;
  /** Names of its branch, and of the files that it changes; of one that it has renamed, the earlier name too. */
  readonly branch?: string;
  readonly files?: readonly (string | { readonly from: string; readonly to: string })[];
}

/** A run of a workflow. */
export interface StoredRun {
  readonly id: number;
  readonly head: string;
  readonly createdAt: string;
  readonly path?: string;
  readonly event?: string;
  /** Null of one that has not ended. */
  readonly conclusion?: string | null;
  readonly branch?: string;
  readonly ofFork?: boolean;
  /** Names of its artifacts. */
  readonly artifacts?: readonly string[];
  /** Whether these are kept no more. */
  readonly expired?: boolean;
}

interface Refusal {
  readonly status: number;
  readonly message: string;
  readonly headers?: Readonly<Record<string, string>>;
}

type Answer = Refusal | { readonly status: number; readonly body: unknown; readonly next?: boolean };

const WORKFLOW = ".github/workflows/diff.yml";

export const TOKEN = "token-of-the-workflow";
export const BOT = "github-actions[bot]";

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks).toString();
}

export class GitHubModel {
  readonly comments: StoredComment[] = [];
  readonly issues: StoredIssue[] = [];
  /** False for a token that may not set labels: they are dropped. */
  maySetLabels = true;
  readonly pulls: StoredPull[] = [];
  readonly runs: StoredRun[] = [];
  /** `POST /repos/…`, in order. */
  readonly asked: string[] = [];
  readonly #refusals: { readonly method: string; readonly refusal: Refusal; readonly after: boolean }[] = [];
  readonly #server: Server;

  private constructor(server: Server) {
    this.#server = server;
  }

  static async start(): Promise<GitHubModel> {
    const server = createServer();
    const model = new GitHubModel(server);
    server.on("request", (request, response) => {
      void bodyOf(request).then((text) => {
        const answer = model.#answer(request, text);
        const headers: Record<string, string> = { "content-type": "application/json" };
        if ("message" in answer) Object.assign(headers, answer.headers);
        else if (answer.next) headers["link"] = `<${model.api}/next>; rel="next", <${model.api}/last>; rel="last"`;
        response.writeHead(answer.status, headers);
        response.end(JSON.stringify("message" in answer ? { message: answer.message } : answer.body));
      });
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    return model;
  }

  get api(): string {
    const address = this.#server.address();
    return `http://127.0.0.1:${typeof address === "object" && address !== null ? address.port : 0}`;
  }

  /** The next request of this method is refused; with `after`, once it has been carried out. */
  refuse(method: string, refusal: Refusal, after = false): void {
    this.#refusals.push({ method, refusal, after });
  }

  add(login: string, body: string, pullRequest = 12): StoredComment {
    const stored = { id: this.comments.length + 1, pullRequest, login, body };
    this.comments.push(stored);
    return stored;
  }

  addIssue(issue: Partial<StoredIssue>): StoredIssue {
    const number = this.issues.length + 1;
    const usual = { number, login: BOT, labels: ["drift"], isPullRequest: false, title: "", body: "" };
    const stored: StoredIssue = { ...usual, state: "open", ...issue };
    this.issues.push(stored);
    return stored;
  }

  stop(): Promise<void> {
    return new Promise((resolve) => {
      this.#server.close(() => resolve());
      this.#server.closeAllConnections();
    });
  }

  #answer(request: IncomingMessage, text: string): Answer {
    const { method = "", url = "" } = request;
    this.asked.push(`${method} ${url}`);
    const index = this.#refusals.findIndex((each) => each.method === method && !url.startsWith("/graphql"));
    const refused = index < 0 ? undefined : this.#refusals.splice(index, 1)[0];
    if (refused?.after === false) return refused.refusal;
    if (request.headers.authorization !== `Bearer ${TOKEN}`) return { status: 401, message: "Bad credentials" };
    const answer = this.#route(method, new URL(url, this.api), text);
    return refused?.refusal ?? answer;
  }

  #route(method: string, { pathname, searchParams }: URL, text: string): Answer {
    if (pathname === "/graphql") return { status: 200, body: { data: { viewer: { login: BOT } } } };
    const other =
      this.#issueRoute(method, pathname, searchParams, text) ??
      this.#pullRoute(pathname, searchParams) ??
      this.#runRoute(pathname, searchParams);
    if (other !== null) return other;
    const [, list] = /^\/repos\/owner\/name\/issues\/(\d+)\/comments$/.exec(pathname) ?? [];
    if (list === "12" && method === "GET") {
      const all = this.comments.filter(({ pullRequest }) => pullRequest === Number(list));
      return page(
        all.map((each) => this.#shown(each)),
        searchParams,
      );
    }
    if (list === "12" && method === "POST")
      return { status: 201, body: this.#shown(this.add(BOT, JSON.parse(text).body, Number(list))) };
    const [, id] = /^\/repos\/owner\/name\/issues\/comments\/(\d+)$/.exec(pathname) ?? [];
    const stored = this.comments.find((each) => each.id === Number(id));
    if (stored === undefined || method !== "PATCH") return { status: 404, message: "Not Found" };
    stored.body = JSON.parse(text).body;
    return { status: 200, body: this.#shown(stored) };
  }

  #issueRoute(method: string, pathname: string, query: URLSearchParams, text: string): Answer | null {
    const [, number] = /^\/repos\/owner\/name\/issues(?:\/(\d+))?$/.exec(pathname) ?? [null];
    if (pathname === "/repos/owner/name/issues" && method === "GET") {
      const found = this.issues.filter(
        ({ state, labels }) => state === query.get("state") && labels.includes(query.get("labels") ?? ""),
      );
      return page(
        found.map((each) => this.#shownIssue(each)),
        query,
      );
    }
    if (pathname === "/repos/owner/name/issues" && method === "POST") {
      const { title, body, labels } = JSON.parse(text);
      const stored = this.addIssue({ title, body, labels: this.maySetLabels ? labels : [] });
      return { status: 201, body: this.#shownIssue(stored) };
    }
    const [, commented] = /^\/repos\/owner\/name\/issues\/(\d+)\/comments$/.exec(pathname) ?? [];
    if (method === "POST" && this.issues.some((each) => each.number === Number(commented)))
      return { status: 201, body: this.#shown(this.add(BOT, JSON.parse(text).body, Number(commented))) };
    const stored = this.issues.find((each) => each.number === Number(number));
    if (stored === undefined || method !== "PATCH") return null;
    Object.assign(stored, JSON.parse(text));
    return { status: 200, body: this.#shownIssue(stored) };
  }

  #pullRoute(pathname: string, query: URLSearchParams): Answer | null {
    const [, commit] = /^\/repos\/owner\/name\/commits\/(\w+)\/pulls$/.exec(pathname) ?? [];
    if (commit !== undefined) {
      const found = this.pulls.filter(({ merge, head }) => commit === merge || commit === head);
      const body = found.map(({ number, merge, head, branch = "topic" }) => ({
        number,
        merged_at: merge === null ? null : "2026-11-27T12:00:00Z",
        merge_commit_sha: merge,
        head: { sha: head, ref: branch },
      }));
      return { status: 200, body };
    }
    const [, number] = /^\/repos\/owner\/name\/pulls\/(\d+)\/files$/.exec(pathname) ?? [];
    const pull = this.pulls.find((each) => each.number === Number(number));
    if (pull === undefined) return null;
    const files = (pull.files ?? ["lab.config.ts"]).map((file) =>
      typeof file === "string"
        ? { filename: file, status: "modified" }
        : { filename: file.to, previous_filename: file.from, status: "renamed" },
    );
    return page(files, query);
  }

  #runRoute(pathname: string, query: URLSearchParams): Answer | null {
    const [, id] = /^\/repos\/owner\/name\/actions\/runs\/(\d+)\/artifacts$/.exec(pathname) ?? [];
    const run = this.runs.find((each) => each.id === Number(id));
    if (run !== undefined) {
      const named = (run.artifacts ?? []).filter((name) => name === query.get("name"));
      const artifacts = named.map((name) => ({ name, expired: run.expired ?? false }));
      return { status: 200, body: { total_count: artifacts.length, artifacts } };
    }
    const [, file] = /^\/repos\/owner\/name\/actions\/workflows\/([\w.-]+)\/runs$/.exec(pathname) ?? [];
    if (file === undefined) return null;
    // A file's runs are found by its name, of whatever branch it was.
    const shown = this.runs.map(
      ({ id: number, head, createdAt, path = WORKFLOW, event = "pull_request", conclusion = "success", ...more }) => ({
        id: number,
        path,
        event,
        conclusion,
        head_sha: head,
        head_branch: more.branch ?? "topic",
        created_at: createdAt,
        repository: { id: 1 },
        head_repository: { id: more.ofFork ? 2 : 1 },
      }),
    );
    const runs = shown.filter(
      ({ path, event, conclusion, head_sha: sha }) =>
        path.startsWith(`.github/workflows/${file}`) &&
        [event, null].includes(query.get("event")) &&
        [conclusion, null].includes(query.get("status")) &&
        [sha, null].includes(query.get("head_sha")),
    );
    return page(runs, query, (list) => ({ total_count: runs.length, workflow_runs: list }));
  }

  #shownIssue({ number, login, title, body, labels, isPullRequest }: StoredIssue): unknown {
    const named = labels.map((name) => ({ name }));
    const shown = { number, title, body: body.replaceAll("\n", "\r\n"), labels: named, user: { login } };
    const html_url = `https://github.example/owner/name/issues/${number}`;
    return { ...shown, html_url, ...(isPullRequest && { pull_request: {} }) };
  }

  /** Lines end as in a browser's form. */
  #shown({ id, pullRequest, login, body }: StoredComment): unknown {
    const html_url = `https://github.example/owner/name/pull/${pullRequest}#issuecomment-${id}`;
    return { id, html_url, body: body.replaceAll("\n", "\r\n"), user: { login, type: "Bot" } };
  }
}

/** Of a list, what the query asks for. */
function page(
  all: readonly unknown[],
  query: URLSearchParams,
  inside: (list: readonly unknown[]) => unknown = (list) => list,
): Answer {
  const size = Math.min(100, Number(query.get("per_page") ?? "30"));
  const start = (Number(query.get("page") ?? "1") - 1) * size;
  return { status: 200, body: inside(all.slice(start, start + size)), next: all.length > start + size };
}
