import { openProject } from "../../cli/engine/synth/project.ts";
import { join, resolve } from "node:path";
import { readEnvironment } from "../../config/environment.ts";
import { describeError } from "../../config/run-main.ts";
import { REPOSITORY } from "./labs.ts";

describe("readEnvironment", () => {
  it("stands on the repository when nothing is set", () => {
    expect(readEnvironment({})).toEqual({
      labHome: resolve(REPOSITORY),
      configFile: join(REPOSITORY, "lab.config.ts"),
      sandbox: false,
      debug: false,
      outdir: join(REPOSITORY, "cdktf.out"),
      terraformBinary: null,
    });
  });

  it("keeps everything that a lab writes under LAB_HOME", () => {
    expect(readEnvironment({ LAB_HOME: "/labs/one" })).toMatchObject({
      labHome: "/labs/one",
      outdir: "/labs/one/cdktf.out",
    });
  });

  it("counts relative paths from the working directory", () => {
    expect(readEnvironment({ LAB_HOME: "one", LAB_CONFIG: "two.json" })).toMatchObject({
      labHome: resolve("one"),
      configFile: resolve("two.json"),
    });
  });

  it.each(["/labs/${x}", "/labs/100%{y}"])("refuses %s, which OpenTofu takes for a template", (home) => {
    expect(() => readEnvironment({ LAB_HOME: home })).toThrow(/^environment: LAB_HOME: got "\/labs/);
    expect(() => openProject({ app: "true" }, { LAB_HOME: home }, "/")).toThrow(/^LAB_HOME: got "\/labs/);
    expect(readEnvironment({ LAB_HOME: "/labs/$x 100% {y}" }).labHome).toBe("/labs/$x 100% {y}");
  });

  it("lets CDKTF_OUTDIR win over LAB_HOME", () => {
    expect(readEnvironment({ LAB_HOME: "/labs/one", CDKTF_OUTDIR: "/out" }).outdir).toBe("/out");
  });

  it("takes an empty variable as unset", () => {
    expect(readEnvironment({ LAB_HOME: "", LAB_SANDBOX: "", DEBUG: "", CDKTF_OUTDIR: "" })).toEqual(
      readEnvironment({}),
    );
  });

  it.each([
    ["1", true],
    ["true", true],
    ["0", false],
    ["False", false],
  ])("takes LAB_SANDBOX=%s as %s", (value, on) => {
    expect(readEnvironment({ LAB_SANDBOX: value }).sandbox).toBe(on);
  });

  it("refuses a LAB_SANDBOX that it cannot read, rather than take the real account", () => {
    expect(() => readEnvironment({ LAB_SANDBOX: "on please" })).toThrow(
      'environment: LAB_SANDBOX: got "on please", allowed 1 or 0',
    );
  });

  it("takes any DEBUG but a plain no as yes", () => {
    expect(["1", "*", "lab:*", "0", "false"].map((DEBUG) => readEnvironment({ DEBUG }).debug)).toEqual([
      true,
      true,
      true,
      false,
      false,
    ]);
  });
});

describe("describeError", () => {
  const error = new Error("one line", { cause: new Error("deeper") });

  it("is the message alone", () => {
    expect(describeError(error, false)).toBe("one line");
  });

  it("has stack and cause with DEBUG", () => {
    expect(describeError(error, true)).toMatch(/one line\n\s+at [^]*caused by: Error: deeper/);
  });
});
