import { TerraformResource, type TerraformResourceConfig } from "cdktf";
import type { Construct } from "constructs";

export interface PlainResourceProps extends Omit<TerraformResourceConfig, "terraformResourceType"> {
  /** Such as `oci_objectstorage_bucket`. */
  readonly type: string;
  /** By their names in Terraform. Blocks are objects, or lists of objects. */
  readonly arguments: Readonly<Record<string, unknown>>;
}

/** A resource of a type that has no bindings here: those are of the types that the lab itself uses. */
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
