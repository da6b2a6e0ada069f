/** The real provider bpg/proxmox deploys the lab against the sandbox's PVE API. */
import { PRESETS } from "../../config/presets.ts";
import type { TestLab } from "../e2e/lab.ts";
import { needing, providerLab, TERRAFORMS, type Terraform } from "./workshop.ts";

const REAL = ["--providers", "proxmox=real"];
const STAND_IN = ["--providers", "proxmox=stand-in"];

/** Runs `cdktf`, which has to succeed. Returns its stdout. */
async function succeeds(lab: TestLab, ...args: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await lab.cdktf(...args);
  expect({ code, stderr: code === 0 ? "" : stderr }).toEqual({ code: 0, stderr: "" });
  return stdout;
}

/** Deploys the proxmox stack. Returns what was done, by kind. */
async function deploys(lab: TestLab, providers: readonly string[]): Promise<unknown> {
  const { stacks } = JSON.parse(await succeeds(lab, "deploy", "proxmox", "--auto-approve", "--json", ...providers));
  return stacks.find((stack: { name: string }) => stack.name === "proxmox");
}

/** 0: nothing to change; 2: something. */
async function planned(lab: TestLab, providers: readonly string[]): Promise<number | null> {
  return (await lab.cdktf("diff", "proxmox", ...providers)).code;
}

async function labWithHosts(tool: Terraform, preset: "free" | "free-pair"): Promise<TestLab> {
  const lab = await providerLab(tool, { preset });
  await succeeds(lab, "deploy", "oci", "--auto-approve");
  return lab;
}

/** Gives the last node another 256 MB. */
function enlarge(lab: TestLab, preset: "free" | "free-pair"): void {
  const { nodes } = PRESETS[preset].kubernetes;
  const last = nodes.length - 1;
  lab.configure({
    kubernetes: { nodes: nodes.map((node, at) => (at === last ? { ...node, memoryMb: node.memoryMb + 256 } : node)) },
  });
}

describe.each(TERRAFORMS)("the real bpg/proxmox on %s", (tool) => {
  needing(tool, "proxmox").describe.each(["free", "free-pair"] as const)("with preset %s", (preset) => {
    let lab: TestLab;
    beforeAll(async () => {
      lab = await labWithHosts(tool, preset);
    });
    afterAll(() => lab.end());

    it("deploys the cluster: the world has just what is in the states", async () => {
      expect(await deploys(lab, REAL)).toMatchObject({ add: expect.any(Number), change: 0, replace: 0, destroy: 0 });
      expect(await lab.world()).toEqual(lab.state());
      const [datacenter] = (await (await lab.sandbox()).overview()).proxmox.datacenters;
      expect(new Set(datacenter?.vms.map(({ state }) => state))).toEqual(new Set(["running", "template"]));
    });

    it("sees no difference afterwards", async () => {
      expect(await planned(lab, REAL)).toBe(0);
    });

    it("changes a machine and nothing else", async () => {
      enlarge(lab, preset);
      expect(await deploys(lab, REAL)).toMatchObject({ add: 0, change: 1, replace: 0, destroy: 0 });
      expect(await planned(lab, REAL)).toBe(0);
    });

    it("destroys everything that it made", async () => {
      await succeeds(lab, "destroy", "proxmox", "--auto-approve", ...REAL);
      const left = Object.keys(await lab.world()).filter((type) => type.startsWith("proxmox_"));
      expect(left).toEqual([]);
    });
  });
});

describe("the real bpg/proxmox and its stand-in", () => {
  needing("terraform", "proxmox").it.each([
    ["stand-in", STAND_IN, REAL],
    ["real one", REAL, STAND_IN],
  ])("in what the %s made, the other sees no difference", async (_maker, made, read) => {
    const lab = await labWithHosts("terraform", "free");
    try {
      await deploys(lab, made);
      expect(await planned(lab, read)).toBe(0);
    } finally {
      await lab.end();
    }
  });
});
