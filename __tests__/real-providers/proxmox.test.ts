/** The real provider bpg/proxmox and its stand-in are two ways to one world, and to one state. */
import type { TestLab } from "../e2e/lab.ts";
import { needing, providerLab } from "./workshop.ts";

const REAL = ["--providers", "proxmox=real"];
const STAND_IN = ["--providers", "proxmox=stand-in"];

async function succeeds(lab: TestLab, ...args: readonly string[]): Promise<void> {
  const { code, stdout, stderr } = await lab.cdktf(...args);
  expect({ code, told: code === 0 ? "" : `${stdout}${stderr}` }).toEqual({ code: 0, told: "" });
}

needing("terraform", "proxmox").describe.each([
  ["stand-in", "real provider", STAND_IN, REAL],
  ["real provider", "stand-in", REAL, STAND_IN],
])("what the %s made", (_maker, _other, made, others) => {
  let lab: TestLab;
  beforeAll(async () => {
    lab = await providerLab("terraform", { preset: "free-pair" });
    await succeeds(lab, "deploy", "oci", "--auto-approve");
    await succeeds(lab, "deploy", "proxmox", "--auto-approve", ...made);
  });
  afterAll(() => lab.end());

  it("is as it shall be to the other", () => succeeds(lab, "diff", "proxmox", ...others));

  it("is destroyed by the other", async () => {
    await succeeds(lab, "destroy", "proxmox", "--auto-approve", ...others);
    expect(Object.keys(await lab.world()).filter((type) => type.startsWith("proxmox_"))).toEqual([]);
  });
});

needing("terraform", "proxmox").describe("the real provider on hosts that were there before", () => {
  let lab: TestLab;
  let before: Readonly<Record<string, number>>;
  beforeAll(async () => {
    lab = await providerLab("terraform", { preset: "homelab" });
    // The sandbox puts the hosts up for the first run.
    expect((await lab.cdktf("diff", ...REAL)).code).toBe(2);
    before = await lab.world();
    await succeeds(lab, "deploy", "proxmox", "talos", "--auto-approve", ...REAL);
  });
  afterAll(() => lab.end());

  it("plans no change after its deploy", () => succeeds(lab, "diff", ...REAL));

  it("takes another worker in", async () => {
    const node = { vcpus: 2, memoryMb: 4096, diskGb: 20 } as const;
    lab.configure({
      kubernetes: {
        nodes: [
          { ...node, name: "cp-1", role: "control-plane" },
          { ...node, name: "worker-1", role: "worker" },
          { ...node, name: "worker-2", role: "worker" },
        ],
      },
    });
    await succeeds(lab, "deploy", "proxmox", "talos", "--auto-approve", ...REAL);
    await succeeds(lab, "diff", ...REAL);
  });

  it("destroys all that it made, and nothing else", async () => {
    await succeeds(lab, "destroy", "proxmox", "talos", "--auto-approve", ...REAL);
    expect(await lab.world()).toEqual(before);
  });
});
