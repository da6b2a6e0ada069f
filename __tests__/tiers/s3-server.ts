/** An S3 server on loopback: moto, from PyPI, in a virtual environment that is made once. */
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { existsSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { homedir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

/** It answers `If-None-Match` with 412, which a lock of states stands on. */
const PACKAGE = "moto[server]==5.2.5";
const FOLDER = join(homedir(), ".cache", "ampere-lab", "moto-5.2.5");

export const BUCKET = "states";

/** Objects are private: moto wants a signature, and takes any. */
const SIGNED =
  "AWS4-HMAC-SHA256 Credential=lab/20260101/eu-frankfurt-1/s3/aws4_request, SignedHeaders=host, Signature=0";

/** The OpenTofu that `lab tools build` made, else the one on PATH. */
export const TOFU = spawnSync(process.execPath, [join(__dirname, "../../cli/bin/lab.js"), "tools", "path"], {
  encoding: "utf8",
}).stdout.trim();

/** Installs it, once. Says why not where it cannot be. */
function installed(): true | string {
  if (existsSync(join(FOLDER, "ready"))) return true;
  for (const [program, ...args] of [
    ["python3", "-m", "venv", FOLDER],
    [join(FOLDER, "bin", "pip"), "install", "--quiet", PACKAGE],
  ]) {
    const { status, stderr, error } = spawnSync(program ?? "", args, { encoding: "utf8" });
    if (status !== 0) return `${program} ${args.join(" ")}: ${error?.message ?? stderr.trim().split("\n").at(-1)}`;
  }
  writeFileSync(join(FOLDER, "ready"), "");
  return true;
}

/** A port that was free a moment ago. */
function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() =>
        typeof address === "object" && address !== null ? resolve(address.port) : reject(new Error()),
      );
    });
  });
}

export class S3Server {
  readonly #child: ChildProcess;
  readonly url: string;
  /** What a client of it needs. */
  readonly credentials = { AWS_ACCESS_KEY_ID: "lab", AWS_SECRET_ACCESS_KEY: "lab-secret" };

  private constructor(child: ChildProcess, url: string) {
    this.#child = child;
    this.url = url;
  }

  /** Starts it, with one bucket. */
  static async start(): Promise<S3Server> {
    const port = await freePort();
    const args = ["-H", "127.0.0.1", "-p", String(port)];
    const child = spawn(join(FOLDER, "bin", "moto_server"), args, { stdio: "ignore" });
    const server = new S3Server(child, `http://127.0.0.1:${port}`);
    while (child.exitCode === null) {
      try {
        if ((await fetch(`${server.url}/${BUCKET}`, { method: "PUT" })).ok) return server;
      } catch {
        await sleep(50); // it does not listen yet
      }
    }
    throw new Error(`moto_server ended with ${child.exitCode}`);
  }

  /** A block `backend` that keeps a stack's state in it, with the flags that the lab uses. */
  backend(key: string, over: Readonly<Record<string, unknown>> = {}): Readonly<Record<string, unknown>> {
    return {
      s3: {
        bucket: BUCKET,
        key,
        region: "eu-frankfurt-1",
        endpoints: { s3: this.url },
        use_lockfile: true,
        use_path_style: true,
        skip_credentials_validation: true,
        skip_metadata_api_check: true,
        skip_region_validation: true,
        skip_requesting_account_id: true,
        skip_s3_checksum: true,
        ...over,
      },
    };
  }

  /** The text of an object; null where there is none. */
  async object(key: string): Promise<string | null> {
    const answer = await fetch(`${this.url}/${BUCKET}/${key}`, { headers: { authorization: SIGNED } });
    return answer.ok ? answer.text() : null;
  }

  async put(key: string, body: string): Promise<void> {
    const headers = { authorization: SIGNED, "content-type": "application/octet-stream" };
    const { ok, status } = await fetch(`${this.url}/${BUCKET}/${key}`, { method: "PUT", headers, body });
    if (!ok) throw new Error(`the S3 server answers ${status}`);
  }

  stop(): void {
    this.#child.kill("SIGKILL");
  }
}

const why = TOFU === "" ? "no OpenTofu: npx lab tools build" : installed();

let started: S3Server | undefined;
beforeAll(async () => {
  if (why === true) started = await S3Server.start();
}, 60_000);
afterAll(() => started?.stop());

/** The server of this file's tests. */
export function server(): S3Server {
  if (started === undefined) throw new Error("no S3 server runs");
  return started;
}

/** `it`, or one that says why it is skipped. */
export function itWithServer(name: string, test: () => Promise<void>, timeout = 600_000): void {
  if (why === true) it(name, test, timeout);
  else it.skip(`${name} (skipped: ${why})`, () => undefined);
}
