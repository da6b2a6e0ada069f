import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { REPOSITORY } from "../config/labs.ts";
import { chapters, write } from "../constructs/documented.ts";
import { TestLab } from "./lab.ts";

jest.setTimeout(120_000);

/** The fourth stack of docs/extending.md, in a lab of this test's own. */
describe("a stack of one's own in the sandbox", () => {
  const mine = mkdtempSync(join(REPOSITORY, "__tests__", ".typed-fourth-"));
  let lab: TestLab;
  beforeAll(async () => {
    const config = join(mine, "mine", "lab.config.ts");
    lab = await TestLab.create({}, { LAB_CONFIG: config });
    const files = new Map(chapters().get("A fourth stack"));
    const basePort = lab.access?.basePort;
    files.set(
      "lab.config.ts",
      (files.get("lab.config.ts") ?? "").replace("access: {", `access: { basePort: ${basePort},`),
    );
    write(join(mine, "mine"), files);
  });
  afterAll(async () => {
    await lab.end();
    rmSync(mine, { recursive: true });
  });

  it("is deployed after the stack that it reads", async () => {
    const { code, stderr } = await lab.cdktf("deploy", "workshop", "oci", "--auto-approve");
    expect({ code, stderr: code === 0 ? "" : stderr }).toEqual({ code: 0, stderr: "" });
    const { stdout } = await lab.cdktf("output", "workshop");
    expect(stdout).toMatch(/^workshop workshop_vcn = ocid1\.vcn\.oc1\./m);
  });

  it("is compared by its name", async () => {
    expect(await lab.cdktf("diff", "oci", "workshop")).toMatchObject({ code: 0 });
  });

  it("needs no way to the hosts where all its providers are Oracle's", async () => {
    expect(await lab.lab("sandbox", "admin", "192.0.2.99")).toMatchObject({ code: 0 });
    expect(await lab.cdktf("diff", "workshop")).toMatchObject({ code: 0 });
  });

  it("is destroyed by its name", async () => {
    expect(await lab.cdktf("destroy", "workshop", "--auto-approve")).toMatchObject({ code: 0 });
    const file = join(lab.home, ".sandbox", "state", "workshop.tfstate");
    expect(JSON.parse(readFileSync(file, "utf8"))).toMatchObject({ resources: [] });
  });
});
