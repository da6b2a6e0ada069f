import { property, assert, double, integer } from "fast-check";
import { pauseMs } from "../../../../cli/engine/runs/capacity-wait.ts";
import { isShortage } from "../../../../cli/engine/terraform/diagnostics.ts";

const full = { severity: "error", summary: "500-InternalError, Out of host capacity.", detail: "" } as const;
const denied = { severity: "error", summary: "400-LimitExceeded", detail: "" } as const;
const warning = { severity: "warning", summary: "deprecated", detail: "" } as const;

describe("the pause before the next question", () => {
  it("is from half a minute to ten, give or take a fifth", () => {
    assert(
      property(integer({ min: 0, max: 2000 }), double({ min: 0, max: 1, noNaN: true }), (asked, random) => {
        const pause = pauseMs(asked, random);
        expect(pause).toBeGreaterThanOrEqual(24_000);
        expect(pause).toBeLessThan(720_001);
      }),
    );
  });

  it("is twice as long each time", () => {
    expect([0, 1, 2, 9].map((asked) => pauseMs(asked, 0.5))).toEqual([30_000, 60_000, 120_000, 600_000]);
  });
});

it.each([
  ["a shortage alone", [full, full, warning], true],
  ["a shortage and something else", [full, denied], false],
  ["something else", [denied], false],
  ["nothing that was said", [], false],
] as const)("a run that failed of %s is waited out, or is not", (_what, diagnostics, is) => {
  expect(isShortage(diagnostics)).toBe(is);
});
