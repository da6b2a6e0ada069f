import { join } from "node:path";
import { GitHubModel, type StoredPull, type StoredRun, TOKEN } from "../../github-model.ts";
import { type Finished, startNode } from "../../running.ts";

const LAB = join(__dirname, "../../../../cli/bin/lab.js");
const HEAD = "a".repeat(40);
const MERGE = "b".repeat(40);
const ARTIFACT = `reviewed-${HEAD}`;
const RUN: StoredRun = { id: 1, head: HEAD, createdAt: "2026-11-27T10:00:00Z", artifacts: ["diff-account", ARTIFACT] };
const PULL: StoredPull = { number: 12, head: HEAD, merge: MERGE };

let github: GitHubModel;
beforeEach(async () => {
  github = await GitHubModel.start();
});
afterEach(() => github.stop());

function lab(commit: string, ...args: readonly string[]): Promise<Finished> {
  const env = { PATH: process.env["PATH"], GITHUB_TOKEN: TOKEN, GITHUB_API_URL: github.api };
  return startNode(LAB, ["reviewed", "--commit", commit, ...args], {
    cwd: __dirname,
    env: { ...env, GITHUB_REPOSITORY: "owner/name" },
  }).finished;
}

describe("lab reviewed", () => {
  it("finds the run that has the plans, the newest one, as outputs of a step", async () => {
    github.pulls.push(PULL);
    github.runs.push(RUN, { ...RUN, id: 3, createdAt: "2026-11-27T11:00:00Z" });
    const { code, stdout, stderr } = await lab(MERGE);
    expect([code, stderr]).toEqual([0, ""]);
    expect(stdout).toBe(`run=3\nartifact=${ARTIFACT}\nreview=${HEAD}/3\n`);
    const document = JSON.parse((await lab(MERGE, "--json")).stdout);
    expect(document).toEqual({ pullRequest: 12, run: 3, artifact: ARTIFACT, review: `${HEAD}/3` });
  });

  const others: readonly (readonly [string, Partial<StoredRun>])[] = [
    ["another workflow, which anybody may add on a branch", { path: ".github/workflows/other.yml" }],
    ["a workflow of another repository", { path: ".github/workflows/diff.yml@refs/heads/evil" }],
    ["a push", { event: "push" }],
    ["a run by hand", { event: "workflow_dispatch" }],
    ["a run that failed", { conclusion: "failure" }],
    ["a run that has not ended", { conclusion: null }],
    ["a fork", { ofFork: true }],
    ["another branch", { branch: "evil" }],
    ["another commit", { head: MERGE }],
    ["a run without plans", { artifacts: ["diff-account"] }],
    ["a run long ago, expired", { expired: true }],
  ];
  it.each(others)("does not take the artifact of %s, and says what to do", async (_, other) => {
    github.pulls.push(PULL);
    github.runs.push({ ...RUN, ...other });
    const { code, stdout, stderr } = await lab(MERGE);
    expect([code, stdout]).toEqual([1, ""]);
    expect(stderr).toMatch(/^no plans of pull request 12 are kept .*: run the workflow deploy by hand.*\n$/);
  });

  it("takes the run of diff.yml, though a workflow of the branch's own has saved something later", async () => {
    github.pulls.push(PULL);
    github.runs.push(RUN, { ...RUN, id: 9, createdAt: "2026-11-28T00:00:00Z", path: ".github/workflows/other.yml" });
    expect((await lab(MERGE)).stdout).toContain("run=1\n");
  });

  const changed: readonly (readonly [string, NonNullable<StoredPull["files"]>])[] = [
    ["changes the workflow", ["lab.config.ts", ".github/workflows/diff.yml"]],
    ["renames it", [{ from: ".github/workflows/diff.yml", to: ".github/workflows/was.yml" }]],
    ["puts another in its place", [{ from: "docs/ci.md", to: ".github/workflows/diff.yml" }]],
    ["changes an action of ours", [".github/actions/lab-tools/action.yml"]],
    ["changes it among very many files", [...Array(150).fill("docs/a.md"), ".github/workflows/diff.yml"]],
    ["changes more than GitHub lists", Array(3000).fill("docs/a.md")],
  ];
  it.each(changed)("takes no plans of a pull request that %s", async (_, files) => {
    github.pulls.push({ ...PULL, files });
    github.runs.push(RUN);
    const { code, stdout, stderr } = await lab(MERGE);
    expect([code, stdout]).toEqual([1, ""]);
    expect(stderr).toMatch(/^pull request 12 .*: run the workflow deploy by hand.*\n$/);
  });

  it("finds nothing for a commit that no pull request brought, nor for the head of one", async () => {
    github.pulls.push(PULL);
    github.runs.push(RUN);
    for (const commit of ["c".repeat(40), HEAD]) {
      const { code, stderr } = await lab(commit);
      expect([code, stderr]).toEqual([1, expect.stringMatching(/is no merge of a pull request.*by hand/)]);
    }
  });

  it("refuses what is no commit, and asks nothing", async () => {
    const { code, stderr } = await lab("main/../x");
    expect([code, stderr]).toEqual([1, expect.stringContaining("40 hexadecimal digits")]);
    expect(github.asked).toEqual([]);
  });
});
