import { notBuilt } from "../../../cli/ui/errors.ts";

const missing = (message: string) => Object.assign(new Error(message), { code: "ERR_MODULE_NOT_FOUND" });

describe("a module that is not there", () => {
  it.each([
    [
      "Cannot find module '/lab/node_modules/@cdktf/provider-oci/lib/core-vcn/index.js' imported from /lab/a.ts",
      "the providers' bindings are not built: npm run prepare",
    ],
    ["Cannot find package 'zod' imported from /lab/a.ts", "the package zod is not installed: npm ci"],
    [
      "Cannot find package '@grpc/grpc-js' imported from /lab/a.ts",
      "the package @grpc/grpc-js is not installed: npm ci",
    ],
    ["Cannot find module '/lab/cli/nowhere.ts' imported from /lab/a.ts", null],
  ])("is told with what to do: %s", (message, told) => {
    expect(notBuilt(missing(message))).toBe(told);
  });

  it("is no other error", () => {
    expect(notBuilt(new Error("Cannot find package 'zod'"))).toBeNull();
  });
});
