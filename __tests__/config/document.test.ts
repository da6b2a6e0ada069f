import { readFileSync } from "node:fs";
import { join } from "node:path";
import { documentConfig } from "../../config/document-text.ts";
import { REPOSITORY } from "./labs.ts";

describe("docs/config.md", () => {
  it("is what node config/document.ts writes now", () => {
    expect(readFileSync(join(REPOSITORY, "docs/config.md"), "utf8")).toBe(documentConfig());
  });

  it("documents every field", () => {
    const rows = documentConfig()
      .split("\n")
      .filter((line) => line.startsWith("| `"));
    for (const row of rows) expect(row.split(" | ").every((cell) => cell.replaceAll("|", "").trim() !== "")).toBe(true);
    expect(rows.length).toBeGreaterThan(45);
  });
});
