import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { LabInput } from "../../config/index.ts";
import { LEAST_AT_HOME } from "../config/labs.ts";
import { openSandbox, type Sandbox } from "../../sandbox/client.ts";

const CDKTF = join(__dirname, "..", "..", "cli", "bin", "cdktf.js");
const LAB = join(__dirname, "..", "..", "cli", "bin", "lab.js");
/** Types that stand for something done, or for something known to Terraform alone: no object of the world. */
const ACTS = new Set([
  "proxmox_sdn_applier",
  "proxmox_virtual_environment_cluster_firewall",
  "talos_cluster_kubeconfig",
  "talos_image_factory_schematic",
  "talos_machine_secrets",
]);

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A `cdktf` under way. */
export interface Running {
  readonly child: ChildProcess;
  readonly ended: Promise<Ended>;
  /** Resolves when so many lines of what it prints match; false when it ended before. */
  saw(pattern: RegExp, times?: number): Promise<boolean>;
}

/** A lab of a test's own: LAB_HOME, config, ports, sandbox. */
export class TestLab {
  readonly home = mkdtempSync(join(tmpdir(), "ampere-lab-e2e-"));
  readonly #config = join(this.home, "lab.config.json");
  readonly #env: Readonly<Record<string, string>>;

  private constructor(env: Readonly<Record<string, string>>) {
    this.#env = env;
  }

  static async create(input: Partial<LabInput> = {}, env: Readonly<Record<string, string>> = {}): Promise<TestLab> {
    const lab = new TestLab(env);
    const admins = input.preset === "homelab" ? {} : { adminCidrs: ["203.0.113.7/32"] };
    lab.configure({ ...input, access: { ...admins, basePort: await freeBasePort() } });
    return lab;
  }

  /** Replaces parts of the config; what is not given stays. */
  configure(input: Partial<LabInput>): void {
    const before = existsSync(this.#config) ? JSON.parse(readFileSync(this.#config, "utf8")) : {};
    const isHome = (input.preset ?? before.preset) === "homelab";
    const base = isHome
      ? { ...LEAST_AT_HOME, name: "test-lab" }
      : { name: "test-lab", oci: { region: "eu-frankfurt-1" } };
    writeFileSync(this.#config, JSON.stringify({ ...base, ...before, ...input }));
  }

  /** Of the config as it is. */
  get access(): LabInput["access"] {
    return JSON.parse(readFileSync(this.#config, "utf8")).access;
  }

  sandbox(): Promise<Sandbox> {
    return openSandbox({ labHome: this.home });
  }

  /** What `cdktf` is started by, and in. */
  command(...args: readonly string[]): readonly string[] {
    return [process.execPath, CDKTF, ...args];
  }

  get env(): NodeJS.ProcessEnv {
    return { ...process.env, LAB_HOME: this.home, LAB_CONFIG: this.#config, LAB_SANDBOX: "1", ...this.#env };
  }

  start(...args: string[]): Running {
    return this.#start(CDKTF, args);
  }

  #start(program: string, args: readonly string[]): Running {
    const { env } = this;
    const child = spawn(process.execPath, [program, ...args], { env, stdio: ["ignore", "pipe", "pipe"] });
    let stdout = "";
    let stderr = "";
    const look = new Set<() => void>();
    const looked = (): void => look.forEach((each) => each());
    child.stdout.on("data", (chunk: Buffer) => {
      stdout += chunk.toString();
      looked();
    });
    child.stderr.on("data", (chunk: Buffer) => {
      stderr += chunk.toString();
      looked();
    });
    const ended = new Promise<Ended>((resolve, reject) => {
      child.once("error", reject);
      child.once("close", (code, signal) => resolve({ code, signal, stdout, stderr }));
    });
    const saw = (pattern: RegExp, times = 1): Promise<boolean> =>
      new Promise((resolve) => {
        const check = (): void => {
          if (`${stdout}\n${stderr}`.split("\n").filter((line) => pattern.test(line)).length < times) return;
          look.delete(check);
          resolve(true);
        };
        look.add(check);
        check();
        void ended.then(() => resolve(false));
      });
    return { child, ended, saw };
  }

  cdktf(...args: string[]): Promise<Ended> {
    return this.start(...args).ended;
  }

  lab(...args: string[]): Promise<Ended> {
    return this.#start(LAB, args).ended;
  }

  startLab(...args: string[]): Running {
    return this.#start(LAB, args);
  }

  /** How many objects of each type the world holds. */
  async world(): Promise<Record<string, number>> {
    const items = await (await this.sandbox()).inventory();
    return counted(items.map((item) => item.type));
  }

  /** How many objects of each type the states hold. */
  state(): Record<string, number> {
    const types = ["oci", "proxmox", "talos"].flatMap((stack) => {
      const file = join(this.home, ".sandbox", "state", `${stack}.tfstate`);
      if (!existsSync(file)) return [];
      // Empty, where its writer was killed.
      const { resources = [] } = JSON.parse(readFileSync(file, "utf8") || "{}");
      return resources.flatMap((resource: { mode: string; type: string; instances: unknown[] }) =>
        resource.mode === "managed" && isObject(resource.type) ? resource.instances.map(() => resource.type) : [],
      );
    });
    return counted(types);
  }

  async end(): Promise<void> {
    await (await this.sandbox()).stop();
    rmSync(this.home, { recursive: true, force: true });
  }
}

function isObject(type: string): boolean {
  return /^(oci|proxmox|talos)_/.test(type) && !ACTS.has(type);
}

function counted(types: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const type of types.toSorted()) counts[type] = (counts[type] ?? 0) + 1;
  return counts;
}

let labs = 0;

/** Of the ports that a lab takes, some of each kind: the API's, hosts', control planes', workers', and SSH of hosts. */
const USED = [0, 1, 2, 101, 201, 9001, 9002];

/**
 * Ports below 18000, from where labs take theirs by themselves: the first of 32 parts, of which each of jest's workers has some,
 * and another run of the tests on this machine others.
 */
export async function freeBasePort(): Promise<number> {
  const worker = Number(process.env.JEST_WORKER_ID ?? "1") % 6;
  for (;;) {
    labs += 1;
    const base = 10_000 + ((process.ppid + worker * 5 + (labs % 5)) % 32) * 250;
    const free = await Promise.all(USED.map((offset) => isFree(base + offset)));
    if (free.every(Boolean)) return base;
  }
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => resolve(false));
    server.listen(port, "127.0.0.1", () => server.close(() => resolve(true)));
  });
}
