/** Where the demo plays: a LAB_HOME of its own, thrown away at the end, and the `cdktf` that a user would type. */
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { LabInput } from "../../config/index.ts";
import { runningSandbox } from "../../sandbox/client.ts";

const CDKTF = join(import.meta.dirname, "..", "bin", "cdktf.js");

/** A command of the demo ended otherwise than it should. */
export class DemoError extends Error {}

export class Stage {
  readonly home = mkdtempSync(join(tmpdir(), "ampere-lab-demo-"));
  readonly #config = join(this.home, "lab.config.json");
  #ended = false;

  /** What `cdktf` reads from now on. */
  configure(input: LabInput): void {
    writeFileSync(this.#config, JSON.stringify(input, null, 2));
  }

  /**
   * Runs `npx cdktf <args> --sandbox` and shows it.
   *
   * @param expected exit code that belongs to the story
   * @throws DemoError when it ends with another
   */
  async cdktf(args: readonly string[], expected = 0): Promise<void> {
    console.log(`\n$ npx cdktf ${args.join(" ")} --sandbox`);
    const child = spawn(process.execPath, [CDKTF, ...args, "--sandbox"], {
      stdio: "inherit",
      env: { ...process.env, LAB_HOME: this.home, LAB_CONFIG: this.#config },
    });
    const code = await new Promise<number | null>((resolve, reject) => {
      child.once("error", reject);
      child.once("close", resolve);
    });
    if (code !== expected) throw new DemoError(`cdktf ${args[0] ?? ""} ended with ${code}, not with ${expected}`);
  }

  /** Leaves nothing running and nothing lying. */
  async end(): Promise<void> {
    if (this.#ended) return;
    this.#ended = true;
    await (await runningSandbox(this.home))?.stop();
    rmSync(this.home, { recursive: true, force: true });
  }
}
