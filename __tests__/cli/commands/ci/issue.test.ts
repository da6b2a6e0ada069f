import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { MARKER } from "../../../../cli/clients/github-workflow.ts";
import { BOT, GitHubModel, TOKEN } from "../../github-model.ts";
import { type Finished, startNode } from "../../running.ts";

const LAB = join(__dirname, "../../../../cli/bin/lab.js");
const BODY = `${MARKER}\n### 1 changed outside\n`;
const TITLE = "The lab is not as main says";

let github: GitHubModel;
let folder: string;
beforeEach(async () => {
  github = await GitHubModel.start();
  folder = mkdtempSync(join(tmpdir(), "ampere-issue-"));
  writeFileSync(join(folder, "drift.md"), BODY);
});
afterEach(async () => {
  await github.stop();
  rmSync(folder, { recursive: true, force: true });
});

function lab(...args: readonly string[]): Promise<Finished> {
  const env = { PATH: process.env["PATH"], GITHUB_TOKEN: TOKEN, GITHUB_API_URL: github.api };
  return startNode(LAB, ["issue", ...args], { cwd: folder, env: { ...env, GITHUB_REPOSITORY: "owner/name" } }).finished;
}
const open = (): Promise<Finished> => lab("--file", "drift.md", "--title", TITLE);

describe("lab issue", () => {
  it("opens an issue with its label, and prints where it is", async () => {
    const { code, stdout, stderr } = await open();
    expect([code, stderr]).toEqual([0, ""]);
    expect(stdout).toBe("opened: https://github.example/owner/name/issues/1\n");
    expect(github.issues).toEqual([expect.objectContaining({ title: TITLE, body: BODY, labels: ["drift"] })]);
  });

  it("brings the open one up to date in place, and leaves one alone that is", async () => {
    await open();
    writeFileSync(join(folder, "drift.md"), `${MARKER}\n### 2 changed outside\n`);
    expect((await open()).stdout).toMatch(/^updated: /);
    expect((await open()).stdout).toMatch(/^unchanged: /);
    expect(github.issues.map(({ body }) => body)).toEqual([`${MARKER}\n### 2 changed outside\n`]);
  });

  it("closes it when it is over, and opens another one the next time", async () => {
    await open();
    expect((await lab("--close")).stdout).toMatch(/^closed: .*\/1\n$/);
    expect((await lab("--close")).stdout).toBe("no open issue with label drift\n");
    expect((await open()).stdout).toMatch(/^opened: .*\/2\n$/);
    expect(github.issues.map(({ state }) => state)).toEqual(["closed", "open"]);
  });

  it("says in the issue that all is well before it closes it", async () => {
    await open();
    await lab("--close");
    expect(github.comments).toEqual([{ id: 1, pullRequest: 1, login: BOT, body: "It is as it should be again." }]);
  });

  it("finds its issue on the second page", async () => {
    for (let index = 0; index < 100; index += 1) github.addIssue({ login: "somebody" });
    github.addIssue({ title: TITLE, body: `${MARKER}\nold` });
    expect((await open()).stdout).toMatch(/^updated: .*\/101\n$/);
  });

  it("looks again before it tries again: the issue may have been opened", async () => {
    github.refuse("POST", { status: 502, message: "Server Error", headers: { "retry-after": "0" } }, true);
    expect((await open()).stdout).toMatch(/^unchanged: /);
    expect(github.issues).toHaveLength(1);
  });

  it("says when GitHub has dropped the label, by which the next run would look for it", async () => {
    github.maySetLabels = false;
    const { code, stderr } = await open();
    expect([code, stderr]).toEqual([1, expect.stringContaining('/issues/1 has not got its label "drift"')]);
  });

  it("masks what looks like a secret, in title and body", async () => {
    const key = `ghp_${"a1B2".repeat(9)}`;
    writeFileSync(join(folder, "drift.md"), `token ${key}\n`);
    await lab("--file", "drift.md", "--title", `about ${key}`);
    expect(github.issues).toHaveLength(1);
    expect(JSON.stringify(github.issues)).not.toContain(key);
  });

  it("only looks, with --dry-run", async () => {
    const args = ["--file", "drift.md", "--title", TITLE, "--dry-run"];
    expect((await lab(...args)).stdout).toBe("would be opened: an issue\n");
    github.addIssue({ body: `${MARKER}\nold` });
    expect((await lab(...args)).stdout).toMatch(/^would be updated: .*\/1\n$/);
    expect((await lab("--close", "--dry-run")).stdout).toMatch(/^would be closed: .*\/1\n$/);
    expect(github.asked.filter((line) => /^(PATCH|POST \/repos)/.test(line))).toEqual([]);
  });

  it.each([
    ["somebody else's, marker and all", { login: "mallory", body: BODY }],
    ["one without the marker", { body: "a roof leaks" }],
    ["one of another label", { labels: ["bug"], body: BODY }],
    ["a pull request", { isPullRequest: true, body: BODY }],
  ])("leaves alone %s", async (_, issue) => {
    const before = { ...github.addIssue(issue) };
    expect((await lab("--close")).stdout).toBe("no open issue with label drift\n");
    await open();
    expect(github.issues).toEqual([before, expect.objectContaining({ title: TITLE })]);
  });

  it("prints one document with --json", async () => {
    const { stdout } = await lab("--file", "drift.md", "--title", TITLE, "--json");
    expect(JSON.parse(stdout)).toEqual({
      action: "opened",
      url: "https://github.example/owner/name/issues/1",
      dryRun: false,
    });
    expect(JSON.parse((await lab("--close", "--label", "other", "--json")).stdout)).toEqual({
      action: "none",
      url: null,
      dryRun: false,
    });
  });

  it.each([
    [["--title", TITLE], "needs --file and --title, or --close"],
    [["--file", "drift.md", "--close"], "--file or --close, not both"],
    [["--file", "nothing.md", "--title", TITLE], "--file: "],
    [["--file", "drift.md", "--title", "x".repeat(257)], "--title: got 257 characters"],
    [["--close", "--label", "a,b"], '--label: got "a,b"'],
  ])("refuses in a line, and asks nothing: %j", async (args, said) => {
    const { code, stderr } = await lab(...args);
    expect([code, stderr.trimEnd().split("\n")]).toEqual([1, [expect.stringContaining(said)]]);
    expect(github.asked).toEqual([]);
  });

  it("names the permission that the job lacks", async () => {
    github.refuse("POST", { status: 403, message: "Resource not accessible by integration" });
    expect((await open()).stderr).toContain("`permissions: issues: write`");
  });
});
