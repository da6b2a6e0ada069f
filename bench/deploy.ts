/** `cdktf deploy` against the same by hand: the app, then `init`, `plan -out`, `apply FILE` for each stack. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freeBasePort } from "../cli/demo/ports.ts";
import lab from "../lab.config.ts";
import { openSandbox } from "../sandbox/client.ts";
import { findBinary } from "../cli/terraform/binary.ts";
import { type Measure, measure, median, RUNS, time } from "./measure.ts";

const ROOT = join(import.meta.dirname, "..");
/** By hand one would use it too. */
const CACHE = join(ROOT, "node_modules", ".cache", "compile");
const STACKS = ["oci", "proxmox", "talos"];
const BY_HAND = STACKS.map(
  (stack) =>
    `(cd cdktf.out/stacks/${stack} && "$TF" init -input=false && "$TF" plan -input=false -out=plan && "$TF" apply -input=false plan)`,
).join(" && ");

/** Both into the same running sandbox, each time from an empty world and with nothing initialized. */
export async function deployAgainstShell(): Promise<Measure[]> {
  const home = mkdtempSync(join(tmpdir(), "ampere-lab-bench-"));
  const config = join(home, "lab.config.json");
  writeFileSync(config, JSON.stringify({ ...lab, access: { ...lab.access, basePort: await freeBasePort() } }));
  const sandbox = await openSandbox({ labHome: home });
  try {
    const env = { ...process.env, LAB_HOME: home, LAB_CONFIG: config, LAB_SANDBOX: "1", NODE_COMPILE_CACHE: CACHE };
    const cdktf = join(ROOT, "cli", "bin", "cdktf.js");
    const fresh = async (): Promise<void> => {
      await sandbox.reset();
      rmSync(join(home, "cdktf.out"), { recursive: true, force: true });
      rmSync(join(home, ".sandbox", "state"), { recursive: true, force: true });
    };
    const deploy = (): number => time(process.execPath, [cdktf, "deploy", "--auto-approve"], { cwd: ROOT, env });
    const byHand = (): number => {
      const started = performance.now();
      time(process.execPath, [join(ROOT, "main.ts")], { cwd: ROOT, env });
      const synth = performance.now() - started;
      const script = `cd "$LAB_HOME" && ${BY_HAND}`;
      return synth + time("sh", ["-c", `${exported}\n${script}`], { env: { ...env, TF: terraform } });
    };
    const bin = join(ROOT, "cli", "bin", "lab.js");
    const exported = execFileSync(process.execPath, [bin, "sandbox", "start", "--env"], {
      cwd: ROOT,
      env,
      encoding: "utf8",
    });
    const terraform = (await findBinary({ PATH: process.env.PATH ?? "" })).path;
    const runs: { deploy: number; byHand: number }[] = [];
    for (let run = 0; run <= RUNS; run += 1) {
      await fresh();
      const first = deploy();
      await fresh();
      runs.push({ deploy: first, byHand: byHand() });
    }
    const counted = runs.slice(1);
    const ours = median(counted.map((run) => run.deploy));
    return [
      measure("cdktf deploy of all three stacks", ours, "ms"),
      measure("cdktf deploy / the same by hand", ours / median(counted.map((run) => run.byHand)), "x", 1.15),
    ];
  } finally {
    await sandbox.stop();
    rmSync(home, { recursive: true });
  }
}
