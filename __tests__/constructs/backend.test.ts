import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { App } from "cdktf";
import * as fc from "fast-check";
import { type LabInput, parseConfig } from "../../config/index.ts";
import { LabStack } from "../../constructs/lab/lab-stack.ts";
import { planTopology } from "../../topology/plan.ts";
import { BASE, HOME, type Stack, synthesize } from "../stacks/synthesize.ts";

const S3 = {
  backend: "s3",
  bucket: "states",
  endpoint: "https://axlocal.compat.objectstorage.eu-frankfurt-1.oraclecloud.com",
  region: "eu-frankfurt-1",
} as const;
const OCI = { backend: "oci", bucket: "states", namespace: "axlocal" } as const;
/** What Terraform has to be told of each, whatever else is written beside it. */
const SAYS = {
  local: { path: `${HOME}/.lab/state/oci.tfstate` },
  oci: { bucket: "states", namespace: "axlocal", region: "eu-frankfurt-1", key: "ampere-lab/oci.tfstate" },
  s3: {
    bucket: "states",
    endpoints: { s3: S3.endpoint },
    region: "eu-frankfurt-1",
    key: "ampere-lab/oci.tfstate",
    use_lockfile: true,
    use_path_style: true,
  },
};
const BACKENDS = { local: { backend: "local" }, oci: OCI, s3: S3 } as const;

type Found = Readonly<Record<string, unknown>>;

/** The backend of stack oci, and how stack talos reads it. */
function synthesized(state: NonNullable<LabInput["state"]>, sandbox = false): { backend: Found; remote: Found } {
  const { oci, talos } = synthesize({ ...BASE, state }, { sandbox });
  const terraform: Stack["terraform"] & { backend?: Record<string, Found> } = oci.terraform;
  const remote = Object.values(talos.data["terraform_remote_state"] ?? {});
  return { backend: terraform.backend ?? {}, remote: remote[0] ?? {} };
}

describe.each(["local", "oci", "s3"] as const)("state in %s", (name) => {
  it("is kept where the config says, and in no second place", () => {
    const { backend } = synthesized(BACKENDS[name]);
    expect(Object.keys(backend)).toEqual([name]);
    expect(backend[name]).toMatchObject(SAYS[name]);
    expect(synthesized(BACKENDS[name])).toMatchSnapshot();
  });

  it("is read by other stacks where it is kept", () => {
    const { backend, remote } = synthesized(BACKENDS[name]);
    expect(remote).toEqual({ backend: name, config: backend[name], workspace: "${terraform.workspace}" });
  });

  it("is in the sandbox's own files when that is synthesized", () => {
    const path = `${HOME}/.sandbox/state/oci.tfstate`;
    expect(synthesized(BACKENDS[name], true).backend).toEqual({ local: { path } });
  });
});

describe("Terraform's own backend", () => {
  it.each([
    ["profile", { config_file_profile: "WORK" }],
    ["security-token", { auth: "SecurityToken", config_file_profile: "WORK" }],
    ["environment", {}],
    ["instance-principal", { auth: "InstancePrincipal" }],
  ] as const)("signs in by %s, as the provider does", (auth, args) => {
    const { oci } = synthesize({ ...BASE, state: OCI, oci: { ...BASE.oci, auth, profile: "WORK" } });
    const terraform: Stack["terraform"] & { backend?: Record<string, Found> } = oci.terraform;
    const { auth: signIn, config_file_profile } = terraform.backend?.["oci"] ?? {};
    expect(JSON.parse(JSON.stringify({ auth: signIn, config_file_profile }))).toEqual(args);
  });
});

describe("objects of states", () => {
  it("begin with the lab's name, or with what the config says", () => {
    expect(synthesized(S3).backend["s3"]).toHaveProperty("key", "ampere-lab/oci.tfstate");
    expect(synthesized({ ...OCI, prefix: "labs/a" }).backend["oci"]).toHaveProperty("key", "labs/a/oci.tfstate");
  });
});

describe("state in local files", () => {
  it("is below LAB_HOME by an absolute path, wherever is synthesized to", () => {
    fc.assert(
      fc.property(fc.array(fc.stringMatching(/^[a-z .%$'-]{1,8}$/), { maxLength: 3 }), (parts) => {
        const home = join("/", ...parts);
        const app = new App({ outdir: mkdtempSync(join(tmpdir(), "ampere-lab-backend-")) });
        const topology = planTopology(parseConfig(BASE));
        const { backend } = new (class extends LabStack {})(app, "oci", { topology, home });
        expect(backend.toTerraform()).toEqual({
          terraform: { backend: { local: { path: join(home, ".lab/state/oci.tfstate") } } },
        });
        rmSync(app.outdir, { recursive: true });
      }),
      { numRuns: 20 },
    );
  });

  it("is refused a home that would be another in every folder", () => {
    const topology = planTopology(parseConfig(BASE));
    expect(() => new (class extends LabStack {})(new App(), "oci", { topology, home: "lab" })).toThrow(
      'home: got "lab", allowed an absolute path',
    );
  });
});
