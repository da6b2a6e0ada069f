import { expectConvergence, interruptedDeploy } from "../e2e/interrupt.ts";
import { TestLab } from "../e2e/lab.ts";

jest.setTimeout(300_000);

const STACKS = ["oci", "proxmox", "talos"];
const CODES = { SIGINT: 130, SIGTERM: 143, SIGKILL: null } as const;
/** Of the 64 resources of the default lab: some in each stack, and around the borders between them. */
const POINTS = [1, 4, 11, 18, 24, 26, 30, 37, 44, 48, 50, 52, 54];

describe.each(["SIGINT", "SIGTERM", "SIGKILL"] as const)("a deploy of all stacks interrupted by %s", (signal) => {
  let lab: TestLab;
  beforeEach(async () => {
    lab = await TestLab.create({}, { SANDBOX_LATENCY_MS: "25" });
  });
  afterEach(() => lab.end());

  it.each(POINTS)("after %d resources converges at the next run", async (made) => {
    expect((await interruptedDeploy(lab, STACKS, signal, made)).code).toBe(CODES[signal]);
    await expectConvergence(lab, STACKS);
  });
});
