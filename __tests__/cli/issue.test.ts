import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { MARKER } from "../../cli/review/markdown.ts";
import { GitHubModel, TOKEN } from "./github-model.ts";
import { type Finished, startNode } from "./running.ts";

const LAB = join(__dirname, "../../cli/bin/lab.js");
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
    expect(JSON.parse(stdout)).toEqual({ action: "opened", url: "https://github.example/owner/name/issues/1" });
    expect(JSON.parse((await lab("--close", "--label", "other", "--json")).stdout)).toEqual({
      action: "none",
      url: null,
    });
  });

  it.each([
    [["--title", TITLE], "needs --file and --title, or --close"],
    [["--file", "drift.md", "--close"], "--file or --close, not both"],
    [["--file", "nothing.md", "--title", TITLE], "--file: "],
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
