import { TerraformResource } from "cdktf";
import type { Construct } from "constructs";
import { address } from "./script-step.ts";

/** Values of computed attributes by name: those are unknown while an object is planned. */
export type GenerationValues = Readonly<Record<string, string>>;

/**
 * The generation of an object: replaced when one of the values changes, and also when one is not known yet, because the
 * object is about to be created. `replace_triggered_by` alone would miss an object that was deleted and is created again:
 * Terraform triggers it by updates and replacements, never by creations. What refers to this is always replaced.
 *
 * @example
 * const vcn = new Generation(stack, "vcn-generation", { vcn: lab.oci.outputs.vcnId });
 * new ScriptStep(stack, "greet", {
 *   folder: import.meta.dirname,
 *   script: "greet.mjs",
 *   environment: {},
 *   triggers: { generation: vcn.generation },
 * });
 */
export class Generation extends TerraformResource {
  /** Changes with each generation. */
  readonly generation: string;
  /** For `replace_triggered_by`. */
  readonly address: string;

  constructor(scope: Construct, id: string, values: GenerationValues) {
    super(scope, id, { terraformResourceType: "terraform_data" });
    this.addOverride("triggers_replace", values);
    this.generation = this.getStringAttribute("id");
    this.address = address(this);
  }
}
