/** GitHub's API on loopback, as far as comments of pull requests go. */
import { createServer, type IncomingMessage, type Server } from "node:http";

export interface StoredComment {
  readonly id: number;
  readonly pullRequest: number;
  readonly login: string;
  body: string;
}

interface Refusal {
  readonly status: number;
  readonly message: string;
  readonly headers?: Readonly<Record<string, string>>;
}

type Answer = Refusal | { readonly status: number; readonly body: unknown; readonly next?: boolean };

export const TOKEN = "token-of-the-workflow";
export const BOT = "github-actions[bot]";

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks).toString();
}

export class GitHubModel {
  readonly comments: StoredComment[] = [];
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
    const [, list] = /^\/repos\/owner\/name\/issues\/(\d+)\/comments$/.exec(pathname) ?? [];
    if (list === "12" && method === "GET") {
      const size = Math.min(100, Number(searchParams.get("per_page") ?? "30"));
      const start = (Number(searchParams.get("page") ?? "1") - 1) * size;
      const all = this.comments.filter(({ pullRequest }) => pullRequest === Number(list));
      const page = all.slice(start, start + size).map((each) => this.#shown(each));
      return { status: 200, body: page, next: all.length > start + size };
    }
    if (list === "12" && method === "POST")
      return { status: 201, body: this.#shown(this.add(BOT, JSON.parse(text).body, Number(list))) };
    const [, id] = /^\/repos\/owner\/name\/issues\/comments\/(\d+)$/.exec(pathname) ?? [];
    const stored = this.comments.find((each) => each.id === Number(id));
    if (stored === undefined || method !== "PATCH") return { status: 404, message: "Not Found" };
    stored.body = JSON.parse(text).body;
    return { status: 200, body: this.#shown(stored) };
  }

  /** Lines end as in a browser's form. */
  #shown({ id, pullRequest, login, body }: StoredComment): unknown {
    const html_url = `https://github.example/owner/name/pull/${pullRequest}#issuecomment-${id}`;
    return { id, html_url, body: body.replaceAll("\n", "\r\n"), user: { login, type: "Bot" } };
  }
}
