import { PRESETS } from "../../config/presets.ts";
import type { Ended, TestLab } from "../e2e/lab.ts";
import { needing, providerLab, TERRAFORMS } from "./workshop.ts";

/** The provider as it is released, built by `lab tools`; the others' stand-ins share its world. */
const REAL = ["--providers", "proxmox=real"];

const summary = ({ code, stderr }: Ended) => ({ code, stderr: code === 0 ? "" : stderr });

for (const tool of TERRAFORMS) {
  for (const preset of ["free", "free-pair"] as const) {
    needing(tool, "proxmox").describe(`the real provider bpg/proxmox on ${tool}, with preset ${preset}`, () => {
      let lab: TestLab;
      beforeAll(async () => {
        lab = await providerLab(tool, { preset });
        expect(summary(await lab.cdktf("deploy", "oci", "--auto-approve"))).toEqual({ code: 0, stderr: "" });
      });
      afterAll(() => lab.end());

      if (preset === "free")
        it("sees no difference in what its stand-in has made, and destroys it", async () => {
          const deployed = await lab.cdktf("deploy", "proxmox", "--auto-approve", "--providers", "stand-in");
          expect(summary(deployed)).toEqual({ code: 0, stderr: "" });
          expect(summary(await lab.cdktf("diff", "proxmox", ...REAL))).toEqual({ code: 0, stderr: "" });
          const destroyed = await lab.cdktf("destroy", "proxmox", "--auto-approve", ...REAL);
          expect(summary(destroyed)).toEqual({ code: 0, stderr: "" });
        });

      it("deploys the Proxmox cluster by the API, and is the one that was asked for", async () => {
        const ended = await lab.cdktf("deploy", "proxmox", "--auto-approve", ...REAL);
        expect(summary(ended)).toEqual({ code: 0, stderr: "" });
        expect(ended.stderr).toContain("providers: oci stand-in; proxmox real, from ");
      });

      it("has in the world just what is in the states", async () => {
        expect(await lab.world()).toEqual(lab.state());
      });

      it("sees no difference afterwards", async () => {
        expect(summary(await lab.cdktf("diff", "oci", "proxmox", ...REAL))).toEqual({ code: 0, stderr: "" });
      });

      it("changes a virtual machine in place", async () => {
        const nodes = PRESETS[preset].kubernetes.nodes.map((node) =>
          node.name === "cp-1" ? { ...node, memoryMb: node.memoryMb - 256 } : node,
        );
        lab.configure({ kubernetes: { nodes } });
        const { code, stdout } = await lab.cdktf("deploy", "proxmox", "--auto-approve", "--json", ...REAL);
        expect(code).toBe(0);
        const [stack] = JSON.parse(stdout).stacks;
        expect(stack).toMatchObject({ name: "proxmox", add: 0, change: 1, replace: 0, destroy: 0 });
        expect(summary(await lab.cdktf("diff", "oci", "proxmox", ...REAL))).toEqual({ code: 0, stderr: "" });
      });

      it("leaves a state of which the stand-in sees no difference either", async () => {
        expect(summary(await lab.cdktf("diff", "oci", "proxmox", "--providers", "stand-in"))).toEqual({
          code: 0,
          stderr: "",
        });
      });

      it("destroys it: nothing of the cluster is left", async () => {
        expect(summary(await lab.cdktf("destroy", "proxmox", "--auto-approve", ...REAL))).toEqual({
          code: 0,
          stderr: "",
        });
        expect(Object.keys(await lab.world()).filter((type) => !type.startsWith("oci_"))).toEqual([]);
        expect(summary(await lab.cdktf("destroy", "oci", "--auto-approve"))).toEqual({ code: 0, stderr: "" });
        // The compartment stays, empty: oci.compartment.onDestroy.
        expect(await lab.world()).toEqual({ oci_identity_compartment: 1 });
      });
    });
  }
}
