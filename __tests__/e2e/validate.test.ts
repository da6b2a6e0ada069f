import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync } from "node:fs";
import { delimiter, join } from "node:path";
import { PRESET_NAMES } from "../../config/index.ts";
import { stacksOf } from "../config/labs.ts";
import { TestLab } from "./lab.ts";

jest.setTimeout(60_000);

const onPath = (name: string): string[] =>
  (process.env.PATH ?? "")
    .split(delimiter)
    .map((folder) => join(folder, name))
    .filter((file) => existsSync(file))
    .slice(0, 1);

const named = process.env.TERRAFORM_BINARY_NAME;
const tools = [...new Set([...(named ? [named] : []), ...onPath("terraform"), ...onPath("tofu")])];

describe.each(PRESET_NAMES)("the stacks of preset %s", (preset) => {
  let lab: TestLab;
  beforeAll(async () => {
    lab = await TestLab.create({ preset });
    expect((await lab.cdktf("synth")).code).toBe(0);
    mkdirSync(join(lab.home, ".sandbox", "state"), { recursive: true });
  });
  afterAll(() => lab.end());

  describe.each(tools)("with %s", (tool) => {
    it.each(stacksOf(preset))("pass validation of %s against the real providers' schemas", async (stack) => {
      const cwd = join(lab.home, "cdktf.out", "stacks", stack);
      const env = { PATH: process.env.PATH, HOME: lab.home, ...(await lab.sandbox()).env };
      const run = (...args: string[]) => spawnSync(tool, [...args, "-no-color"], { cwd, env, encoding: "utf8" });
      expect(run("init", "-input=false", "-reconfigure").stderr).toBe("");
      expect(run("validate").stdout).toContain("The configuration is valid");
    });
  });
});
