import { processesWith } from "../../cli/run/process.ts";
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

/** The next deploy has to end well, with the world as the states have it and nothing left to do. */
export async function expectConvergence(lab: TestLab, stacks: readonly string[]): Promise<void> {
  const { code, stderr } = await lab.cdktf("deploy", ...stacks, "--auto-approve");
  expect({ code, stderr: code === 0 ? "" : stderr }).toEqual({ code: 0, stderr: "" });
  expect(await lab.world()).toEqual(lab.state());
  expect((await lab.cdktf("diff", ...stacks)).code).toBe(0);
}

/** Kills the terraform or tofu that applies something for this lab, and nothing around it. */
export function killTerraform(lab: TestLab): void {
  const found = processesWith(lab.home).filter(({ command }) => /^\S*(terraform|tofu) apply /.test(command));
  expect(found).toHaveLength(1);
  for (const { pid } of found) process.kill(pid, "SIGKILL");
}
