/** A small app in a temporary folder, and `cdktf` run on it as a user would run it. */
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { type Finished, type Running, startNode } from "./running.ts";

const ROOT = join(__dirname, "../..");
const BIN = join(ROOT, "cli/bin/cdktf.js");

/** The tool that the end-to-end tests run; undefined where there is none. */
export const TOOL = ["tofu", "terraform"].find((name) => spawnSync(name, ["version"]).status === 0);

/** `it`, or one that says why it is skipped. */
export const itWithTool: (name: string, test: () => Promise<void>, timeout?: number) => void =
  TOOL === undefined ? (name) => it.skip(`${name} (skipped: neither tofu nor terraform on PATH)`, () => undefined) : it;

export interface StackSource {
  readonly reads?: readonly string[];
  readonly terraform: Readonly<Record<string, unknown>>;
}

const APP = `
import { copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
const out = process.env.CDKTF_OUTDIR;
const data = process.env.LAB_SANDBOX ? ".sandbox" : ".lab";
const manifest = { version: "0", stacks: {} };
const kept = existsSync("backend.json") ? readFileSync("backend.json", "utf8") : '{ "local": { "path": "../../../' + data + '/state/STACK.tfstate" } }';
const backendOf = (name) => JSON.parse(kept.replaceAll("STACK", name));
for (const [name, { reads = [], terraform }] of Object.entries(JSON.parse(readFileSync("stacks.json", "utf8")))) {
  const folder = "stacks/" + name;
  mkdirSync(out + "/" + folder, { recursive: true });
  const backend = backendOf(name);
  const remote = Object.fromEntries(reads.map((each) => {
    const [[backend, config]] = Object.entries(backendOf(each));
    return [each, { backend, config }];
  }));
  const all = { terraform: { backend }, ...(reads.length ? { data: { terraform_remote_state: remote } } : {}), ...terraform };
  writeFileSync(out + "/" + folder + "/cdk.tf.json", JSON.stringify(all));
  manifest.stacks[name] = { name, workingDirectory: folder, synthesizedStackPath: folder + "/cdk.tf.json", annotations: [], dependencies: reads };
}
if (existsSync("lab.json")) copyFileSync("lab.json", out + "/lab.json");
writeFileSync(out + "/manifest.json", JSON.stringify(manifest));
`;

/** A lab of hand-made stacks with a LAB_HOME of its own. */
export class SmallLab {
  readonly home = mkdtempSync(join(tmpdir(), "ampere-cli-"));

  constructor(stacks: Readonly<Record<string, StackSource>>) {
    writeFileSync(join(this.home, "cdktf.json"), JSON.stringify({ app: "node app.mjs", output: "cdktf.out" }));
    writeFileSync(join(this.home, "app.mjs"), APP);
    this.write(stacks);
  }

  /** Changes the app. */
  write(stacks: Readonly<Record<string, StackSource>>): void {
    writeFileSync(join(this.home, "stacks.json"), JSON.stringify(stacks));
  }

  /** Has the app keep states elsewhere: a block `backend`, in which STACK stands for the stack's name. Null: in local files. */
  keepIn(backend: Readonly<Record<string, unknown>> | null): void {
    if (backend === null) rmSync(this.path("backend.json"), { force: true });
    else writeFileSync(this.path("backend.json"), JSON.stringify(backend));
  }

  path(...parts: readonly string[]): string {
    return join(this.home, ...parts);
  }

  has(...parts: readonly string[]): boolean {
    return existsSync(this.path(...parts));
  }

  /** Addresses in the state of a stack. */
  state(stack: string): readonly string[] {
    const text = readFileSync(this.path(".lab", "state", `${stack}.tfstate`), "utf8");
    const resources: readonly { mode: string; type: string; name: string }[] =
      text === "" ? [] : JSON.parse(text).resources;
    return resources
      .filter(({ mode }) => mode === "managed")
      .map(({ type, name }) => `${type}.${name}`)
      .sort();
  }

  start(args: readonly string[], env: Readonly<Record<string, string>> = {}): Running {
    return startNode(BIN, args, {
      cwd: this.home,
      env: { PATH: process.env["PATH"], HOME: this.home, TF_CLI_CONFIG_FILE: "/dev/null", ...env },
    });
  }

  run(args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Finished> {
    return this.start(args, env).finished;
  }

  /** `lab`, in place of `cdktf`. */
  runLab(args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Finished> {
    const base = { PATH: process.env["PATH"], HOME: this.home, TF_CLI_CONFIG_FILE: "/dev/null" };
    return startNode(join(ROOT, "cli/bin/lab.js"), args, { cwd: this.home, env: { ...base, ...env } }).finished;
  }

  dispose(): void {
    rmSync(this.home, { recursive: true, force: true });
  }
}

/** A `terraform_data` whose creation waits until `file` exists: tests decide when it ends. */
export function waitsFor(
  file: string,
  more: Readonly<Record<string, unknown>> = {},
): Readonly<Record<string, unknown>> {
  // Also ends with the folder, so that a test that fails leaves nothing behind.
  const command = `echo started; while [ ! -e '${file}' ] && [ -d '${dirname(file)}' ]; do sleep 0.05; done`;
  return { input: "x", provisioner: { "local-exec": { command } }, ...more };
}
