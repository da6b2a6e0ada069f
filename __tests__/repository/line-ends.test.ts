/** Hashes of images, script assets and stamps are of files as they lie on disk: a checkout must not turn line ends. */
import { execFileSync } from "node:child_process";
import { copyFileSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { REPOSITORY } from "../config/labs.ts";

const git = (cwd: string, ...args: readonly string[]): string =>
  execFileSync("git", ["-c", "core.autocrlf=true", ...args], {
    cwd,
    encoding: "utf8",
    stdio: ["ignore", "pipe", "pipe"],
  });

it("stay LF in a checkout where git converts line ends", () => {
  const folder = mkdtempSync(join(tmpdir(), "ampere-lines-"));
  try {
    git(folder, "init", "--quiet");
    const files = [".gitattributes", "cdktf.json", "docs/sandbox-page.png"];
    const names = files.map((file) => file.replaceAll("/", "-"));
    for (const [index, name] of names.entries()) copyFileSync(join(REPOSITORY, files[index] ?? ""), join(folder, name));
    git(folder, "add", ".");
    for (const name of names) rmSync(join(folder, name));
    git(folder, "checkout", "--", ".");
    for (const [index, name] of names.entries())
      expect(readFileSync(join(folder, name)).equals(readFileSync(join(REPOSITORY, files[index] ?? "")))).toBe(true);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

it("are LF in every text of the repository", () => {
  const listed = git(REPOSITORY, "ls-files", "--eol").trim().split("\n");
  expect(listed.filter((line) => /^i\/(crlf|mixed)/.test(line))).toEqual([]);
});
