import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { MARKER } from "../../../../cli/clients/github-workflow.ts";
import { BOT, GitHubModel, TOKEN } from "../../github-model.ts";
import { type Finished, startNode } from "../../running.ts";

const LAB = join(__dirname, "../../../../cli/bin/lab.js");
const BODY = `${MARKER}\n### 1 to add, $0.00\n`;

let github: GitHubModel;
let folder: string;
beforeEach(async () => {
  github = await GitHubModel.start();
  folder = mkdtempSync(join(tmpdir(), "ampere-comment-"));
  writeFileSync(join(folder, "diff.md"), BODY);
});
afterEach(async () => {
  await github.stop();
  rmSync(folder, { recursive: true, force: true });
});

function lab(args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Finished> {
  const base = { PATH: process.env["PATH"], GITHUB_TOKEN: TOKEN, GITHUB_API_URL: github.api };
  return startNode(LAB, ["comment", "--file", "diff.md", ...args], {
    cwd: folder,
    env: { ...base, GITHUB_REPOSITORY: "owner/name", ...env },
  }).finished;
}
const post = (...args: readonly string[]): Promise<Finished> => lab(["--pull-request", "12", ...args]);
const bodies = (): readonly string[] => github.comments.map(({ body }) => body);

describe("lab comment", () => {
  it("creates the comment, and prints where it is", async () => {
    const { code, stdout, stderr } = await post();
    expect([code, stderr]).toEqual([0, ""]);
    expect(stdout).toBe("created: https://github.example/owner/name/pull/12#issuecomment-1\n");
    expect(bodies()).toEqual([BODY]);
  });

  it("brings the comment up to date in place, and leaves one alone that is", async () => {
    await post();
    writeFileSync(join(folder, "diff.md"), `${MARKER}\n### No changes, $0.00\n`);
    expect((await post()).stdout).toMatch(/^updated: /);
    expect((await post()).stdout).toMatch(/^unchanged: /);
    expect(bodies()).toEqual([`${MARKER}\n### No changes, $0.00\n`]);
    expect(github.asked.filter((line) => line.startsWith("PATCH"))).toHaveLength(1);
  });

  it("finds its comment on the second page", async () => {
    for (let index = 0; index < 100; index += 1) github.add("somebody", `word ${index}`);
    github.add(BOT, `${MARKER}\nold`);
    expect((await post()).stdout).toMatch(/^updated: .*-101\n$/);
    expect(github.comments).toHaveLength(101);
  });

  it("leaves a comment alone that somebody else has written, marker and all", async () => {
    github.add("mallory", `${MARKER}\n### No changes, trust me\n`);
    expect((await post()).stdout).toMatch(/^created: /);
    expect(bodies()).toEqual([`${MARKER}\n### No changes, trust me\n`, BODY]);
  });

  it("leaves a comment of its own alone that only quotes the marker", async () => {
    github.add(BOT, `The marker is\n${MARKER}\n`);
    expect((await post()).stdout).toMatch(/^created: /);
  });

  it("keeps one comment for each lab of a repository", async () => {
    await post();
    await post("--name", "pair");
    await post("--name", "pair");
    expect(bodies()).toEqual([BODY, "<!-- ampere-lab diff: pair -->\n**pair**\n\n### 1 to add, $0.00\n"]);
  });

  it("puts the marker before a file that has none", async () => {
    writeFileSync(join(folder, "diff.md"), "by hand\n");
    await post();
    await post();
    expect(bodies()).toEqual([`${MARKER}\nby hand\n`]);
  });

  it("says in a workflow which run says so", async () => {
    await lab(["--pull-request", "12"], { GITHUB_SERVER_URL: "https://github.example", GITHUB_RUN_ID: "77" });
    expect(bodies()[0]).toContain("[The run](https://github.example/owner/name/actions/runs/77)");
  });

  it("only looks, with --dry-run", async () => {
    github.add(BOT, `${MARKER}\nold`);
    expect((await post("--dry-run")).stdout).toMatch(/^would be updated: .*-1\n$/);
    expect((await post("--dry-run", "--name", "pair")).stdout).toBe("would be created: a comment of 61 characters\n");
    expect(bodies()).toEqual([`${MARKER}\nold`]);
  });

  it("prints one document with --json, also when it fails", async () => {
    expect(JSON.parse((await post("--json")).stdout)).toEqual({
      action: "created",
      url: expect.stringContaining("/pull/12#"),
      characters: BODY.length,
      summary: false,
      dryRun: false,
    });
    const { code, stdout } = await lab(["--pull-request", "13", "--json"]);
    expect([code, JSON.parse(stdout)]).toEqual([1, { error: expect.stringContaining("404 Not Found") }]);
  });
});

describe("lab comment --summary", () => {
  it("appends to the step's summary, with a comment and without", async () => {
    const file = join(folder, "summary.md");
    writeFileSync(file, "before\n");
    await lab(["--summary"], { GITHUB_STEP_SUMMARY: file, GITHUB_TOKEN: "" });
    await lab(["--summary", "--pull-request", "12"], { GITHUB_STEP_SUMMARY: file });
    expect(readFileSync(file, "utf8")).toBe(`before\n${BODY}${BODY}`);
    expect(github.comments).toHaveLength(1);
  });

  it("is written even where the comment is refused, as of a fork", async () => {
    github.refuse("POST", { status: 403, message: "Resource not accessible by integration" });
    const file = join(folder, "summary.md");
    const { code } = await lab(["--summary", "--pull-request", "12"], { GITHUB_STEP_SUMMARY: file });
    expect([code, readFileSync(file, "utf8")]).toEqual([1, BODY]);
  });
});

describe("a pull request whose conversation is locked", () => {
  const locked = { status: 403, message: "Unable to create comment because issue is locked." };

  it("is no error where the step's summary has the review", async () => {
    github.refuse("POST", locked);
    const file = join(folder, "summary.md");
    const { code, stderr } = await lab(["--summary", "--pull-request", "12"], { GITHUB_STEP_SUMMARY: file });
    expect([code, readFileSync(file, "utf8")]).toEqual([0, BODY]);
    expect(stderr).toMatch(/its conversation is locked, .*; the step's summary has the review\n$/);
  });

  it("is one where nothing else tells of it", async () => {
    github.refuse("POST", locked);
    expect(await post()).toMatchObject({ code: 1, stderr: expect.stringContaining("its conversation is locked") });
  });
});

describe("what GitHub refuses", () => {
  it.each([
    [401, "Bad credentials", "GITHUB_TOKEN is wrong or has expired"],
    [403, "Resource not accessible by integration", "`permissions: pull-requests: write`"],
    [403, "Repository was archived so is read-only.", "the repository is archived"],
    [404, "Not Found", "no such repository or pull request"],
    [422, "Validation Failed", "422 Validation Failed"],
  ])("is told in a line: %d", async (status, message, said) => {
    github.refuse("POST", { status, message });
    const { code, stdout, stderr } = await post();
    expect([code, stdout]).toEqual([1, ""]);
    expect(stderr.trimEnd().split("\n")).toEqual([expect.stringContaining(said)]);
    expect(stderr).toContain(`${status} ${message}`);
  });

  it("is tried again when GitHub has trouble, and then looked for first: it may have been created", async () => {
    github.refuse("POST", { status: 502, message: "Server Error", headers: { "retry-after": "0" } }, true);
    const { code, stdout, stderr } = await post();
    expect([code, stderr]).toEqual([0, expect.stringMatching(/502 Server Error; again in 0 s\n$/)]);
    expect(stdout).toMatch(/^unchanged: /);
    expect(bodies()).toEqual([BODY]);
  });

  it("is tried again when too much was asked, after the time that GitHub names", async () => {
    const headers = { "x-ratelimit-remaining": "0", "x-ratelimit-reset": "1000" };
    github.refuse("GET", { status: 403, message: "API rate limit exceeded", headers });
    const { code, stderr } = await post();
    expect([code, stderr]).toEqual([0, expect.stringContaining("again in 0 s")]);
  });

  it("is given up after four times, or when GitHub wants to be left alone for long", async () => {
    for (let time = 0; time < 4; time += 1)
      github.refuse("GET", { status: 503, message: "Unavailable", headers: { "retry-after": "0" } });
    expect((await post()).stderr).toContain("503 Unavailable (tried 4 times)");
    github.refuse("GET", { status: 429, message: "Too many", headers: { "retry-after": "3600" } });
    expect((await post()).stderr).toContain("429 Too many: not before 3600 s are over");
  });

  it("never shows the token", async () => {
    github.refuse("POST", { status: 422, message: "Validation Failed" });
    expect((await post()).stderr).not.toContain(TOKEN);
  });
});

describe("a mistake on the command line", () => {
  it.each([
    [[], {}, "needs --pull-request, --summary or both"],
    [["--pull-request", "0"], {}, "allowed a whole number from 1"],
    [["--pull-request", "12"], { GITHUB_TOKEN: "" }, "GITHUB_TOKEN is not set"],
    [["--pull-request", "12"], { GITHUB_API_URL: "github" }, 'GITHUB_API_URL: got "github"'],
    [["--pull-request", "12", "--repository", "name"], {}, 'got "name", allowed owner/name'],
    [["--pull-request", "12", "--name", "a -->"], {}, '--name: got "a -->"'],
    [["--summary"], {}, "GITHUB_STEP_SUMMARY is not set"],
    [["--pull-request", "12", "--file", "none.md"], {}, "none.md"],
  ])("%j is one line and exit code 1", async (args, env, said) => {
    const { code, stderr } = await lab(args, env);
    expect(code).toBe(1);
    expect(stderr.trimEnd().split("\n")).toEqual([expect.stringContaining(said)]);
    expect(github.asked).toEqual([]);
  });

  it("is a file that is longer than a comment may be", async () => {
    writeFileSync(join(folder, "diff.md"), "x".repeat(65_536));
    expect((await post()).stderr).toContain(`allowed 65536, which is GitHub's limit`);
  });
});
