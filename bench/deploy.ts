/** `cdktf deploy` against the same by hand: the app, then `init`, `plan -out`, `apply FILE` for each stack. */
import { rmSync } from "node:fs";
import { join } from "node:path";
import { CDKTF, ROOT, withLab } from "./lab.ts";
import { type Measure, measure, median, RUNS, time } from "./measure.ts";

const STACKS = ["oci", "proxmox", "talos"];
const BY_HAND = STACKS.map(
  (stack) =>
    `(cd cdktf.out/stacks/${stack} && "$TF" init -input=false && "$TF" plan -input=false -out=plan && "$TF" apply -input=false plan)`,
).join(" && ");

/** Both into the same running sandbox, each time from an empty world and with nothing initialized. */
export async function deployAgainstShell(): Promise<Measure[]> {
  return withLab(async ({ home, env, sandbox, terraform, exported }) => {
    const fresh = async (): Promise<void> => {
      await sandbox.reset();
      rmSync(join(home, "cdktf.out"), { recursive: true, force: true });
      // What was deployed is forgotten with the states: its copies and the logs that name it.
      for (const folder of ["state", "backups", "run"])
        rmSync(join(home, ".sandbox", folder), { recursive: true, force: true });
    };
    const deploy = (): number => time(process.execPath, [CDKTF, "deploy", "--auto-approve"], { cwd: ROOT, env });
    const byHand = (): number => {
      const started = performance.now();
      time(process.execPath, [join(ROOT, "main.ts")], { cwd: ROOT, env });
      const synth = performance.now() - started;
      const script = `cd "$LAB_HOME" && ${BY_HAND}`;
      return synth + time("sh", ["-c", `${exported}\n${script}`], { env: { ...env, TF: terraform } });
    };
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
  });
}
