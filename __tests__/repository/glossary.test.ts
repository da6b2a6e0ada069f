import { globSync } from "node:fs";
import { ROOT, text } from "./markdown.ts";

/** Words that the glossary replaces, and that mean nothing else. */
const REPLACED =
  /[Pp]urse|[Ff]arewell|waterLevel|faceLosses|fateOf|\batWork\b|knocking|\bghosts?\b|things go wrong|[Ii]s it well/;

/** These quote the words. */
const QUOTING = new Set(["CHANGELOG.md", "docs/glossary.md", "__tests__/repository/glossary.test.ts"]);

describe("the glossary", () => {
  const rows = [...text("docs/glossary.md").matchAll(/^\| (?!term |-)(.*?) +\|/gm)].map(([, term = ""]) => term);

  it("has each term once", () => {
    const terms = rows.flatMap((row) => row.split(", "));
    expect(terms.length).toBeGreaterThan(60);
    expect(terms.filter((term, index) => terms.indexOf(term) !== index)).toEqual([]);
  });

  it("replaces words that are then used nowhere", () => {
    const sources = globSync(
      "{*.md,docs/*.md,{.github,__tests__,bench,cli,config,constructs,images,sandbox,stacks,topology}/**/*.{ts,mjs,js,yml,html}}",
      {
        cwd: ROOT,
        exclude: (name) => name.includes("node_modules"),
      },
    );
    const found = sources
      .filter((path) => !QUOTING.has(path))
      .flatMap((path) => {
        const [word] = REPLACED.exec(text(path)) ?? [];
        return word === undefined ? [] : [`${path}: ${word}`];
      });
    expect(found).toEqual([]);
  });
});
