import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const SCRIPT = join(__dirname, "../../.ci/release-notes");
const CHANGELOG = `# Changelog

## [Unreleased]

## [0.2.0] - 2027-01-02

### Added

- A door.

## [0.1.0] - 2026-12-01

- A house.
`;

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "ampere-notes-"));
  writeFileSync(join(folder, "CHANGELOG.md"), CHANGELOG);
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const notes = (tag: string) =>
  spawnSync(SCRIPT, [tag], { encoding: "utf8", env: { ...process.env, CHANGELOG: join(folder, "CHANGELOG.md") } });

describe("the notes of a release", () => {
  it.each([
    ["v0.2.0", "### Added\n\n- A door.\n"],
    ["v0.1.0", "- A house.\n"],
  ])("are the changelog's section of its version: %s", (tag, text) => {
    expect(notes(tag)).toMatchObject({ status: 0, stdout: text });
  });

  it.each(["v0.3.0", "v0.2"])("are missed where there is no such section: %s", (tag) => {
    const { status, stdout, stderr } = notes(tag);
    expect([status, stdout]).toEqual([1, ""]);
    expect(stderr).toBe(
      `CHANGELOG.md: got no section "## [${tag.slice(1)}]" with text in it: rename [Unreleased] before the tag is made\n`,
    );
  });
});
