/** The repository as somebody has it who has just cloned it: a new folder, an environment of its own, and packages as npm puts them. */
import { execFileSync, spawn, spawnSync } from "node:child_process";
import { cpSync, globSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { runningSandbox } from "../../sandbox/client.ts";

const ROOT = join(__dirname, "..", "..");

export interface Ran {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** `it`, or one that is skipped and says why, where a program is not on PATH. */
export function withProgram(name: string, ...versionArguments: readonly string[]): jest.It {
  if (spawnSync(name, versionArguments).status === 0) return it;
  console.error(`skipped, tests with ${name}: it is not on PATH`);
  return it.skip;
}

/** Clones beside each other, of one user: what was committed, not what is being edited. */
export class FreshClones {
  readonly folder = mkdtempSync(join(tmpdir(), "ampere-hour-"));

  /** Hard links in place of `npm ci`, which takes a minute; links of workspaces are relative, so they lead into the clone. */
  clone(name: string): string {
    const to = join(this.folder, name);
    execFileSync("git", ["clone", "--quiet", "--no-hardlinks", ROOT, to]);
    const linked = spawnSync("cp", ["-al", join(ROOT, "node_modules"), to]).status === 0;
    if (!linked)
      cpSync(join(ROOT, "node_modules"), join(to, "node_modules"), { recursive: true, verbatimSymlinks: true });
    for (const lib of globSync("providers/*/lib", { cwd: ROOT }))
      cpSync(join(ROOT, lib), join(to, lib), { recursive: true });
    return to;
  }

  get env(): NodeJS.ProcessEnv {
    const path = (process.env["PATH"] ?? "").split(delimiter).filter((each) => !each.includes("node_modules"));
    const tool = process.env["TERRAFORM_BINARY_NAME"];
    mkdirSync(join(this.folder, "tmp"), { recursive: true });
    return {
      HOME: this.folder,
      TMPDIR: join(this.folder, "tmp"),
      PATH: path.join(delimiter),
      LANG: "C.UTF-8",
      TERM: "xterm-256color",
      ...(tool === undefined ? {} : { TERRAFORM_BINARY_NAME: tool }),
    };
  }

  /** A command as it is typed into a shell, where nobody answers questions. */
  run(clone: string, command: string): Promise<Ran> {
    const child = spawn("sh", ["-c", command], { cwd: clone, env: this.env, stdio: ["ignore", "pipe", "pipe"] });
    let stdout = "";
    let stderr = "";
    child.stdout.on("data", (chunk: Buffer) => (stdout += chunk.toString()));
    child.stderr.on("data", (chunk: Buffer) => (stderr += chunk.toString()));
    return new Promise((resolve) => {
      child.once("close", (code) => resolve({ code, stdout, stderr }));
    });
  }

  async end(): Promise<void> {
    for (const clone of globSync("*/lab.config.ts", { cwd: this.folder }))
      await (await runningSandbox(join(this.folder, clone, "..")))?.stop();
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** The commands of README.md for the sandbox, after the demo. */
export function readmeCommands(): readonly string[] {
  const readme = readFileSync(join(ROOT, "README.md"), "utf8");
  const blocks = [...readme.matchAll(/^```sh\n([^`]+)^```/gm)].map(([, body = ""]) => body.trim().split("\n"));
  return blocks.find((lines) => lines[0]?.startsWith("npx cdktf deploy")) ?? [];
}
