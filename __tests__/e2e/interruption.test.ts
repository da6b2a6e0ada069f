import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { TestLab } from "./lab.ts";

jest.setTimeout(120_000);

/** A line that says that a resource was made. */
const MADE = /^oci\s+\+ oci_/;

/** The process that applies stack oci, from the record that `cdktf` keeps of it. */
function terraformOf(lab: TestLab): number {
  const run = join(lab.home, ".sandbox", "run");
  const record = readdirSync(run).find((name) => name === "oci.json");
  if (!record) throw new Error(`no run record in ${run}: ${readdirSync(run).join(", ")}`);
  return JSON.parse(readFileSync(join(run, record), "utf8")).pid;
}

describe("an interrupted deploy", () => {
  let lab: TestLab;
  beforeEach(async () => {
    // Slow enough to be hit in the middle of a creation.
    lab = await TestLab.create({}, { SANDBOX_LATENCY_MS: "40" });
  });
  afterEach(() => lab.end());

  const converges = async (): Promise<void> => {
    const again = await lab.cdktf("deploy", "oci", "--auto-approve");
    expect({ code: again.code, stderr: again.code === 0 ? "" : again.stderr }).toEqual({ code: 0, stderr: "" });
    expect(await lab.world()).toEqual(lab.state());
    expect((await lab.cdktf("diff", "oci")).code).toBe(0);
  };

  describe.each([
    ["SIGINT", 130],
    ["SIGTERM", 143],
    ["SIGKILL", null],
  ] as const)("by %s", (signal, code) => {
    it.each([1, 6, 14, 22])(
      "after %d resources converges at the next run, with nothing orphaned or doubled",
      async (made) => {
        const first = lab.start("deploy", "oci", "--auto-approve");
        expect(await first.saw(MADE, made)).toBe(true);
        first.child.kill(signal);
        expect((await first.ended).code).toBe(code);
        await converges();
      },
    );
  });

  it("by SIGKILL before anything is planned converges at the next run", async () => {
    const first = lab.start("deploy", "oci", "--auto-approve");
    await first.saw(/./);
    first.child.kill("SIGKILL");
    await first.ended;
    await converges();
  });

  it("by SIGKILL of terraform itself is told object by object, and nothing goes on until it is settled", async () => {
    const first = lab.start("deploy", "oci", "--auto-approve");
    expect(await first.saw(MADE, 6)).toBe(true);
    process.kill(-terraformOf(lab), "SIGKILL");
    expect((await first.ended).code).toBe(1);
    const second = await lab.cdktf("deploy", "oci", "--auto-approve");
    const lost =
      Object.values(await lab.world()).reduce((a, b) => a + b, 0) -
      Object.values(lab.state()).reduce((a, b) => a + b, 0);
    if (lost > 0) {
      expect(second.code).toBe(1);
      expect(second.stderr).toMatch(/oci_\w+\.\S+/);
      expect(second.stderr).toContain("--recover");
      expect((await lab.cdktf("deploy", "oci", "--auto-approve", "--recover")).code).toBe(0);
    }
    await converges();
  });
});
