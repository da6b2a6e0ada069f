/** Oracle's own Python SDK and CLI against the sandbox: they see what the oci stack deployed. */
import { execFileSync } from "node:child_process";
import { generateKeyPairSync } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { TestLab } from "../e2e/lab.ts";
import { needing, program, python } from "./workshop.ts";

const CLIENT = join(__dirname, "oci-client.py");

needing("python").describe("Oracle's Python clients", () => {
  let lab: TestLab;
  let oci: Readonly<Record<string, string>>;

  beforeAll(async () => {
    lab = await TestLab.create();
    expect(await lab.cdktf("deploy", "oci", "--auto-approve")).toMatchObject({ code: 0 });
    oci = (await (await lab.sandbox()).real()).oci;
  });

  afterAll(() => lab.end());

  function asked(configFile = oci.OCI_CLI_CONFIG_FILE) {
    return python([CLIENT, oci.OCI_CLI_ENDPOINT ?? "", configFile ?? ""]);
  }

  it("list what the stack deployed", async () => {
    const { code, stdout, stderr } = await asked();
    expect([code, stderr]).toEqual([0, ""]);
    const overview = await (await lab.sandbox()).overview();
    const found = JSON.parse(stdout);
    expect(found).toMatchObject({ vcns: ["test-lab"], balancers: [expect.any(Array)], object: "hello" });
    expect(found.instances).toEqual(overview.oci.instances.map(({ name, state, ocpus }) => [name, state, ocpus, true]));
    expect(found.rules.length).toBeGreaterThan(2);
  });

  it("are refused with a wrong key", async () => {
    const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
    const key = join(lab.home, "wrong.pem");
    writeFileSync(key, privateKey.export({ type: "pkcs8", format: "pem" }), { mode: 0o600 });
    const config = join(lab.home, "wrong-config");
    const right = readFileSync(oci.OCI_CLI_CONFIG_FILE ?? "", "utf8");
    writeFileSync(config, right.replace(/^key_file=.*$/m, `key_file=${key}`), { mode: 0o600 });
    const { code, stdout } = await asked(config);
    expect([code, JSON.parse(stdout)]).toEqual([3, { status: 401, code: "NotAuthenticated" }]);
  });

  it("have a CLI that lists, launches nothing it may not, and says why", async () => {
    const cli = join(dirname(program("python")), "oci");
    const run = (...args: string[]) =>
      execFileSync(cli, args, {
        env: { PATH: "/usr/bin:/bin", HOME: lab.home, ...oci },
        encoding: "utf8",
        stdio: "pipe",
      });
    const tenancy = oci.TF_VAR_tenancy_ocid ?? "";
    const { data } = JSON.parse(run("iam", "compartment", "list", "--compartment-id", tenancy));
    expect(data).toMatchObject([{ "lifecycle-state": "ACTIVE" }]);
    const vcns = JSON.parse(run("network", "vcn", "list", "--compartment-id", data[0].id)).data;
    expect(vcns).toMatchObject([{ "display-name": "test-lab" }]);
    expect(() => run("network", "vcn", "delete", "--vcn-id", vcns[0].id, "--force")).toThrow("Conflict");
  });
});
