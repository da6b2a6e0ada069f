import { basename, dirname } from "node:path";
import { AssetType, type ITerraformDependable, TerraformAsset, TerraformResource, TerraformStack } from "cdktf";
import { Construct } from "constructs";

export interface ScriptStepProps {
  /** Absolute folder of the scripts; all of it is copied into cdktf.out. */
  readonly folder: string;
  /** File in `folder`, plain JavaScript for the `node` on PATH. */
  readonly script: string;
  /** Handed to the script. Where a value is sensitive, Terraform hides all that the script prints. */
  readonly environment: Readonly<Record<string, string>>;
  /** The step runs on create, and again when one of these changes or is not known yet. */
  readonly triggers: Readonly<Record<string, string>>;
  readonly dependsOn?: readonly ITerraformDependable[];
}

/** Address of a resource within its own stack, as `replace_triggered_by` wants it; see Generation for what that misses. */
export function address(resource: TerraformResource): string {
  return `${resource.terraformResourceType}.${resource.friendlyUniqueId}`;
}

/**
 * Something that no provider can do: an idempotent script, run by `terraform_data`.
 *
 * Not cdktf's own `TerraformData`: its validation runs a terraform binary at every synth.
 */
export class ScriptStep extends Construct {
  readonly resource: TerraformResource;

  constructor(scope: Construct, id: string, props: ScriptStepProps) {
    super(scope, id);
    this.resource = new TerraformResource(this, "run", {
      terraformResourceType: "terraform_data",
      ...(props.dependsOn && { dependsOn: [...props.dependsOn] }),
      provisioners: [{ ...script(this, props), environment: { ...props.environment } }],
    });
    this.resource.addOverride("triggers_replace", props.triggers);
  }
}

export type FarewellStepProps = Pick<ScriptStepProps, "folder" | "script" | "environment" | "dependsOn">;

/**
 * A script that runs when it is destroyed, before what it depends on is. Terraform lets it see nothing but what the step
 * itself has kept, so the environment goes by way of the state. Where it fails, destroying goes on.
 */
export class FarewellStep extends Construct {
  constructor(scope: Construct, id: string, props: FarewellStepProps) {
    super(scope, id);
    const kept = Object.keys(props.environment).map((name) => [name, `\${self.input.${name}}`]);
    // `onFailure` is Terraform's, and missing from cdktf's type.
    const farewell = {
      ...script(this, props),
      environment: Object.fromEntries(kept),
      when: "destroy" as const,
      onFailure: "continue",
    };
    const resource = new TerraformResource(this, "run", {
      terraformResourceType: "terraform_data",
      ...(props.dependsOn && { dependsOn: [...props.dependsOn] }),
      provisioners: [farewell],
    });
    resource.addOverride("input", props.environment);
  }
}

/** One copy of a folder for all steps of a stack. */
function assetOf(stack: TerraformStack, path: string): TerraformAsset {
  const id = `scripts-${basename(dirname(path))}`;
  const found = stack.node.tryFindChild(id);
  return found instanceof TerraformAsset ? found : new TerraformAsset(stack, id, { path, type: AssetType.DIRECTORY });
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
