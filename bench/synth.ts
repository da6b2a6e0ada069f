/** `cdktf synth` against an empty Node, and how synth grows with the lab. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { LabInput } from "../config/index.ts";
import lab from "../lab.config.ts";
import { inTurn, type Measure, measure, median, RUNS, time } from "./measure.ts";

const ROOT = join(import.meta.dirname, "..");

/** How long `cdktf synth` of the default lab takes, and as a ratio to a Node that does nothing. */
export function synthAgainstNode(): Measure[] {
  const env = { ...process.env, LAB_HOME: mkdtempSync(join(tmpdir(), "ampere-lab-bench-")) };
  const cdktf = join(ROOT, "cli", "bin", "cdktf.js");
  const { first, second } = inTurn(
    () => time(process.execPath, [cdktf, "synth"], { cwd: ROOT, env }),
    () => time(process.execPath, ["-e", "0"]),
  );
  rmSync(env.LAB_HOME, { recursive: true });
  return [
    measure("cdktf synth of the default lab", median(first), "ms"),
    // Within a day one machine had 10.8 to 12.9, and once 15.8, while synth itself was as quick as before: room for that.
    measure("cdktf synth / node -e 0", median(first) / median(second), "x", 15),
  ];
}

/** So many virtual machines, over five of the largest A1 hosts. */
function labOf(machines: number): LabInput {
  const workers = Array.from({ length: machines - 1 }, (_, index) => index + 1);
  return {
    ...lab,
    preset: "payg",
    network: { guests: "10.32.0.0/16", pods: "10.128.0.0/9" },
    hosts: [1, 2, 3, 4, 5].map((slot) => ({ name: `pve-${slot}`, ocpus: 80, memoryGb: 512, bootVolumeGb: 8000 })),
    kubernetes: {
      nodes: [
        { name: "cp-1", role: "control-plane", vcpus: 2, memoryMb: 2048, diskGb: 20 },
        ...workers.map((n) => ({ name: `worker-${n}`, role: "worker" as const, vcpus: 1, memoryMb: 1024, diskGb: 20 })),
      ],
    },
  };
}

/** Wall milliseconds of the app itself, and its peak memory. */
function synth(machines: number, home: string): { ms: number; mb: number } {
  const config = join(home, "lab.config.json");
  writeFileSync(config, JSON.stringify(labOf(machines)));
  const started = performance.now();
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(import.meta.dirname, "synth-once.ts")], {
    cwd: ROOT,
    env: { ...process.env, LAB_HOME: home, LAB_CONFIG: config },
    encoding: "utf8",
  });
  if (status !== 0) throw new Error(`synth of ${machines} machines: ${stderr}`);
  return { ms: performance.now() - started, mb: Number(stdout) / 1024 };
}

/** Time and memory of the app for 10, 100 and 1000 virtual machines. */
export function synthGrowth(): Measure[] {
  const home = mkdtempSync(join(tmpdir(), "ampere-lab-bench-"));
  const figures = [10, 100, 1000].map((machines) => {
    const runs = Array.from({ length: RUNS }, () => synth(machines, home));
    return { machines, ms: median(runs.map((run) => run.ms)), mb: median(runs.map((run) => run.mb)) };
  });
  rmSync(home, { recursive: true });
  const ms = (machines: number): number => figures.find((figure) => figure.machines === machines)?.ms ?? Number.NaN;
  return [
    ...figures.flatMap((figure) => [
      measure(`synth of ${figure.machines} VMs`, figure.ms, "ms"),
      measure(`synth of ${figure.machines} VMs, peak memory`, figure.mb, "MB"),
    ]),
    measure("synth of 1000 VMs / of 100 VMs", ms(1000) / ms(100), "x", 11),
  ];
}
