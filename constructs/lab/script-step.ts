import { basename, dirname } from "node:path";
import {
  AssetType,
  type ITerraformDependable,
  TerraformAsset,
  TerraformResource,
  type TerraformResourceConfig,
  TerraformStack,
} from "cdktf";
import { Construct } from "constructs";
import { type Transforms, transforming } from "./transform.ts";

/** The inner resource of a `ScriptStep` and of a `DestroyStep`. */
export interface ScriptStepInner {
  readonly run: TerraformResourceConfig;
}

/** What a `ScriptStep` is made from. */
export interface ScriptStepProps {
  /** Absolute folder of the scripts; all of it is copied into cdktf.out. */
  readonly folder: string;
  /** File in `folder`, plain JavaScript for the `node` on PATH. */
  readonly script: string;
  /** The script's environment. Where a value is sensitive, Terraform hides the script's output. */
  readonly environment: Readonly<Record<string, string>>;
  /** The step runs on create, and again when one of these changes or is not known yet. */
  readonly triggers: Readonly<Record<string, string>>;
  /** @default - nothing but what its environment and triggers refer to */
  readonly dependsOn?: readonly ITerraformDependable[];
  /** @default - the lab's own arguments */
  readonly transform?: Transforms<ScriptStepInner> | undefined;
}

/** Address of a resource within its own stack, as `replace_triggered_by` wants it; see Generation for what that misses. */
export function address(resource: TerraformResource): string {
  return `${resource.terraformResourceType}.${resource.friendlyUniqueId}`;
}

/**
 * Something that no provider can do: an idempotent script, run by `terraform_data`.
 *
 * Not cdktf's own `TerraformData`: its validation runs a terraform binary at every synth.
 *
 * @example
 * new ScriptStep(stack, "greet", {
 *   folder: import.meta.dirname,
 *   script: "greet.mjs",
 *   environment: { NAME: lab.topology.config.name },
 *   triggers: { vcn: lab.oci.outputs.vcnId },
 * });
 */
export class ScriptStep extends Construct {
  readonly nodes: { readonly run: TerraformResource };

  constructor(scope: Construct, id: string, props: ScriptStepProps) {
    super(scope, id);
    const given = transforming<ScriptStepInner>(this, props.transform);
    const provisioner = { ...script(this, props), environment: { ...props.environment } };
    const run = new TerraformResource(this, "run", given("run", runArguments(props, provisioner)));
    run.addOverride("triggers_replace", props.triggers);
    this.nodes = { run };
  }
}

/** What a `DestroyStep` is made from. */
export type DestroyStepProps = Pick<ScriptStepProps, "folder" | "script" | "environment" | "dependsOn" | "transform">;

/**
 * A script that runs when the step is destroyed, before its dependencies are. At that time Terraform knows only the step's own
 * state, so the environment is kept there. If the script fails, the destroy continues.
 *
 * @example
 * new DestroyStep(stack, "notify", {
 *   folder: import.meta.dirname,
 *   script: "notify.mjs",
 *   environment: { NAME: lab.topology.config.name },
 * });
 */
export class DestroyStep extends Construct {
  readonly nodes: { readonly run: TerraformResource };

  constructor(scope: Construct, id: string, props: DestroyStepProps) {
    super(scope, id);
    const kept = Object.keys(props.environment).map((name) => [name, `\${self.input.${name}}`]);
    // `onFailure` is Terraform's, and missing from cdktf's type.
    const onDestroy = {
      ...script(this, props),
      environment: Object.fromEntries(kept),
      when: "destroy" as const,
      onFailure: "continue",
    };
    const given = transforming<ScriptStepInner>(this, props.transform);
    const run = new TerraformResource(this, "run", given("run", runArguments(props, onDestroy)));
    run.addOverride("input", props.environment);
    this.nodes = { run };
  }
}

function runArguments(
  { dependsOn }: Pick<ScriptStepProps, "dependsOn">,
  provisioner: NonNullable<TerraformResourceConfig["provisioners"]>[number],
): TerraformResourceConfig {
  return {
    terraformResourceType: "terraform_data",
    ...(dependsOn && { dependsOn: [...dependsOn] }),
    provisioners: [provisioner],
  };
}

const assets = new WeakMap<TerraformStack, Map<string, TerraformAsset>>();

/** One copy of a folder for all steps of a stack. */
function assetOf(stack: TerraformStack, path: string): TerraformAsset {
  const own = assets.get(stack) ?? new Map<string, TerraformAsset>();
  assets.set(stack, own);
  const name = `scripts-${basename(dirname(path))}`;
  const taken = stack.node.tryFindChild(name) !== undefined;
  const make = (): TerraformAsset =>
    new TerraformAsset(stack, taken ? `${name}-${own.size + 1}` : name, { path, type: AssetType.DIRECTORY });
  const asset = own.get(path) ?? make();
  own.set(path, asset);
  return asset;
}

/** Runs a script of the folder with the `node` on PATH. */
function script(scope: Construct, props: Pick<ScriptStepProps, "folder" | "script">) {
  const asset = assetOf(TerraformStack.of(scope), props.folder);
  return {
    type: "local-exec" as const,
    interpreter: ["node"],
    command: `\${path.module}/${asset.path}/${props.script}`,
  };
}
