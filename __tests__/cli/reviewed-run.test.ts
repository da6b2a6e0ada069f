import { join } from "node:path";
import { GitHubModel, type StoredArtifact, TOKEN } from "./github-model.ts";
import { type Finished, startNode } from "./running.ts";

const LAB = join(__dirname, "../../cli/bin/lab.js");
const HEAD = "a".repeat(40);
const MERGE = "b".repeat(40);
const ARTIFACT = { name: `reviewed-${HEAD}`, head: HEAD, createdAt: "2026-11-27T10:00:00Z" };

let github: GitHubModel;
beforeEach(async () => {
  github = await GitHubModel.start();
  github.pulls.push({ number: 12, head: HEAD, merge: MERGE });
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
    github.artifacts.push({ ...ARTIFACT, run: 1 }, { ...ARTIFACT, run: 3, createdAt: "2026-11-27T11:00:00Z" });
    const { code, stdout, stderr } = await lab(MERGE);
    expect([code, stderr]).toEqual([0, ""]);
    expect(stdout).toBe(`run=3\nartifact=reviewed-${HEAD}\n`);
    const document = JSON.parse((await lab(MERGE, "--json")).stdout);
    expect(document).toEqual({ pullRequest: 12, run: 3, artifact: `reviewed-${HEAD}` });
  });

  const others: readonly (readonly [string, Partial<StoredArtifact>])[] = [
    ["a fork", { ofFork: true }],
    ["a run of another commit", { head: MERGE }],
    ["a run long ago, expired", { expired: true }],
  ];
  it.each(others)("does not take the artifact of %s, and says what to do", async (_, other) => {
    github.artifacts.push({ ...ARTIFACT, run: 1, ...other });
    const { code, stdout, stderr } = await lab(MERGE);
    expect([code, stdout]).toEqual([1, ""]);
    expect(stderr).toMatch(/^no plans of pull request 12 are kept .*: run the workflow deploy by hand.*\n$/);
  });

  it("finds nothing for a commit that no pull request brought, nor for the head of one", async () => {
    github.artifacts.push({ ...ARTIFACT, run: 1 });
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
