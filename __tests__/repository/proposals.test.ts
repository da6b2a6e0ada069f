import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ROOT } from "./workflows.ts";

let folder: string;
let env: NodeJS.ProcessEnv;
const at = (...path: readonly string[]): string => join(folder, ...path);
const git = (...args: readonly string[]): string =>
  spawnSync("git", args, { cwd: at("checkout"), env, encoding: "utf8" }).stdout.trim();
const program = (name: string, script: string): void => writeFileSync(at("bin", name), script, { mode: 0o755 });

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "ampere-propose-"));
  for (const name of ["bin", "checkout", "checkout/locks"]) mkdirSync(at(name));
  env = {
    PATH: `${at("bin")}:${process.env["PATH"]}`,
    HOME: folder,
    GITHUB_WORKFLOW: "locks",
    GIT_AUTHOR_NAME: "a",
    GIT_AUTHOR_EMAIL: "a@example.org",
    GIT_COMMITTER_NAME: "a",
    GIT_COMMITTER_EMAIL: "a@example.org",
  };
  // gh writes down what it is asked; `pr list` says how many there are.
  program("gh", `#!/bin/sh\necho "$*" >>${at("asked")}\n[ "$2" != list ] || cat ${at("open")}\n`);
  writeFileSync(at("open"), "0\n");
  spawnSync("git", ["init", "--quiet", "--bare", at("origin")]);
  git("init", "--quiet", "--initial-branch", "main");
  git("remote", "add", "origin", at("origin"));
  git("commit", "--quiet", "--allow-empty", "-m", "first");
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const propose = () =>
  spawnSync(join(ROOT, ".ci/propose"), ["provider-locks", "Providers are locked anew", "locks"], {
    cwd: at("checkout"),
    env,
    encoding: "utf8",
  });

describe(".ci/propose", () => {
  it("pushes what is new to a branch of its own, and opens a pull request", () => {
    writeFileSync(at("checkout", "locks", "oci.hcl"), "new\n");
    writeFileSync(at("checkout", "other"), "not named\n");
    expect(propose()).toMatchObject({ status: 0 });
    expect(git("ls-remote", "--heads", "origin")).toMatch(/refs\/heads\/provider-locks$/);
    expect(git("show", "--name-only", "--format=%s", "HEAD")).toBe("Providers are locked anew\n\nlocks/oci.hcl");
    expect(readFileSync(at("asked"), "utf8")).toContain("pr create --head provider-locks --base main");
  });

  it("brings the pull request up to date that is open", () => {
    writeFileSync(at("open"), "1\n");
    writeFileSync(at("checkout", "locks", "oci.hcl"), "new\n");
    expect(propose()).toMatchObject({ status: 0 });
    expect(readFileSync(at("asked"), "utf8")).not.toContain("pr create");
  });

  it("does nothing where nothing has changed", () => {
    writeFileSync(at("checkout", "locks", "oci.hcl"), "new\n");
    git("add", "locks");
    git("commit", "--quiet", "-m", "second");
    expect(propose()).toMatchObject({ status: 0, stdout: "nothing has changed: no pull request\n" });
    expect(git("ls-remote", "--heads", "origin")).toBe("");
  });

  it("fails where it may not push", () => {
    rmSync(at("origin"), { recursive: true });
    writeFileSync(at("checkout", "locks", "oci.hcl"), "new\n");
    expect(propose().status).not.toBe(0);
  });
});
