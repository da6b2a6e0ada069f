import { spawnSync } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";
import { processesWith, type RunningProcess } from "../../cli/clients/processes.ts";
import type { Ended, TestLab } from "./lab.ts";

/** A line that says that a resource was made. */
export const MADE = /^\w+\s+\+ /;

/** Deploys, and sends `cdktf` a signal when so many resources are made. */
export async function interruptedDeploy(
  lab: TestLab,
  stacks: readonly string[],
  signal: NodeJS.Signals,
  made: number,
): Promise<Ended> {
  const running = lab.start("deploy", ...stacks, "--auto-approve");
  expect(await running.saw(MADE, made)).toBe(true);
  running.child.kill(signal);
  return running.ended;
}

/** Signals that come closer to each other are one (cli/ui/interruption.ts). */
const APART_MS = 900;

/**
 * Deploys a stack with one slow creation, and interrupts twice while it is under way: it is done all the same.
 *
 * @param ms that the creation takes: more than a busy machine takes to end the deploy.
 *   @default - more than it takes until the next run asks what is under way
 */
export async function interruptedTwice(lab: TestLab, stack: string, target: string, ms = 20_000): Promise<Ended> {
  const sandbox = await lab.sandbox();
  const fault = { kind: "slow", ms } as const;
  const creation = { interface: "provider", method: "ApplyResourceChange", target } as const;
  await sandbox.addFault({ what: "call", ...creation, fault });
  const running = lab.start("deploy", stack, "--auto-approve");
  const isUnderWay = async () =>
    (await sandbox.callsUnderWay()).some((call) => call.target === target && call.method === creation.method);
  while (!(await isUnderWay())) await sleep(20);
  running.child.kill("SIGINT");
  await sleep(APART_MS);
  running.child.kill("SIGINT");
  const ended = await running.ended;
  expect(ended.code).toBe(130);
  expect(await sandbox.callsUnderWay()).toContainEqual(expect.objectContaining(creation));
  return ended;
}

/** The next deploy has to end well, with the world as the states have it and nothing left to do. */
export async function expectConvergence(lab: TestLab, stacks: readonly string[]): Promise<void> {
  const { code, stderr } = await lab.cdktf("deploy", ...stacks, "--auto-approve");
  expect({ code, stderr: code === 0 ? "" : stderr }).toEqual({ code: 0, stderr: "" });
  expect(await lab.world()).toEqual(lab.state());
  expect((await lab.cdktf("diff", ...stacks)).code).toBe(0);
}

const sum = (counts: Record<string, number>): number => Object.values(counts).reduce((all, count) => all + count, 0);

/** The terraform or tofu that applies something for this lab. */
function applying(lab: TestLab): readonly RunningProcess[] {
  return processesWith(lab.home).filter(({ command }) => /^\S*(terraform|tofu) apply /.test(command));
}

/** Stops the terraform or tofu that applies something for this lab. @returns its process, null where none was caught */
function freezeTool(lab: TestLab): number | null {
  const [tool] = applying(lab);
  if (tool === undefined) return null;
  try {
    process.kill(tool.pid, "SIGSTOP");
  } catch {
    return null;
  }
  // It may be at its end, where no signal stops or kills it any more.
  return applying(lab).some(({ pid }) => pid === tool.pid) && isStopped(tool.pid) ? tool.pid : null;
}

/** Whether a process stands still; it takes a moment to. */
function isStopped(pid: number): boolean {
  const { stdout } = spawnSync("ps", ["-o", "state=", "-p", String(pid)], { encoding: "utf8" });
  const state = stdout.trim();
  return state.startsWith("T") || (/^[DRS]/.test(state) && isStopped(pid));
}

/**
 * Kills the terraform or tofu that applies something for this lab, and nothing around it.
 *
 * @param isGood asked while the tool stands still, so that nothing is written between the answer and the kill. @default - yes
 */
export async function killTool(lab: TestLab, isGood: () => Promise<boolean> = async () => true): Promise<void> {
  for (;;) {
    // Between two stacks there is none.
    const pid = freezeTool(lab);
    if (pid !== null) {
      if (await isGood()) {
        process.kill(pid, "SIGKILL");
        return;
      }
      process.kill(pid, "SIGCONT");
    }
    await sleep(5);
  }
}

/** Kills the tool at a moment at which its state lacks what it made. */
export function killWithSomethingLost(lab: TestLab): Promise<void> {
  return killTool(lab, async () => sum(await lab.world()) > sum(lab.state()));
}
