import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openSandbox } from "../../sandbox/client.ts";
import { GitHubModel, TOKEN } from "../cli/github-model.ts";
import { Runner } from "./workflow-steps.ts";

jest.setTimeout(300_000);

const HEAD = "a".repeat(40);
const MERGE = "b".repeat(40);

/** Below and between those of other tests, which would take them while the sandbox is stopped for a moment. */
let port = 5030 + (process.pid % 40) * 100;
beforeEach(() => {
  port += 50;
});

const configOf = (budget: number): object => ({
  name: "test-lab",
  oci: { region: "eu-frankfurt-1", budget: { amount: budget } },
  access: { adminCidrs: ["203.0.113.7/32"], basePort: port },
});

let github: GitHubModel;
beforeEach(async () => {
  github = await GitHubModel.start();
});
afterEach(() => github.stop());

describe("the steps of a pull request from a fork", () => {
  it("deploy the base into the sandbox, and say what the head would change, by no secret", async () => {
    const runner = new Runner({ GITHUB_TOKEN: "" });
    const LAB_HOME = join(runner.folder, "lab");
    const base = runner.checkOut("base", configOf(1));
    const head = runner.checkOut("head", configOf(2));
    try {
      const deployed = await runner.run("diff.yml", "sandbox", "the base, deployed into the sandbox", base, {
        LAB_HOME,
      });
      expect(deployed).toMatchObject({ code: 0 });
      const diff = await runner.run("diff.yml", "sandbox", "what the head would change", head, { LAB_HOME });
      expect(diff).toMatchObject({ code: 0, summary: expect.stringContaining("| `oci` |  | 1 |  |  |  |") });
      expect(readFileSync(join(head, "diff.md"), "utf8")).toContain("oci_budget_budget");
      const wrong = runner.checkOut("wrong", configOf(-1));
      const refused = await runner.run("diff.yml", "sandbox", "what the head would change", wrong, { LAB_HOME });
      expect(refused).toMatchObject({ code: 1, summary: expect.stringContaining("budget") });
    } finally {
      await (await openSandbox({ labHome: LAB_HOME })).stop();
      runner.end();
    }
  });
});

describe("the steps from a pull request to the deployed lab", () => {
  it("review, comment, find, deploy, refuse what is stale, and report what drifts", async () => {
    // The account is the sandbox's.
    const LAB_HOME = mkdtempSync(join(tmpdir(), "ampere-workflow-home-"));
    const ofGitHub = { GITHUB_API_URL: github.api, GITHUB_SHA: MERGE, GITHUB_RUN_ID: "7" };
    const runner = new Runner({ LAB_SANDBOX: "1", LAB_HOME, ...ofGitHub });
    const branch = runner.checkOut("branch", configOf(1));
    try {
      const diff = await runner.run("diff.yml", "account", "what a deploy would do", branch, { HEAD });
      expect(diff).toMatchObject({ code: 0, summary: expect.stringContaining("to add") });

      const commented = { GITHUB_TOKEN: TOKEN, PULL_REQUEST: "12", OF: "account" };
      expect(await runner.run("diff.yml", "comment", "the comment", branch, commented)).toMatchObject({ code: 0 });
      expect(github.comments.map(({ body }) => body)).toEqual([expect.stringContaining("**account**")]);

      github.pulls.push({ number: 12, head: HEAD, merge: MERGE });
      github.runs.push({ id: 7, head: HEAD, createdAt: "2026-11-27T10:00:00Z", artifacts: [`reviewed-${HEAD}`] });
      const found = await runner.run("deploy.yml", "find", "the plans that were reviewed", branch, {
        GITHUB_TOKEN: TOKEN,
      });
      expect(found).toMatchObject({ code: 0, output: `run=7\nartifact=reviewed-${HEAD}\nreview=${HEAD}/7\n` });

      const reviewed = join(branch, "reviewed");
      expect(existsSync(reviewed)).toBe(true);
      const apply = () => runner.run("deploy.yml", "deploy", "what was reviewed", branch, { REVIEW: `${HEAD}/7` });
      expect(await apply()).toMatchObject({ code: 0, text: expect.stringContaining("talos   deployed") });
      expect(await apply()).toMatchObject({ code: 1, text: expect.stringContaining("::error::") });

      const look = (folder: string) => runner.run("drift.yml", "look", "what differs", folder);
      const report = (CODE: string) =>
        runner.run("drift.yml", "report", "the issue", branch, { CODE, GITHUB_TOKEN: TOKEN });
      expect(await look(branch)).toMatchObject({ code: 0, output: "code=0\n" });
      expect(await report("0")).toMatchObject({ code: 0, text: "no open issue with label drift\n" });
      const changed = runner.checkOut("changed", configOf(2));
      expect(await look(changed)).toMatchObject({ code: 0, output: "code=2\n" });
      expect(
        await runner.run("drift.yml", "report", "the issue", changed, { CODE: "2", GITHUB_TOKEN: TOKEN }),
      ).toMatchObject({
        code: 0,
      });
      expect(github.issues).toEqual([
        expect.objectContaining({ body: expect.stringContaining("1 to change"), state: "open" }),
      ]);
      expect(await report("0")).toMatchObject({ code: 0, text: expect.stringMatching(/^closed: /) });
    } finally {
      await (await openSandbox({ labHome: LAB_HOME })).stop();
      runner.end();
      rmSync(LAB_HOME, { recursive: true, force: true });
    }
  });
});
