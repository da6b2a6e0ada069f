/** TypeScript's own language server, as an editor talks to it. */
import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { z } from "zod";
import { REPOSITORY } from "./labs.ts";

const message = z.object({
  id: z.union([z.number(), z.string()]).optional(),
  method: z.string().optional(),
  result: z.unknown().optional(),
});
const hover = z.object({ contents: z.object({ value: z.string() }) }).nullable();

interface Position {
  readonly line: number;
  readonly character: number;
}

export class LanguageServer {
  readonly #server: ChildProcessWithoutNullStreams;
  readonly #waiting = new Map<number, (result: unknown) => void>();
  #rest = Buffer.alloc(0);
  #last = 0;

  private constructor() {
    this.#server = spawn(join(REPOSITORY, "node_modules/.bin/tsc"), ["--lsp", "--stdio"], { cwd: REPOSITORY });
    this.#server.stdout.on("data", (chunk: Buffer) => this.#take(chunk));
  }

  static async start(): Promise<LanguageServer> {
    const server = new LanguageServer();
    const capabilities = { textDocument: { hover: { contentFormat: ["markdown"] } } };
    await server.#ask("initialize", { processId: process.pid, rootUri: pathToFileURL(REPOSITORY).href, capabilities });
    server.#send({ method: "initialized", params: {} });
    return server;
  }

  #send(document: object): void {
    const text = JSON.stringify({ jsonrpc: "2.0", ...document });
    this.#server.stdin.write(`Content-Length: ${Buffer.byteLength(text)}\r\n\r\n${text}`);
  }

  #ask(method: string, params: object | null): Promise<unknown> {
    this.#last += 1;
    const id = this.#last;
    return new Promise((resolve) => {
      this.#waiting.set(id, resolve);
      this.#send({ id, method, ...(params !== null && { params }) });
    });
  }

  #take(chunk: Buffer): void {
    this.#rest = Buffer.concat([this.#rest, chunk]);
    for (;;) {
      const end = this.#rest.indexOf("\r\n\r\n");
      const length = Number(/Content-Length: (\d+)/.exec(this.#rest.subarray(0, Math.max(end, 0)).toString())?.[1]);
      if (end < 0 || this.#rest.length < end + 4 + length) return;
      const { id, method, result } = message.parse(
        JSON.parse(this.#rest.subarray(end + 4, end + 4 + length).toString()),
      );
      this.#rest = this.#rest.subarray(end + 4 + length);
      // What it asks of an editor, this one does not have.
      if (method !== undefined && id !== undefined) this.#send({ id, result: null });
      else if (typeof id === "number") this.#waiting.get(id)?.(result);
    }
  }

  /** Has it read a file of the repository that says this, whatever is on disk. */
  open(path: string, text: string): string {
    const uri = pathToFileURL(join(REPOSITORY, path)).href;
    this.#send({
      method: "textDocument/didOpen",
      params: { textDocument: { uri, languageId: "typescript", version: 1, text } },
    });
    return uri;
  }

  /** What an editor shows over a place of a file. */
  async hover(uri: string, position: Position): Promise<string> {
    const shown = hover.parse(await this.#ask("textDocument/hover", { textDocument: { uri }, position }));
    return shown?.contents.value ?? "";
  }

  /** It ends with its input: what npm has put in its place is a program that starts it. */
  async stop(): Promise<void> {
    const ended = new Promise((resolve) => this.#server.once("close", resolve));
    await this.#ask("shutdown", null);
    this.#send({ method: "exit" });
    this.#server.stdin.end();
    await ended;
  }
}
