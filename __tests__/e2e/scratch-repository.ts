/** The app in a git repository of a test's own, with a lab in the sandbox: what a pull request starts from. */
import { execFileSync, spawnSync } from "node:child_process";
import { appendFileSync, cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { LabInput } from "../../config/index.ts";
import { openSandbox } from "../../sandbox/client.ts";
import { startNode } from "../cli/running.ts";
import { freeBasePort } from "./lab.ts";

const ROOT = join(__dirname, "..", "..");
const CDKTF = join(ROOT, "cli", "bin", "cdktf.js");

/** All that the app is made of; packages and bindings are linked. */
const APP =
  "cdktf.json config constructs images images.lock.json lab.ts main.ts package.json packer stacks topology".split(" ");

const WHO = { GIT_AUTHOR_NAME: "test", GIT_AUTHOR_EMAIL: "test@lab.invalid" };
const GIT = {
  ...WHO,
  GIT_COMMITTER_NAME: WHO.GIT_AUTHOR_NAME,
  GIT_COMMITTER_EMAIL: WHO.GIT_AUTHOR_EMAIL,
  GIT_CONFIG_NOSYSTEM: "1",
};

/** `describe`, or one that says why it is skipped. */
export const describeWithGit: (name: string, tests: () => void) => void =
  spawnSync("git", ["--version"]).status === 0
    ? describe
    : (name, tests) => describe.skip(`${name} (skipped: no git on PATH)`, tests);

export interface Reviewed {
  readonly code: number | null;
  readonly stderr: string;
  /** What the comment would be. */
  readonly comment: string;
}

export class ScratchRepository {
  readonly home = mkdtempSync(join(tmpdir(), "ampere-lab-git-"));
  readonly #basePort: number;

  private constructor(basePort: number) {
    this.#basePort = basePort;
  }

  /** Its branch main has a lab: preset `free` with what is given over it. */
  static async create(input: Partial<LabInput> = {}): Promise<ScratchRepository> {
    const repository = new ScratchRepository(await freeBasePort());
    const { home } = repository;
    for (const each of APP) cpSync(join(ROOT, each), join(home, each), { recursive: true });
    symlinkSync(join(ROOT, "node_modules"), join(home, "node_modules"));
    writeFileSync(join(home, ".gitignore"), "node_modules\ncdktf.out\n.sandbox\ncomment.md\n");
    repository.configure(input);
    repository.#git("init", "--quiet", "--initial-branch=main");
    repository.#commit("a lab");
    return repository;
  }

  /** Writes `lab.config.ts`. */
  configure(input: Partial<LabInput>): void {
    const base = { preset: "free", name: "test-lab", oci: { region: "eu-frankfurt-1" } };
    const access = { adminCidrs: ["203.0.113.7/32"], basePort: this.#basePort };
    const lab = JSON.stringify({ ...base, access, ...input }, undefined, 2);
    const text = `import { defineLab } from "./config/index.ts";\n\nexport default defineLab(${lab});\n`;
    writeFileSync(join(this.home, "lab.config.ts"), text);
  }

  append(file: string, text: string): void {
    appendFileSync(join(this.home, file), text);
  }

  /** A new branch from main with this change as its one commit. */
  branch(name: string, change: (repository: this) => void): void {
    this.#git("switch", "--quiet", "--create", name, "main");
    change(this);
    this.#commit(name);
  }

  deploy(): Promise<{ readonly code: number | null }> {
    return this.#cdktf("deploy", "--auto-approve");
  }

  /** `cdktf diff` of the branch that is checked out. */
  async review(): Promise<Reviewed> {
    rmSync(join(this.home, "comment.md"), { force: true });
    const { code, stderr } = await this.#cdktf("diff", "--markdown", "comment.md");
    return { code, stderr, comment: readFileSync(join(this.home, "comment.md"), "utf8") };
  }

  async end(): Promise<void> {
    await (await openSandbox({ labHome: this.home })).stop();
    rmSync(this.home, { recursive: true, force: true });
  }

  #cdktf(verb: string, ...args: readonly string[]): ReturnType<typeof startNode>["finished"] {
    const env = { ...process.env, LAB_HOME: this.home, LAB_CONFIG: "" };
    return startNode(CDKTF, [verb, "--sandbox", ...args], { cwd: this.home, env }).finished;
  }

  #commit(message: string): void {
    this.#git("add", "--all");
    this.#git("commit", "--quiet", "--message", message);
  }

  #git(...args: readonly string[]): void {
    // Not of a hook that may be running the tests.
    const env = { PATH: process.env["PATH"], HOME: this.home, ...GIT };
    execFileSync("git", args, { cwd: this.home, env, stdio: ["ignore", "ignore", "pipe"] });
  }
}
