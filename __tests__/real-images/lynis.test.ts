import { readFileSync } from "node:fs";
import { join } from "node:path";
import { runScript } from "./checks.ts";
import { Guest } from "./guest.ts";
import { diskOf, removeWork, work } from "./workshop.ts";

jest.setTimeout(60 * 60_000);

let guest: Guest;
afterAll(async () => {
  await guest?.stop();
  removeWork();
});

describe("the base that npm run test:images has built, audited by Lynis", () => {
  it("comes up", async () => {
    guest = await Guest.boot({
      name: "audited",
      disk: diskOf("base-hardened"),
      diskGb: 12,
      folder: join(work, "guest"),
    });
  });

  it("has no warning that docs/images.md does not explain", async () => {
    const findings = (await runScript(guest, "base", "tests", "lynis.sh")).trim().split("\n");
    console.info(findings.join("\n"));
    expect(findings).toContainEqual(expect.stringMatching(/^hardening_index=\d+$/));
    const warnings = findings.flatMap((line) => /^warning\[\]=([^|]+)/.exec(line)?.[1] ?? []);
    const explained = readFileSync(join(__dirname, "../../docs/images.md"), "utf8");
    expect(warnings.filter((id) => !explained.includes(id))).toEqual([]);
  });
});
