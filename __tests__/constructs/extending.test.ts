/** What docs/extending.md shows is run as it stands there. */
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { z } from "zod";
import { REPOSITORY } from "../config/labs.ts";
import { chapters, write } from "./documented.ts";

const block = z.record(z.string(), z.record(z.string(), z.record(z.string(), z.unknown())));
const synthesized = z.looseObject({
  terraform: z.looseObject({ backend: z.unknown() }),
  provider: z.record(z.string(), z.array(z.unknown())),
  resource: block,
  data: block.optional(),
  output: z.record(z.string(), z.unknown()).optional(),
});

const scratch = mkdtempSync(join(tmpdir(), "ampere-lab-extending-"));
// Within the checkout, as users have it: its imports are found there.
const mine = mkdtempSync(join(REPOSITORY, "__tests__", ".typed-extending-"));
afterAll(() => {
  rmSync(scratch, { recursive: true });
  rmSync(mine, { recursive: true });
});

/** Runs the app on a config as `cdktf` does. */
function synth(config: string, sandbox = true) {
  const outdir = mkdtempSync(join(scratch, "out-"));
  const { status, stderr } = spawnSync(process.execPath, ["main.ts"], {
    cwd: REPOSITORY,
    encoding: "utf8",
    env: {
      ...process.env,
      LAB_CONFIG: config,
      LAB_HOME: scratch,
      CDKTF_OUTDIR: outdir,
      LAB_SANDBOX: sandbox ? "1" : "0",
      NODE_NO_WARNINGS: "1",
    },
  });
  const stack = (name: string) =>
    synthesized.parse(JSON.parse(readFileSync(join(outdir, "stacks", name, "cdk.tf.json"), "utf8")));
  const facts = join(outdir, "lab.json");
  const lab: unknown = existsSync(facts) ? JSON.parse(readFileSync(facts, "utf8")) : null;
  return { status, stderr, stack, lab };
}

const examples = chapters();
function example(title: string): string {
  const files = examples.get(title);
  if (!files?.has("lab.config.ts")) throw new Error(`docs/extending.md has no example ${title}`);
  return write(join(mine, title.replaceAll(/\W+/g, "-")), files);
}

describe("docs/extending.md", () => {
  it("adds a bucket to stack oci", () => {
    const { stack, stderr, status } = synth(example("One more bucket in stack oci"));
    expect([status, stderr]).toEqual([0, ""]);
    expect(stack("oci").resource["oci_objectstorage_bucket"]).toEqual({
      backups: {
        "//": expect.anything(),
        compartment_id: "${oci_identity_compartment.account_compartment.id}",
        name: "backups",
        namespace: "${data.oci_objectstorage_namespace.host-image_namespace.namespace}",
      },
    });
  });

  it("adds a stack that reads the compartment from stack oci, signs in as the lab does and keeps its state beside the lab's", () => {
    const { stack, lab } = synth(example("A fourth stack"), false);
    const { resource, provider, terraform, data, output } = stack("workshop");
    expect(resource["oci_core_vcn"]?.["network_vcn"]).toMatchObject({
      compartment_id: expect.stringMatching(
        /^\$\{data\.terraform_remote_state\.\S+-oci\.outputs\.\S+compartment-id\}$/,
      ),
      cidr_blocks: ["10.99.0.0/16"],
      freeform_tags: { lab: "ampere-lab" },
    });
    expect(provider["oci"]).toEqual(stack("oci").provider["oci"]);
    expect(terraform.backend).toEqual({ local: { path: join(scratch, ".lab/state/workshop.tfstate") } });
    expect(Object.keys(data?.["terraform_remote_state"] ?? {})).toHaveLength(1);
    expect(output).toHaveProperty("workshop_vcn");
    expect(lab).toMatchObject({ direct: ["oci", "workshop"] });
  });

  it("gives resources of the lab other arguments", () => {
    const { stack } = synth(example("Another argument for a resource of the lab"));
    const { resource } = stack("oci");
    expect(resource["oci_core_vcn"]?.["network_vcn"]).toMatchObject({ dns_label: "mine", display_name: "ampere-lab" });
    expect(resource["oci_core_instance"]?.["pve-1_instance"]).toMatchObject({
      agent_config: { is_monitoring_disabled: true },
      shape: "VM.Standard.A1.Flex",
    });
  });
});

describe("an extension that throws", () => {
  it("is one line with its file and line", () => {
    const code = [
      'import type { Lab } from "../lab.ts";',
      "export default {",
      '  name: "ampere-lab",',
      '  oci: { region: "eu-frankfurt-1" },',
      '  access: { adminCidrs: ["203.0.113.7/32"] },',
      "  extend(lab: Lab) { lab.oci.outputs.nothing.there; },",
      "};",
    ].join("\n");
    const { stderr } = synth(write(join(mine, "throws"), new Map([["lab.config.ts", code]])));
    expect(stderr).toMatch(
      /^__tests__\/\.typed-\S+\/throws\/lab\.config\.ts:6: extend: Cannot read properties of undefined .*\n$/,
    );
  });
});
