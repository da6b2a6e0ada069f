/** Steps of the workflows, run by bash as GitHub's runner would, with their files and variables in a temporary folder. */
import { spawn } from "node:child_process";
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { z } from "zod";
import { readWorkflow, ROOT } from "../repository/workflows.ts";

const step = z.looseObject({
  name: z.string().optional(),
  run: z.string(),
  env: z.record(z.string(), z.unknown()).default({}),
});

export interface StepEnded {
  readonly code: number | null;
  readonly text: string;
  /** What it wrote to GITHUB_OUTPUT and GITHUB_STEP_SUMMARY. */
  readonly output: string;
  readonly summary: string;
}

/** What a checkout would not have, or what steps write. */
const NOT_CHECKED_OUT = new Set([".git", ".sandbox", ".lab", "cdktf.out", "artifacts", "lab.config.ts"]);

export class Runner {
  readonly folder = mkdtempSync(join(tmpdir(), "ampere-workflow-"));
  readonly #env: Readonly<Record<string, string>>;

  /** @param env of every step */
  constructor(env: Readonly<Record<string, string>>) {
    this.#env = env;
    // What `npm ci` would install is there.
    mkdirSync(join(this.folder, "bin"));
    writeFileSync(join(this.folder, "bin", "npm"), '#!/bin/sh\n[ "$*" = ci ]\n');
    chmodSync(join(this.folder, "bin", "npm"), 0o755);
  }

  /** A checkout with this config. */
  checkOut(name: string, config: object): string {
    const path = join(this.folder, name);
    mkdirSync(path);
    for (const entry of readdirSync(ROOT).filter((each) => !NOT_CHECKED_OUT.has(each)))
      symlinkSync(join(ROOT, entry), join(path, entry));
    writeFileSync(join(path, "lab.config.json"), JSON.stringify(config));
    return path;
  }

  /**
   * Runs the step of that name.
   *
   * @param given values of the variables that the step names; others are empty, as a secret that is not set is
   */
  async run(
    file: string,
    job: string,
    name: string,
    cwd: string,
    given: Readonly<Record<string, string>> = {},
  ): Promise<StepEnded> {
    const steps = readWorkflow(`.github/workflows/${file}`).jobs[job]?.steps ?? [];
    const found = steps.map((each) => step.safeParse(each).data).find((each) => each?.name === name);
    if (found === undefined) throw new Error(`${file}: job ${job} has no step "${name}"`);
    const unknown = Object.keys(given).filter((key) => !(key in found.env));
    if (unknown.length > 0) throw new Error(`${file}: step "${name}" does not set ${unknown.join(", ")}`);
    const [output, summary, script] = ["output", "summary", "script"].map((each) => join(this.folder, each));
    if (output === undefined || summary === undefined || script === undefined) throw new Error("three files");
    for (const each of [output, summary]) writeFileSync(each, "");
    writeFileSync(script, found.run);
    const env = {
      ...process.env,
      GITHUB_REPOSITORY: "owner/name",
      GITHUB_OUTPUT: output,
      GITHUB_STEP_SUMMARY: summary,
      LAB_CONFIG: "lab.config.json",
      ...this.#env,
      ...Object.fromEntries(Object.keys(found.env).map((key) => [key, ""])),
      ...given,
      PATH: `${join(this.folder, "bin")}:${process.env["PATH"] ?? ""}`,
    };
    // As GitHub's runner does: https://docs.github.com/actions/reference/workflow-syntax-for-github-actions#jobsjob_idstepsshell
    const child = spawn("bash", ["-e", script], { cwd, env, stdio: ["ignore", "pipe", "pipe"] });
    let text = "";
    for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk: Buffer) => (text += chunk.toString()));
    const code = await new Promise<number | null>((resolve, reject) => {
      child.once("error", reject);
      child.once("close", resolve);
    });
    return { code, text, output: readFileSync(output, "utf8"), summary: readFileSync(summary, "utf8") };
  }

  end(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}
