import { spawnSync } from "node:child_process";
import { accessSync, constants, readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { actionsOf, readWorkflow, ROOT, scriptsOf, WORKFLOWS } from "./workflows.ts";

const SCRIPTS = Object.keys(
  z
    .object({ scripts: z.record(z.string(), z.string()) })
    .parse(JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8"))).scripts,
);

/** Jobs that may write, each with what: as `file job`. A job that is not here reads the code, and that is all. */
const MAY_WRITE: Readonly<Record<string, readonly string[]>> = {};

/** Whoever makes actions that we take by a version; all others are taken by digest. */
const KNOWN_MAKERS = ["actions", "hashicorp"];

/** The commands of ours in a script: `npm run x` as `x`, `npx --no-install lab tools build` as its words. */
const npmScripts = (script: string): readonly string[] =>
  [...script.matchAll(/\bnpm (?:run (?:--silent )?([\w:-]+)|(test)\b)/g)].map(([, run, test]) => run ?? test ?? "");
const programs = (script: string): readonly string[] =>
  [...script.matchAll(/\bnpx ((?:--no-install )?(?:lab|cdktf)(?: [a-z][a-z-]*)*)/g)].map(([, words = ""]) => words);

const each = WORKFLOWS.map((path) => ({ path, scripts: scriptsOf(path) }));
const scripts = [...new Set(each.flatMap((one) => one.scripts.flatMap(npmScripts)))];
const commands = [...new Set(each.flatMap((one) => one.scripts.flatMap(programs)))];

describe("a workflow's commands", () => {
  it("are looked for in every shape that is used", () => {
    expect(npmScripts("npm ci && npm run --silent check\nnpm run test:x -- a; npm test")).toEqual([
      "check",
      "test:x",
      "test",
    ]);
    expect(programs("binary=$(npx --no-install lab tools path)\nnpx cdktf diff --json")).toEqual([
      "--no-install lab tools path",
      "cdktf diff",
    ]);
    expect(scripts).toEqual(expect.arrayContaining(["check", "test", "demo"]));
    expect(commands).not.toEqual([]);
  });

  it.each(scripts)("are scripts of package.json: npm run %s", (name) => {
    expect(SCRIPTS).toContain(name);
  });

  it.each(commands)("are commands of our programs, which npx does not download: %s", (command) => {
    const [flag, program = "", ...words] = command.split(" ");
    const { status, stdout } = spawnSync(process.execPath, [join(ROOT, `cli/bin/${program}.js`), ...words, "--help"], {
      encoding: "utf8",
    });
    expect({ flag, status }).toEqual({ flag: "--no-install", status: 0 });
    expect(stdout).toContain(`Usage: ${[program, ...words].join(" ")} [`);
  });

  it("are files that can be run, where they are files of ours", () => {
    const files = each
      .flatMap((one) => one.scripts)
      .flatMap((script) => script.match(/(?<=^|\s)\.[\w/.-]*\/[\w.-]+/gm) ?? []);
    expect(files).toContain(".ci/run");
    for (const file of files) expect(() => accessSync(join(ROOT, file), constants.X_OK)).not.toThrow();
  });
});

describe.each(WORKFLOWS)("%s", (path) => {
  const workflow = readWorkflow(path);

  it("may read the code and nothing else, but for jobs that say what they write", () => {
    expect(workflow.permissions).toEqual({ contents: "read" });
    for (const [name, { permissions = {} }] of Object.entries(workflow.jobs)) {
      const written = Object.keys(permissions).filter((one) => permissions[one] === "write");
      expect({ name, written }).toEqual({ name, written: MAY_WRITE[`${path} ${name}`] ?? [] });
    }
  });

  it("never runs a stranger's code with the repository's secrets", () => {
    expect(Object.keys(workflow.on)).not.toContain("pull_request_target");
    expect(Object.keys(workflow.on)).not.toContain("workflow_run");
  });

  it("names every action by a version, or by a digest; those of makers we do not know by digest alone", () => {
    for (const { uses } of actionsOf(path)) {
      const maker = uses.split("/")[0] ?? "";
      expect(uses).toMatch(KNOWN_MAKERS.includes(maker) ? /^[^@]+@(v\d+(\.\d+){0,2}|[\da-f]{40})$/ : /@[\da-f]{40}$/);
    }
  });

  it("leaves no token in the checkout", () => {
    const checkouts = actionsOf(path).filter(({ uses }) => uses.startsWith("actions/checkout@"));
    expect(checkouts).not.toEqual([]);
    for (const { given } of checkouts) expect(given["persist-credentials"]).toBe(false);
  });

  it("puts nothing that others write into a script: such a value comes by env", () => {
    for (const script of scriptsOf(path)) expect(script).not.toContain("${{");
  });

  it("runs the newest commit of a branch, not all of them side by side", () => {
    expect(workflow.concurrency.group).toContain("${{ github.ref }}");
  });
});

describe("ci.yml", () => {
  it("tests on Linux and macOS, with Node's LTS and current release, and with both tools", () => {
    const { strategy } = z
      .object({ strategy: z.object({ matrix: z.record(z.string(), z.array(z.string())) }) })
      .parse(readWorkflow(".github/workflows/ci.yml").jobs["test"]);
    expect(strategy.matrix).toEqual({
      os: [expect.stringMatching(/^ubuntu-/), expect.stringMatching(/^macos-/)],
      node: ["lts/*", "current"],
      tool: ["terraform", "opentofu"],
    });
  });
});

const ACTIONLINT = "actionlint";
const { error } = spawnSync(ACTIONLINT, ["--version"]);

describe("actionlint", () => {
  // Counted as skipped, under a name that says why, where the program is missing.
  const name = "finds nothing wrong in any workflow";
  (error === undefined ? it : it.skip)(error === undefined ? name : `${name} (not on PATH)`, () => {
    const { status, stdout } = spawnSync(ACTIONLINT, ["-no-color", ...WORKFLOWS], { cwd: ROOT, encoding: "utf8" });
    expect({ status, stdout }).toEqual({ status: 0, stdout: "" });
  });
});
