import { TerraformResource, type TerraformResourceConfig } from "cdktf";
import type { Construct } from "constructs";

/** What a `PlainResource` is made from, beside what every resource takes. */
export interface PlainResourceProps extends Omit<TerraformResourceConfig, "terraformResourceType"> {
  /** Such as `oci_objectstorage_bucket`. */
  readonly type: string;
  /** By their names in Terraform. Blocks are objects, or lists of objects. */
  readonly arguments: Readonly<Record<string, unknown>>;
}

/**
 * A resource of a type that has no bindings here: those are of the types that the lab itself uses.
 *
 * @example
 * const backups = new PlainResource(stack, "backups", {
 *   type: "oci_objectstorage_bucket",
 *   arguments: { compartment_id: lab.oci.outputs.compartmentId, namespace: "axlocal", name: "backups" },
 * });
 * backups.getStringAttribute("bucket_id"); // its OCID, in what Terraform evaluates
 */
export class PlainResource extends TerraformResource {
  readonly #arguments: Readonly<Record<string, unknown>>;

  constructor(scope: Construct, id: string, { type, arguments: own, ...config }: PlainResourceProps) {
    super(scope, id, { ...config, terraformResourceType: type });
    this.#arguments = own;
  }

  protected override synthesizeAttributes(): Record<string, unknown> {
    return { ...this.#arguments };
  }
}
