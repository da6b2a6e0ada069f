import { join } from "node:path";
import Slowest from "./slowest.mjs";

function told(times: Readonly<Record<string, number>>): string {
  const written = jest.spyOn(process.stderr, "write").mockReturnValue(true);
  const testResults = Object.entries(times).map(([name, ms]) => ({
    testFilePath: join(process.cwd(), "__tests__", name),
    perfStats: { start: 1000, end: 1000 + ms },
  }));
  new Slowest().onRunComplete(new Set(), { testResults });
  const text = written.mock.calls.join("");
  written.mockRestore();
  return text;
}

describe("the reporter of what took longest", () => {
  it("names the ten slowest files on stderr, the slowest first, in plain text", () => {
    const times = Object.fromEntries(Array.from({ length: 12 }, (_, n) => [`${n}.test.ts`, n * 1000 + 40]));
    const lines = told(times).split("\n");
    expect(lines.slice(0, 4)).toEqual([
      "",
      "What took longest:",
      "   11.0 s  __tests__/11.test.ts",
      "   10.0 s  __tests__/10.test.ts",
    ]);
    expect(lines.slice(-2)).toEqual(["    2.0 s  __tests__/2.test.ts", ""]);
  });

  it("has nothing to say of one file, which jest has told of", () => {
    expect(told({ "one.test.ts": 1000 })).toBe("");
  });
});
