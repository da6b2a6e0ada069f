import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import quick from "../../jest.quick.config.mjs";
import { testsInOwnProcess } from "./own-process.mjs";

/** Not written as one word: this test itself starts no program. */
const SPAWN = ["node", "child_process"].join(":");

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "ampere-quick-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

function write(files: Readonly<Record<string, string>>): void {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
}

describe("npm run test:quick", () => {
  it("leaves out the tests that start programs, and those whose helpers do", () => {
    write({
      "a/starts.test.ts": `import { spawn } from "${SPAWN}";`,
      "a/by-helpers.test.ts": 'import { lab } from "./lab.ts";\nimport { other } from "../other.test.ts";',
      "a/later.test.ts": 'const { run } = await import("../run.ts");',
      "a/lab.ts": 'export { run } from "../run.ts";',
      "run.ts": `import {\n  spawn,\n} from "${SPAWN}";`,
      "a/alone.test.ts": 'import { shipped } from "../../cli/spawn.ts";\nimport { other } from "../other.test.ts";',
      "other.test.ts": 'import "./a/alone.test.ts";\nconst text = \'from "./run.ts of a sentence\';',
    });
    expect(testsInOwnProcess(folder).toSorted()).toEqual(["a/alone.test.ts", "other.test.ts"]);
  });

  it("has tests of each room that needs no program", () => {
    for (const room of [
      "config",
      "constructs",
      "sandbox/oci/api",
      "sandbox/proxmox",
      "sandbox/talos",
      "stacks",
      "topology",
    ])
      expect(quick.testMatch).toContainEqual(expect.stringMatching(`/__tests__/${room}/`));
    for (const left of ["/__tests__/e2e/", "/__tests__/repository/", "/fuzz"])
      expect(quick.testMatch).not.toContainEqual(expect.stringMatching(left));
  });
});
