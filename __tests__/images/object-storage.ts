/** Object Storage of OCI on a loopback port: its REST API as far as the upload uses it, with room for trouble. */
import { type KeyObject, randomUUID } from "node:crypto";
import { EventEmitter, once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { buffer } from "node:stream/consumers";
import { type Answer, Model, Refused, type StoredBucket } from "./object-storage-model.ts";
import { signatureProblem } from "./object-storage-signature.ts";

/** A request that came in. */
export interface Call {
  readonly operation: string;
  /** Of its operation, from 1. */
  readonly nth: number;
  readonly part: number | null;
  /** Answered, or given up. */
  readonly closed: boolean;
  /** Of the answer; null until there is one. */
  readonly status: number | null;
}

/** What becomes of a request instead of an answer. `reset after`: it is done, and the answer is lost. */
export type Trouble =
  | { readonly status: number; readonly code?: string; readonly headers?: Readonly<Record<string, string>> }
  | "reset"
  | "reset after"
  | "hold";

const OPERATIONS: readonly (readonly [RegExp, string])[] = [
  [/^GET \/n\/?$/, "GetNamespace"],
  [/^GET \/n\/[^/]+\/b$/, "ListBuckets"],
  [/^POST \/n\/[^/]+\/b$/, "CreateBucket"],
  [/^GET \/n\/[^/]+\/b\/([^/]+)$/, "GetBucket"],
  [/^GET \/n\/[^/]+\/b\/([^/]+)\/o$/, "ListObjects"],
  [/^HEAD \/n\/[^/]+\/b\/([^/]+)\/o\/(.+)$/, "HeadObject"],
  [/^DELETE \/n\/[^/]+\/b\/([^/]+)\/o\/(.+)$/, "DeleteObject"],
  [/^GET \/n\/[^/]+\/b\/([^/]+)\/u$/, "ListMultipartUploads"],
  [/^POST \/n\/[^/]+\/b\/([^/]+)\/u$/, "CreateMultipartUpload"],
  [/^GET \/n\/[^/]+\/b\/([^/]+)\/u\/(.+)$/, "ListMultipartUploadParts"],
  [/^PUT \/n\/[^/]+\/b\/([^/]+)\/u\/(.+)$/, "UploadPart"],
  [/^POST \/n\/[^/]+\/b\/([^/]+)\/u\/(.+)$/, "CommitMultipartUpload"],
  [/^DELETE \/n\/[^/]+\/b\/([^/]+)\/u\/(.+)$/, "AbortMultipartUpload"],
];

export class ObjectStorage {
  readonly calls: Call[] = [];
  /** Public keys by key id. */
  readonly keys = new Map<string, KeyObject>();
  /** Decides, when a request has come in, whether it meets with trouble. */
  trouble: (call: Call) => Trouble | undefined | Promise<Trouble | undefined> = () => undefined;
  readonly #model = new Model();
  readonly #changed = new EventEmitter();
  readonly #server: Server;
  endpoint = "";

  private constructor() {
    this.#server = createServer((request, response) => void this.#serve(request, response));
  }

  static async start(): Promise<ObjectStorage> {
    const storage = new ObjectStorage();
    storage.#server.listen(0, "127.0.0.1");
    await once(storage.#server, "listening");
    const address = storage.#server.address();
    if (address === null || typeof address === "string") throw new Error("no port");
    storage.endpoint = `http://127.0.0.1:${address.port}`;
    return storage;
  }

  get buckets(): Map<string, StoredBucket> {
    return this.#model.buckets;
  }

  /** Of all requests so far. */
  get operations(): readonly string[] {
    return this.calls.map(({ operation }) => operation);
  }

  of(operation: string): readonly Call[] {
    return this.calls.filter((call) => call.operation === operation);
  }

  /** Resolves when this holds; looked at whenever a request comes in, or is answered, or is given up. */
  async until(holds: () => boolean): Promise<void> {
    while (!holds()) await once(this.#changed, "change");
  }

  async stop(): Promise<void> {
    const closed = once(this.#server, "close");
    this.#server.close();
    this.#server.closeAllConnections();
    await closed;
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname, searchParams: query } = new URL(request.url ?? "", this.endpoint);
    const line = `${request.method} ${pathname}`;
    const [pattern, operation] = OPERATIONS.find(([each]) => each.test(line)) ?? [/^/, "unknown"];
    const [, bucket = "", object = ""] = (pattern.exec(line) ?? []).map(decodeURIComponent);
    const part = query.has("uploadPartNum") ? Number(query.get("uploadPartNum")) : null;
    const call: Call = { operation, nth: this.of(operation).length + 1, part, closed: false, status: null };
    const note = (about: Partial<Call>): void => {
      Object.assign(call, about);
      this.#changed.emit("change");
    };
    this.calls.push(call);
    note({});
    response.once("close", () => note({ closed: true }));
    const trouble = await this.trouble(call);
    if (trouble === "hold") return;
    if (trouble === "reset") return void request.socket.destroy();

    const body = await buffer(request).catch(() => null);
    // The client went away.
    if (body === null) return;
    const answer = this.#answer(
      request,
      body,
      { operation, bucket, object, query, headers: request.headers, body },
      trouble,
    );
    if (trouble === "reset after") return void request.socket.destroy();
    note({ status: answer.status });
    response.writeHead(answer.status, { "opc-request-id": randomUUID(), ...answer.headers });
    response.end(request.method === "HEAD" || answer.body === undefined ? undefined : JSON.stringify(answer.body));
  }

  #answer(request: IncomingMessage, body: Buffer, asked: Parameters<Model["answer"]>[0], trouble?: Trouble): Answer {
    const problem = signatureProblem(request, body, this.keys);
    const refused = (status: number, code: string, message: string, headers = {}): Answer => {
      return { status, headers: { "content-type": "application/json", ...headers }, body: { code, message } };
    };
    if (problem !== null) return refused(401, "NotAuthenticated", `The required information is incorrect: ${problem}`);
    if (typeof trouble === "object")
      return refused(trouble.status, trouble.code ?? "Trouble", "made by the\ntest", trouble.headers);
    try {
      return this.#model.answer(asked);
    } catch (error) {
      if (error instanceof Refused) return refused(error.status, error.code, error.message);
      throw error;
    }
  }
}
