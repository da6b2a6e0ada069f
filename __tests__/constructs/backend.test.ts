import type { LabInput } from "../../config/index.ts";
import { BASE, type Stack, synthesize } from "../stacks/synthesize.ts";

const S3 = {
  backend: "s3",
  bucket: "states",
  endpoint: "https://axlocal.compat.objectstorage.eu-frankfurt-1.oraclecloud.com",
  region: "eu-frankfurt-1",
} as const;
const OCI = { backend: "oci", bucket: "states", namespace: "axlocal" } as const;
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
  it("comes out as it always did", () => {
    expect(synthesized(BACKENDS[name])).toMatchSnapshot();
  });

  it("is read by other stacks where it is kept", () => {
    const { backend, remote } = synthesized(BACKENDS[name]);
    expect(remote).toEqual({ backend: name, config: backend[name], workspace: "${terraform.workspace}" });
  });

  it("is in the sandbox's own files when that is synthesized", () => {
    const path = "../../../.sandbox/state/oci.tfstate";
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
