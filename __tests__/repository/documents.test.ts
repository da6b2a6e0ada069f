import { existsSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { documentPlayed } from "../../sandbox/document-text.ts";
import { DOCUMENTS, ROOT, text } from "./markdown.ts";

/** As GitHub makes it of a heading. */
const anchor = (heading: string): string =>
  heading
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N} _-]/gu, "")
    .replaceAll(" ", "-");

describe.each(DOCUMENTS)("%s", (path) => {
  const links = [...text(path).matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, link = ""]) => link)
    .filter((link) => !/^\w+:/.test(link));

  it("links to files and headings that are there", () => {
    const broken = links.filter((link) => {
      const [file = "", heading] = link.split("#");
      const target = file === "" ? path : join(dirname(path), file);
      if (!existsSync(join(ROOT, target))) return true;
      if (heading === undefined) return false;
      return ![...text(target).matchAll(/^#+ (.*)$/gm)].some(([, title = ""]) => anchor(title) === heading);
    });
    expect(broken).toEqual([]);
  });
});

describe("docs/README.md", () => {
  const listed = [...text("docs/README.md").matchAll(/^\| \[([\w-]+\.md)\]\(\1\)/gm)].map(([, name = ""]) => name);

  it("lists every document, by name", () => {
    const there = DOCUMENTS.filter((path) => path.startsWith("docs/")).map((path) => basename(path));
    expect(listed).toEqual(there.filter((name) => name !== "README.md"));
  });
});

describe("docs/played.md", () => {
  it("is what npm run docs writes now", () => {
    expect(text("docs/played.md")).toBe(documentPlayed());
  });

  it("is where docs/sandbox.md sends those who ask what is played", () => {
    expect(text("docs/sandbox.md")).toContain("](played.md#oci)");
  });
});

describe("SECURITY.md", () => {
  it("names no person and no address, as none is known to exist", () => {
    expect(text("SECURITY.md")).not.toMatch(/[\w.+-]+@[\w-]+\.\w+|https?:/);
  });

  it("says of folders with secrets that git ignores them, which is so", () => {
    expect(text("SECURITY.md")).toContain("`.lab/` and `.sandbox/` are in `.gitignore`");
    expect(text(".gitignore").split("\n")).toEqual(expect.arrayContaining([".lab/", ".sandbox/"]));
  });
});

describe("CHANGELOG.md", () => {
  it("has what is not released yet first, under the headings of Keep a Changelog", () => {
    const headings = text("CHANGELOG.md").match(/^##+ .*$/gm) ?? [];
    expect(headings[0]).toBe("## [Unreleased]");
    for (const each of headings)
      expect(each).toMatch(
        /^(## \[(Unreleased|\d+\.\d+\.\d+\] - \d{4}-\d\d-\d\d)\]?|### (Added|Changed|Deprecated|Removed|Fixed|Security))$/,
      );
  });
});
