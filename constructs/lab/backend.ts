/** Where a stack's state is kept, and how the other stacks read it there. No credential ever stands in either. */
import { isAbsolute, join } from "node:path";
import { LocalBackend, TerraformBackend, TerraformRemoteState } from "cdktf";
import type { Construct } from "constructs";
import type { LabConfig, StateConfig } from "../../config/schema.ts";
import { accountIn, signInOf } from "../../config/sign-in.ts";
import { LabError } from "./error.ts";

type OciState = Extract<StateConfig, { readonly backend: "oci" }>;
type S3State = Extract<StateConfig, { readonly backend: "s3" }>;

/** A backend's arguments, as Terraform spells them. */
type Arguments = Readonly<Record<string, unknown>>;

/** Reads another stack's outputs from an object store. */
class RemoteState extends TerraformRemoteState {
  constructor(scope: Construct, id: string, backend: string, args: Arguments) {
    super(scope, id, backend, { ...args, workspace: "${terraform.workspace}" });
  }
}

/**
 * State in an object store. cdktn has no class for `oci`, and its `S3Backend` runs a terraform binary at every synth to see
 * whether that has `use_lockfile`.
 */
class ObjectBackend extends TerraformBackend {
  readonly #arguments: Arguments;

  constructor(scope: Construct, name: StateConfig["backend"], args: Arguments) {
    super(scope, "backend", name);
    this.#arguments = args;
  }

  protected override synthesizeAttributes(): Arguments {
    return this.#arguments;
  }

  override getRemoteStateDataSource(scope: Construct, name: string): TerraformRemoteState {
    return new RemoteState(scope, name, this.name, this.#arguments);
  }
}

function objectOf(config: LabConfig, { prefix = config.name }: OciState | S3State, stack: string): string {
  return `${prefix}/${stack}.tfstate`;
}

function local(scope: Construct, stack: string, home: string, sandbox: boolean): TerraformBackend {
  // Absolute: with a relative path the state would depend on the output folder, and a deploy would create everything again.
  if (!isAbsolute(home))
    throw new LabError(scope, { at: "home", got: JSON.stringify(home), allowed: "an absolute path" });
  const path = join(home, sandbox ? ".sandbox" : ".lab", "state", `${stack}.tfstate`);
  return new LocalBackend(scope, { path });
}

/** Terraform's own backend, since 1.12. */
function oci(scope: Construct, stack: string, config: LabConfig, state: OciState): TerraformBackend {
  const account = accountIn(config);
  const signIn = signInOf(account);
  return new ObjectBackend(scope, "oci", {
    bucket: state.bucket,
    namespace: state.namespace,
    region: state.region ?? account.region,
    key: objectOf(config, state, stack),
    ...("profile" in signIn && { config_file_profile: signIn.profile }),
    ...(signIn.auth === "security-token" && { auth: "SecurityToken" }),
    ...(signIn.auth === "instance-principal" && { auth: "InstancePrincipal" }),
  });
}

/**
 * Whatever would ask Amazon is off, and so are the checksums that OCI refuses (hashicorp/terraform#36704,
 * oracle/terraform-provider-oci#2348).
 */
function s3(scope: Construct, stack: string, config: LabConfig, state: S3State): TerraformBackend {
  return new ObjectBackend(scope, "s3", {
    bucket: state.bucket,
    region: state.region,
    key: objectOf(config, state, stack),
    endpoints: { s3: state.endpoint },
    use_lockfile: true,
    use_path_style: true,
    skip_credentials_validation: true,
    skip_metadata_api_check: true,
    skip_region_validation: true,
    skip_requesting_account_id: true,
    skip_s3_checksum: true,
  });
}

/** Gives a stack its backend. The sandbox's state is always in files of its own. @param home LAB_HOME, absolute */
export function keepState(
  scope: Construct,
  stack: string,
  config: LabConfig,
  { home, sandbox }: { readonly home: string; readonly sandbox: boolean },
): TerraformBackend {
  const { state } = config;
  if (sandbox || state.backend === "local") return local(scope, stack, home, sandbox);
  return state.backend === "oci" ? oci(scope, stack, config, state) : s3(scope, stack, config, state);
}
