import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

const CLI = join(__dirname, "../../../../cli");

it("nothing is printed around the masker but what other programs have to read", () => {
  const callers = readdirSync(CLI, { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".ts"))
    .filter((name) => /\b(?:printInClear|printDocumentInClear)\(/.test(readFileSync(join(CLI, name), "utf8")));
  expect(callers.toSorted()).toEqual([
    "commands/access/contexts.ts", // --stdout
    "commands/start/sandbox-hosts.ts", // the password that other labs log in with
    "commands/start/sandbox-start.ts", // --env
    "ui/document.ts",
    "ui/mask-output.ts",
  ]);
});

it("no file descriptor is written to behind the streams", () => {
  const writers = readdirSync(CLI, { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".ts"))
    .filter((name) => /writeSync\(\s*(?:1|2|process\.std\w+\.fd)\b/.test(readFileSync(join(CLI, name), "utf8")));
  expect(writers).toEqual([]);
});
