/** Clusters of the sandbox, for real clients of Kubernetes; and a real kubectl that is run against one. */
import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { admin, cluster, portTo } from "../sandbox/talos/cluster.ts";
import type { Lab } from "../sandbox/talos/world.ts";
import { program } from "./workshop.ts";

/** What is typed, what it prints, and what it reads. A text has to be a part of what it prints. */
export type Step = readonly [typed: string, prints: string | RegExp, reads?: object];

const folders: string[] = [];
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

/** Three nodes that take pods: two control planes and a worker. */
export function threeNodes(): Lab {
  return cluster(["cp-1", "cp-2", "worker-1"], "cluster:\n  allowSchedulingOnControlPlanes: true\n");
}

/** @returns the kubeconfig of its admin, a file */
export async function kubeconfigFor(lab: Lab): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), "kubectl-"));
  folders.push(folder);
  const kubeconfig = join(folder, "kubeconfig");
  writeFileSync(kubeconfig, admin().raw.replace(/server: .*/, `server: https://127.0.0.1:${await portTo(lab)}`));
  return kubeconfig;
}

/** @returns what runs kubectl there: all that it prints */
export async function kubectlFor(lab: Lab): Promise<(typed: string, reads?: object) => Promise<string>> {
  const kubeconfig = await kubeconfigFor(lab);
  const env = { PATH: process.env["PATH"] ?? "", HOME: dirname(kubeconfig), KUBECONFIG: kubeconfig };
  return (typed, reads) =>
    new Promise((resolve) => {
      const child = execFile(program("kubectl"), typed.split(" "), { env }, (_error, stdout, stderr) =>
        resolve(stdout + stderr),
      );
      child.stdin?.end(reads === undefined ? "" : JSON.stringify(reads));
    });
}

/** Types one after the other, and compares. */
export async function plays(kubectl: Awaited<ReturnType<typeof kubectlFor>>, steps: readonly Step[]): Promise<void> {
  for (const [typed, prints, reads] of steps) {
    const printed = await kubectl(typed, reads);
    // With what was typed, so that a difference says where it is.
    expect({ typed, printed }).toEqual({
      typed,
      printed: typeof prints === "string" ? expect.stringContaining(prints) : expect.stringMatching(prints),
    });
  }
}
