import { readFileSync } from "node:fs";
import { join } from "node:path";
import { documentCommands } from "../../cli/document-text.ts";

describe("docs/cli.md", () => {
  it("is what node cli/document.ts writes now", () => {
    expect(readFileSync(join(__dirname, "../../docs/cli.md"), "utf8")).toBe(documentCommands());
  });

  it("has nothing of the machine on which it was written", () => {
    expect(documentCommands()).not.toMatch(/\/home\/|\/tmp\//);
  });
});
