/** `cdktf diff` against the same by hand, which is `cdktf synth` and all plans at once, and against upstream's CLI, which plans one stack a call. */
import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { type BenchLab, CDKTF, ROOT, withLab } from "./lab.ts";
import { inTurn, type Measure, measure, median, time } from "./measure.ts";

const STACKS = ["oci", "proxmox", "talos"];
/** All at once: a plan waits for no other. */
const PLANS = STACKS.map(
  (stack) => `(cd cdktf.out/stacks/${stack} && "$TF" plan -input=false -out=plan) & p="$p $!"`,
).join("\n");
const BY_HAND = `cd "$LAB_HOME"\n${PLANS}\nfor pid in $p; do wait "$pid" || exit; done`;

/**
 * What it is held to. What is wanted is 1.10 and a sixth, and that is what an idle machine of two cores has at its best; at the
 * median it has 1.13 and 0.17. What is left is our own modules, and to start plans so that nothing can cut them off.
 */
const AT_MOST = { byHand: 1.25, upstream: 0.25 };

const CDKTN = "cdktn-cli@0.24.0";
/** Each takes a quarter of a minute. */
const UPSTREAM_RUNS = 3;

/** Installs upstream's CLI for this benchmark alone; null where it cannot be had. */
function installUpstream(home: string): string | null {
  const folder = join(home, "upstream");
  try {
    execFileSync("npm", ["install", "--prefix", folder, "--no-audit", "--no-fund", CDKTN], { stdio: "pipe" });
    return join(folder, "node_modules", "cdktn-cli", "bundle", "bin", "cdktn.js");
  } catch {
    console.error(`${CDKTN} cannot be installed: the comparison with it is left out`);
    return null;
  }
}

function upstreamDiffs({ home, env, terraform, exported }: BenchLab, cdktn: string): number {
  const diffs = STACKS.map(
    (stack) => `"$NODE" "$CDKTN" diff ${stack} --skip-provider-lock --output "$LAB_HOME/upstream.out"`,
  );
  const variables = {
    NODE: process.execPath,
    CDKTN: cdktn,
    CDKTF_HOME: join(home, ".cdktf"),
    CHECKPOINT_DISABLE: "1",
    DISABLE_VERSION_CHECK: "1",
    TERRAFORM_BINARY_NAME: terraform,
    // The app is `node main.ts`: it wants this Node, not an older one on PATH.
    PATH: `${join(process.execPath, "..")}:${env.PATH}`,
  };
  return time("sh", ["-c", `${exported}\n${diffs.join(" && ")}`], { cwd: ROOT, env: { ...env, ...variables } });
}

/** Of a deployed lab in which nothing has changed, as in most pull requests. */
export async function diffAgainstShell(): Promise<Measure[]> {
  return withLab(async (lab) => {
    const { env, terraform, exported, home } = lab;
    time(process.execPath, [CDKTF, "deploy", "--auto-approve"], { cwd: ROOT, env });
    const diff = (): number => time(process.execPath, [CDKTF, "diff"], { cwd: ROOT, env });
    const byHand = (): number => {
      const synth = time(process.execPath, [CDKTF, "synth"], { cwd: ROOT, env });
      return synth + time("sh", ["-c", `${exported}\n${BY_HAND}`], { env: { ...env, TF: terraform } });
    };
    const runs = inTurn(diff, byHand);
    const ours = median(runs.first);
    const measures = [
      measure("cdktf diff of all three stacks", ours, "ms"),
      measure("cdktf diff / the same by hand", ours / median(runs.second), "x", AT_MOST.byHand),
    ];
    writeFileSync(join(home, "package.json"), "{}");
    const cdktn = installUpstream(home);
    if (cdktn === null) return measures;
    const theirs = Array.from({ length: UPSTREAM_RUNS }, () => upstreamDiffs(lab, cdktn));
    return [...measures, measure("cdktf diff / three times cdktn diff", ours / median(theirs), "x", AT_MOST.upstream)];
  });
}
