/** All three real providers over the wire APIs, wherever they can be had: `npm run test:providers` says where not. */
import { needing, providerLab, TERRAFORMS } from "./workshop.ts";
import type { Ended, TestLab } from "../e2e/lab.ts";

const REAL = ["--providers", "real"];

const summary = ({ code, stdout, stderr }: Ended) => ({ code, told: code === 0 ? "" : `${stdout}${stderr}` });
const fine = { code: 0, told: "" };

/** Talos in guests, and on instances. */
const PRESETS = ["free", "direct"] as const;
const LABS = TERRAFORMS.flatMap((tool) => PRESETS.map((preset) => [tool, preset] as const));

for (const [tool, preset] of LABS) {
  needing(tool, "allProviders").describe(`all real providers on ${tool}, with preset ${preset}`, () => {
    let lab: TestLab;
    beforeAll(async () => {
      lab = await providerLab(tool, { preset });
    });
    afterAll(() => lab.end());

    it("deploy the three stacks", async () => {
      expect(summary(await lab.cdktf("deploy", "--auto-approve", ...REAL))).toEqual(fine);
    });

    it("have in the world just what is in the states", async () => {
      // The subnet's default list exists anyway; that a Terraform manages it is nothing that OCI's API is told.
      const { oci_core_default_security_list: _default, ...state } = lab.state();
      expect(await lab.world()).toEqual(state);
    });

    it("see no difference afterwards", async () => {
      expect(summary(await lab.cdktf("diff", ...REAL))).toEqual(fine);
    });

    it("destroy everything: the world is empty", async () => {
      expect(summary(await lab.cdktf("destroy", "--auto-approve", ...REAL))).toEqual(fine);
      // The compartment stays, empty: oci.compartment.onDestroy.
      expect(await lab.world()).toEqual({ oci_identity_compartment: 1 });
    });
  });
}

for (const tool of TERRAFORMS)
  needing(tool, "allProviders").describe(`all real providers on ${tool}, on hosts of one's own`, () => {
    let lab: TestLab;
    let before: Readonly<Record<string, number>>;
    beforeAll(async () => {
      lab = await providerLab(tool, { preset: "homelab" });
      // The sandbox puts the hosts up for the first run.
      expect((await lab.cdktf("diff", ...REAL)).code).toBe(2);
      before = await lab.world();
    });
    afterAll(() => lab.end());

    it("deploy both stacks, and see no difference afterwards", async () => {
      expect(summary(await lab.cdktf("deploy", "--auto-approve", ...REAL))).toEqual(fine);
      expect(summary(await lab.cdktf("diff", ...REAL))).toEqual(fine);
    });

    it("destroy all that they made, and nothing else", async () => {
      expect(summary(await lab.cdktf("destroy", "--auto-approve", ...REAL))).toEqual(fine);
      expect(await lab.world()).toEqual(before);
    });
  });
