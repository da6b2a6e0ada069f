import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";

const ROOT = join(__dirname, "..", "..");
const TSC = join(dirname(createRequire(__filename).resolve("typescript/package.json")), "bin", "tsc");

/** What the compiler says of a file in the repository, or nothing. */
function compile(code: string): string {
  const folder = mkdtempSync(join(ROOT, "__tests__", ".typed-"));
  try {
    writeFileSync(join(folder, "lab.ts"), code);
    writeFileSync(
      join(folder, "tsconfig.json"),
      JSON.stringify({ extends: "../../tsconfig.json", include: ["lab.ts"] }),
    );
    return spawnSync(process.execPath, [TSC, "--project", folder], { encoding: "utf8" }).stdout;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const lab = (read: string): string => `
  import { App } from "cdktf";
  import { OciStack } from "../../stacks/oci-stack.ts";
  import type { ProxmoxTopology } from "../../topology/types.ts";
  export function read(topology: ProxmoxTopology): unknown {
    const oci = new OciStack(new App(), "oci", { topology, home: "/home/me/lab", imageObject: "image.oci" });
    return ${read};
  }`;

describe("references between stacks", () => {
  it("compile when the output exists", () => {
    expect(compile(lab("oci.outputs.apiAddress"))).toBe("");
  });

  it("do not compile with a typo", () => {
    expect(compile(lab("oci.outputs.apiAdress"))).toContain("Did you mean 'apiAddress'?");
  });

  it("cannot be assigned to", () => {
    expect(compile(lab('(oci.outputs.apiAddress = "x")'))).toContain("read-only property");
  });
});
