import { differences, readExpected } from "./expected.ts";
import { outcomeOf, weighed } from "./outcome.ts";

describe("what the run of an acceptance test says", () => {
  it.each([
    ["passes", 0, "--- PASS: TestAccX (1.0s)\nPASS\n", "pass", ""],
    [
      "skips itself",
      0,
      "    x_test.go:7: no NFS server\n--- SKIP: TestAccX (0.0s)\n",
      "skipped",
      "x_test.go:7: no NFS server",
    ],
    [
      "asks for what is not played",
      1,
      "x_test.go:7: Step 1/1 error\n  received an HTTP 501 response - Reason: Method 'POST /x' not implemented\n",
      "not-played",
      "received an HTTP 501 response - Reason: Method 'POST /x' not implemented",
    ],
    [
      "asks the internet",
      1,
      "x_test.go:7: Step 1/1 error\n  dial tcp: lookup example.org: no such host\n",
      "needs-account",
      "dial tcp: lookup example.org: no such host",
    ],
    [
      "finds something else",
      1,
      "    x_test.go:7: Step 1/1 error: 5 is not 6\n",
      "deviates",
      "x_test.go:7: Step 1/1 error: 5 is not 6",
    ],
    ["does not end", null, "", "deadline", ""],
  ] as const)("is told of one that %s", (_what, code, output, verdict, line) => {
    expect(outcomeOf({ code, output })).toEqual({ verdict, line });
  });
});

describe("a function that fails against the service too", () => {
  const asThere = { "its client has changed": /^TestOld/ };

  it("is as there, with the reason", () => {
    const told = { verdict: "as-there", line: "its client has changed" };
    expect(weighed("TestOldA", { verdict: "deviates", line: "x" }, asThere)).toEqual(told);
  });

  it.each([
    ["TestNew", "deviates"],
    ["TestOldA", "pass"],
  ] as const)("is not %s that ends with %s", (name, verdict) => {
    expect(weighed(name, { verdict, line: "" }, asThere).verdict).toBe(verdict);
  });
});

describe("the ratchet of acceptance tests", () => {
  const expected = readExpected("suite", JSON.stringify({ suite: { TestA: "pass", TestB: "not-played" } }));

  it("says nothing where each ends as expected", () => {
    expect(differences(expected, { TestB: "not-played" })).toEqual([]);
  });

  it("names what got worse, what got better, and what is not listed", () => {
    expect(differences(expected, { TestA: "deviates", TestB: "pass", TestC: "pass" })).toEqual([
      "TestA: deviates, expected pass",
      "TestB: pass, expected not-played",
      "TestC: pass, expected not listed",
    ]);
  });

  it("takes only reasons of the closed list", () => {
    expect(() => readExpected("suite", JSON.stringify({ suite: { TestA: "flaky" } }))).toThrow();
  });
});
