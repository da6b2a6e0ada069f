/** States by Terraform's own backend `oci`, in the sandbox's Object Storage. It takes a Terraform of 1.12 or newer. */
import { execFileSync } from "node:child_process";
import { copyFileSync, mkdirSync } from "node:fs";
import { ConfigFileAuthenticationDetailsProvider } from "oci-common";
import { ObjectStorageClient } from "oci-objectstorage";
import { openSandbox, type Sandbox } from "../../sandbox/client.ts";
import { SmallLab } from "../cli/small-lab.ts";

const TERRAFORM = process.env["TERRAFORM_BINARY_NAME"] ?? "terraform";

function versionOf(program: string): string {
  try {
    return (
      /^Terraform v(\d+\.\d+)/.exec(execFileSync(program, ["version"], { encoding: "utf8" }))?.[1] ?? "no Terraform"
    );
  } catch {
    return "not there";
  }
}

const version = versionOf(TERRAFORM);
// In its workflow it is not skipped where that Terraform is missing: then it fails.
const able = process.env["NATIVE_STATE_TEST"] === "1" || /^1\.(1[2-9]|[2-9]\d)$/.test(version);
const itWithTerraform = able
  ? it
  : (name: string) => it.skip(`${name} (skipped: ${TERRAFORM} is ${version}, and 1.12 is needed)`, () => undefined);

const thing = (input: string) => ({ terraform_data: { thing: { input } } });
const made = { made: { value: "${terraform_data.thing.output}" } };

describe("Terraform's backend oci", () => {
  let lab: SmallLab;
  let sandbox: Sandbox;
  let env: Readonly<Record<string, string>>;
  let backend: Readonly<Record<string, unknown>>;

  beforeAll(async () => {
    lab = new SmallLab({
      oci: { terraform: { resource: thing("a"), output: made } },
      proxmox: {
        reads: ["oci"],
        terraform: { resource: thing("${data.terraform_remote_state.oci.outputs.made}"), output: made },
      },
    });
    sandbox = await openSandbox({ labHome: lab.home });
    const { oci } = await sandbox.real();
    // Terraform's backend reads this file and no other.
    mkdirSync(lab.path(".oci"));
    copyFileSync(oci["OCI_CLI_CONFIG_FILE"] ?? "", lab.path(".oci", "config"));
    const authenticationDetailsProvider = new ConfigFileAuthenticationDetailsProvider(
      lab.path(".oci", "config"),
      "DEFAULT",
    );
    const client = new ObjectStorageClient({ authenticationDetailsProvider });
    client.endpoint = oci["OCI_CLI_ENDPOINT"] ?? "";
    const { value: namespaceName } = await client.getNamespace({});
    const compartmentId = oci["TF_VAR_tenancy_ocid"] ?? "";
    await client.createBucket({ namespaceName, createBucketDetails: { name: "states", compartmentId } });
    client.close();
    env = { TERRAFORM_BINARY_NAME: TERRAFORM, CLIENT_HOST_OVERRIDES: oci["CLIENT_HOST_OVERRIDES"] ?? "" };
    const region = oci["TF_VAR_region"];
    const key = "lab/STACK.tfstate";
    backend = { oci: { bucket: "states", namespace: namespaceName, region, key, config_file_profile: "DEFAULT" } };
  });
  afterAll(async () => {
    await sandbox.stop();
    lab.dispose();
  });

  itWithTerraform(
    "takes what is synthesized: a lab moves there and back, and is deployed from it",
    async () => {
      const states = async (): Promise<unknown> => {
        const { stdout } = await lab.runLab(["state", "list", "--json"], env);
        const stacks: { serial: number; lineage: string }[] = JSON.parse(stdout).stacks;
        return stacks.map(({ serial, lineage }) => ({ serial, lineage }));
      };
      expect((await lab.run(["deploy", "--auto-approve"], env)).code).toBe(0);
      const before = await states();
      lab.keepIn(backend);
      const { code, stderr } = await lab.runLab(["state", "migrate"], env);
      expect([code, stderr]).toEqual([0, expect.stringContaining("each was read back")]);
      expect([await states(), (await lab.run(["diff"], env)).code]).toEqual([before, 0]);
      lab.keepIn(null);
      expect((await lab.runLab(["state", "migrate"], env)).code).toBe(0);
      expect([await states(), (await lab.run(["diff"], env)).code]).toEqual([before, 0]);
      lab.keepIn(backend);
      await lab.runLab(["state", "migrate"], env);
      expect((await lab.run(["destroy", "--auto-approve"], env)).code).toBe(0);
    },
    300_000,
  );
});
