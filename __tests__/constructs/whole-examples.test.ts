import { spawnSync } from "node:child_process";
import { globSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { REPOSITORY } from "../config/labs.ts";

const EXAMPLES = globSync("examples/*/lab.config.ts", { cwd: REPOSITORY }).toSorted();

let home: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), "ampere-example-"));
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

describe("the examples", () => {
  it.each(EXAMPLES)("%s is a lab that synthesizes, and costs nothing", (path) => {
    const { status, stderr } = spawnSync(
      process.execPath,
      [join(REPOSITORY, "cli/bin/cdktf.js"), "synth", "--config", path],
      { cwd: REPOSITORY, env: { PATH: process.env["PATH"], HOME: home, LAB_HOME: home }, encoding: "utf8" },
    );
    expect({ status, stderr: status === 0 ? "" : stderr }).toEqual({ status: 0, stderr: "" });
    const facts = JSON.parse(readFileSync(join(home, "cdktf.out", "lab.json"), "utf8"));
    expect(facts.freeTier.free).toBe(true);
  });

  it("are one of each kind", () => {
    expect(EXAMPLES).toEqual(["direct-cilium", "extension", "homelab"].map((name) => `examples/${name}/lab.config.ts`));
  });
});
