import { standInAdvice } from "../../../../cli/engine/terraform/diagnostics.ts";
import { ALL_STAND_INS } from "../../../../cli/ui/options.ts";

const lacking = (what: string) => [
  {
    severity: "error" as const,
    summary: "Invalid resource type",
    detail: `The provider oracle/oci does not support ${what}.`,
  },
];

describe("a type that a provider lacks in the sandbox", () => {
  it.each([
    ['resource type "oci_objectstorage_bucket"', "oci_objectstorage_bucket"],
    ['data source "oci_core_volumes"', "oci_core_volumes"],
  ])("is lacked by the stand-in, and the option for the real provider is named: %s", (what, type) => {
    expect(standInAdvice(ALL_STAND_INS, lacking(what))).toEqual([
      expect.stringMatching(`^To do about ${type}: the sandbox's stand-in of provider oci .* --providers oci=real`),
    ]);
  });

  it("is lacked by the provider where that is the real one", () => {
    expect(standInAdvice({ ...ALL_STAND_INS, oci: "real" }, lacking('resource type "oci_nothing"'))).toEqual([]);
  });
});
