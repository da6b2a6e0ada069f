/** A headless Chromium, driven over the DevTools protocol. */
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

/** What Chromium is called on this machine; undefined where there is none. */
export const CHROMIUM = ["chromium", "chromium-browser", "google-chrome"].find(
  (name) => spawnSync(name, ["--version"]).status === 0,
);

type Parameters = Readonly<Record<string, unknown>>;
type Answer = { readonly [key: string]: unknown };

export interface Viewport {
  readonly width: number;
  readonly height: number;
  readonly scheme: "light" | "dark";
}

export class Browser {
  readonly #child: ChildProcess;
  readonly #profile: string;
  readonly #socket: WebSocket;
  readonly #waiting = new Map<number, (answer: Answer) => void>();
  /** What the page complained of: errors, and what its policy forbade. */
  readonly complaints: string[] = [];
  #session: string | undefined;
  #last = 0;
  #width = 0;
  #height = 0;

  private constructor(child: ChildProcess, profile: string, socket: WebSocket) {
    this.#child = child;
    this.#profile = profile;
    this.#socket = socket;
    socket.addEventListener("message", ({ data }) => this.#hear(JSON.parse(String(data))));
  }

  static async start(): Promise<Browser> {
    if (CHROMIUM === undefined) throw new Error("no chromium on PATH: apt-get install chromium");
    const profile = mkdtempSync(join(tmpdir(), "ampere-lab-chromium-"));
    const options = ["--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--remote-debugging-port=0"];
    const child = spawn(CHROMIUM, [...options, `--user-data-dir=${profile}`, "about:blank"], {
      stdio: ["ignore", "ignore", "pipe"],
    });
    const address = await new Promise<string>((resolve, reject) => {
      let said = "";
      child.stderr.on("data", (chunk: Buffer) => {
        said += chunk.toString();
        const found = /DevTools listening on (ws:\S+)/.exec(said)?.[1];
        if (found !== undefined) resolve(found);
      });
      child.once("close", () => reject(new Error(`chromium ended: ${said}`)));
    });
    const socket = new WebSocket(address);
    await new Promise((resolve) => socket.addEventListener("open", resolve, { once: true }));
    return new Browser(child, profile, socket);
  }

  #hear(message: { id?: number; result?: Answer; method?: string; params?: Answer }): void {
    if (message.id !== undefined) this.#waiting.get(message.id)?.(message.result ?? {});
    if (message.method === "Log.entryAdded" || message.method === "Runtime.exceptionThrown")
      this.complaints.push(JSON.stringify(message.params));
  }

  #send(method: string, params: Parameters = {}): Promise<Answer> {
    this.#last += 1;
    const id = this.#last;
    return new Promise((resolve) => {
      this.#waiting.set(id, resolve);
      const session = this.#session === undefined ? {} : { sessionId: this.#session };
      this.#socket.send(JSON.stringify({ id, method, params, ...session }));
    });
  }

  /** Opens a page in a window of this size. */
  async open(url: string, { width, height, scheme }: Viewport): Promise<void> {
    this.#session = undefined;
    this.#width = width;
    this.#height = height;
    const { targetId } = await this.#send("Target.createTarget", { url: "about:blank" });
    const { sessionId } = await this.#send("Target.attachToTarget", { targetId, flatten: true });
    this.#session = String(sessionId);
    const features = [{ name: "prefers-color-scheme", value: scheme }];
    await this.#send("Emulation.setDeviceMetricsOverride", {
      width,
      height,
      deviceScaleFactor: 2,
      mobile: width < 600,
    });
    await this.#send("Emulation.setEmulatedMedia", { features });
    await this.#send("Log.enable");
    await this.#send("Runtime.enable");
    await this.#send("Page.navigate", { url });
  }

  /** The value of an expression in the page, or of its promise. */
  async evaluate(expression: string): Promise<unknown> {
    const { result } = await this.#send("Runtime.evaluate", { expression, returnByValue: true, awaitPromise: true });
    return typeof result === "object" && result !== null ? Reflect.get(result, "value") : undefined;
  }

  /** Resolves when the page shows this text. */
  async shows(wanted: string, seconds = 20): Promise<void> {
    for (const end = Date.now() + seconds * 1000; Date.now() < end; await sleep(50)) {
      if (String(await this.evaluate("document.body?.innerText")).includes(wanted)) return;
    }
    throw new Error(`the page does not show ${wanted}: ${String(await this.evaluate("document.body?.innerText"))}`);
  }

  /** Resolves when an expression in the page is true. */
  async becomes(expression: string, seconds = 20): Promise<void> {
    for (const end = Date.now() + seconds * 1000; Date.now() < end; await sleep(50))
      if ((await this.evaluate(expression)) === true) return;
    throw new Error(`the page never has ${expression}`);
  }

  /** The page as a PNG: the whole of it, or as high as so many windows. */
  async picture(windows?: number): Promise<Buffer> {
    const all = windows === undefined;
    const clip = { x: 0, y: 0, width: this.#width, height: this.#height * (windows ?? 1), scale: 0.75 };
    const { data } = await this.#send("Page.captureScreenshot", {
      captureBeyondViewport: true,
      ...(all ? {} : { clip }),
    });
    return Buffer.from(String(data), "base64");
  }

  async stop(): Promise<void> {
    const ended = new Promise((resolve) => this.#child.once("close", resolve));
    this.#child.kill();
    await ended;
    rmSync(this.#profile, { recursive: true, force: true, maxRetries: 5 });
  }
}
