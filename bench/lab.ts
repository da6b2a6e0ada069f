/** A lab of its own for a benchmark: LAB_HOME, free ports, a running sandbox. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freeBasePort } from "../cli/demo-stage.ts";
import { findBinary } from "../cli/engine/terraform/binary.ts";
import lab from "../lab.config.ts";
import { openSandbox, type Sandbox } from "../sandbox/client.ts";

/** The repository, absolute. */
export const ROOT = join(import.meta.dirname, "..");
/** The program `cdktf`, absolute. */
export const CDKTF = join(ROOT, "cli", "bin", "cdktf.js");
/** By hand one would use it too. */
const CACHE = join(ROOT, "node_modules", ".cache", "compile");

/** A lab in a temporary folder, with a running sandbox. */
export interface BenchLab {
  readonly home: string;
  readonly env: NodeJS.ProcessEnv;
  readonly sandbox: Sandbox;
  /** The tool, as `cdktf` would find it. */
  readonly terraform: string;
  /** Shell lines that the tool needs by hand to work in the sandbox. */
  readonly exported: string;
}

/** Runs `work` with such a lab, and leaves nothing of it. */
export async function withLab<T>(work: (lab: BenchLab) => Promise<T>): Promise<T> {
  const home = mkdtempSync(join(tmpdir(), "ampere-lab-bench-"));
  const config = join(home, "lab.config.json");
  writeFileSync(config, JSON.stringify({ ...lab, access: { ...lab.access, basePort: await freeBasePort() } }));
  const sandbox = await openSandbox({ labHome: home });
  try {
    const env = { ...process.env, LAB_HOME: home, LAB_CONFIG: config, LAB_SANDBOX: "1", NODE_COMPILE_CACHE: CACHE };
    const terraform = (await findBinary({ PATH: process.env.PATH ?? "" })).path;
    const exported = execFileSync(process.execPath, [join(ROOT, "cli", "bin", "lab.js"), "sandbox", "start", "--env"], {
      cwd: ROOT,
      env,
      encoding: "utf8",
    });
    return await work({ home, env, sandbox, terraform, exported });
  } finally {
    await sandbox.stop();
    rmSync(home, { recursive: true });
  }
}
