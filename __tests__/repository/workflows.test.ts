import { spawnSync } from "node:child_process";
import { accessSync, constants, readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { ACTIONS, actionsOf, readWorkflow, ROOT, scriptsOf, textOf, WORKFLOWS } from "./workflows.ts";

const SCRIPTS = Object.keys(
  z
    .object({ scripts: z.record(z.string(), z.string()) })
    .parse(JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8"))).scripts,
);

/** Jobs that may write, each with what: as `file job`. A job that is not here reads the code, and that is all. */
const MAY_WRITE: Readonly<Record<string, readonly string[]>> = {
  ".github/workflows/diff.yml comment": ["pull-requests"],
  ".github/workflows/drift.yml report": ["issues"],
  ".github/workflows/images.yml propose": ["contents", "pull-requests"],
  ".github/workflows/locks.yml propose": ["contents", "pull-requests"],
  ".github/workflows/release.yml publish": ["contents"],
};

/** Whose actions we take. */
const KNOWN_MAKERS = ["actions", "hashicorp"];

const digests = new Map<string, string>();

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

  it("gives no job both a secret and the right to write", () => {
    for (const [name, job] of Object.entries(workflow.jobs)) {
      const secret = JSON.stringify(job).includes("secrets.");
      if (secret) expect({ name, writes: MAY_WRITE[`${path} ${name}`] }).toEqual({ name, writes: undefined });
      // Secrets are those of an environment, which has reviewers or a user who may only read.
      if (secret) expect({ name, environment: job["environment"] }).toEqual({ name, environment: expect.any(String) });
    }
  });

  it("installs nothing where it may write contents", () => {
    const writers = Object.values(workflow.jobs).filter(({ permissions }) => permissions?.["contents"] === "write");
    for (const { steps } of writers) expect(JSON.stringify(steps)).not.toMatch(/\bnp[mx]\b/);
  });

  it("never runs a stranger's code with the repository's secrets", () => {
    expect(Object.keys(workflow.on)).not.toContain("pull_request_target");
    expect(Object.keys(workflow.on)).not.toContain("workflow_run");
  });

  it("names every action of others by its digest, with the version beside it, and the same one everywhere", () => {
    for (const [, action = "", pin = ""] of textOf(path).matchAll(/uses: ([^\s@]+)(.*)/g)) {
      if (action.startsWith("./")) continue;
      expect(KNOWN_MAKERS).toContain(action.split("/")[0]);
      expect(pin).toMatch(/^@[\da-f]{40} # v\d+\.\d+\.\d+$/);
      expect({ action, pin }).toEqual({ action, pin: digests.get(action) ?? pin });
      digests.set(action, pin);
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

describe.each(ACTIONS)("%s", (path) => {
  it("names every action by the digest that workflows have", () => {
    const pins = [...textOf(path).matchAll(/uses: ([^\s@]+)(.*)/g)].map(([, action = "", pin]) => ({ action, pin }));
    expect(pins).toEqual(pins.map(({ action }) => ({ action, pin: digests.get(action) })));
  });

  it("puts nothing that others write into a script", () => {
    for (const script of textOf(path)
      .split(/\brun:/)
      .slice(1))
      expect(script.split("uses:")[0]).not.toContain("${{");
  });
});

describe("diff.yml", () => {
  const { on, jobs } = readWorkflow(".github/workflows/diff.yml");

  it("runs for pull requests, and without any secret for those of forks", () => {
    expect(Object.keys(on)).toEqual(["pull_request"]);
    const ofForks = Object.entries(jobs).filter(([, job]) => !String(job["if"] ?? "").includes("head.repo.full_name"));
    expect(ofForks.map(([name]) => name)).toEqual(["sandbox"]);
    expect(JSON.stringify(ofForks)).not.toMatch(/secrets\.|"environment"/);
  });
});

describe("deploy.yml", () => {
  it("runs on main, one at a time, none broken off, with the environment that has reviewers", () => {
    const { on, concurrency, jobs } = readWorkflow(".github/workflows/deploy.yml");
    expect(on).toEqual({ push: { branches: ["main"] }, workflow_dispatch: null });
    expect(concurrency["cancel-in-progress"]).toBe(false);
    expect(jobs["plan"]?.["if"]).toContain("github.ref == 'refs/heads/main'");
    expect(jobs["deploy"]?.["environment"]).toBe("lab");
  });

  it("applies what was reviewed and plans nothing in the job that may change the lab", () => {
    const applied = JSON.stringify(readWorkflow(".github/workflows/deploy.yml").jobs["deploy"]);
    expect(applied).toContain("cdktf deploy --plan reviewed");
    expect(applied).not.toContain("--auto-approve");
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
