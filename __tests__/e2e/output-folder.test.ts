import { existsSync, mkdirSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { TestLab } from "./lab.ts";

jest.setTimeout(180_000);

describe("the folder that is synthesized to", () => {
  let lab: TestLab;
  beforeEach(async () => {
    lab = await TestLab.create();
  });
  afterEach(() => lab.end());

  it("decides nothing about the state: what was deployed from one is there from all others", async () => {
    mkdirSync(join(lab.home, "far", "away"), { recursive: true });
    symlinkSync(join(lab.home, "far", "away"), join(lab.home, "link"));
    const deployed = await lab.cdktf("deploy", "oci", "--auto-approve", "--output", join(lab.home, "elsewhere/out"));
    expect(deployed).toMatchObject({ code: 0 });
    expect(existsSync(join(lab.home, ".sandbox/state/oci.tfstate"))).toBe(true);
    expect(existsSync(join(lab.home, "elsewhere/.sandbox"))).toBe(false);
    const odd = ["cdktf.out", "out", "a/b/c/d", "link/out", "with space", "a'b 100%"];
    for (const output of odd) {
      const diff = await lab.cdktf("diff", "oci", "--output", join(lab.home, output));
      expect([output, diff.code, diff.stdout]).toEqual([output, 0, "oci no changes\n"]);
    }
    expect(await lab.cdktf("destroy", "oci", "--auto-approve")).toMatchObject({ code: 0 });
    // The compartment stays, empty: oci.compartment.onDestroy.
    expect(await lab.world()).toEqual({ oci_identity_compartment: 1 });
  });

  it("is not used for another LAB_HOME without a synth of its own", async () => {
    const output = join(lab.home, "out");
    expect(await lab.cdktf("synth", "--output", output)).toMatchObject({ code: 0 });
    const other = await TestLab.create();
    try {
      const { code, stderr } = await other.cdktf("deploy", "oci", "--auto-approve", "--skip-synth", "--output", output);
      expect(code).toBe(1);
      expect(stderr).toMatch(/^stack oci was not synthesized for this LAB_HOME, .*; leave out --skip-synth\n$/m);
    } finally {
      await other.end();
    }
  });
});
