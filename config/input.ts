/** What a person writes in `lab.config.ts`. */
import type { LabConfig } from "./schema.ts";

type Over<Section, Required extends keyof Section = never> = Partial<Section> & Pick<Section, Required>;

/** Whatever the preset cannot know, and what should differ from it. Arrays replace the preset's. */
export interface LabInput extends Partial<
  Pick<LabConfig, "preset" | "tags" | "allowPaid" | "hosts" | "micro" | "virtualization">
> {
  readonly name: string;
  readonly oci: Over<Omit<LabConfig["oci"], "budget">, "region"> & {
    /** @default - the preset's */
    readonly budget?: Partial<LabConfig["oci"]["budget"]>;
  };
  /** @default - the preset's */
  readonly network?: Partial<LabConfig["network"]>;
  readonly access: Over<LabConfig["access"], "adminCidrs">;
  /** @default - the preset's */
  readonly kubernetes?: Partial<LabConfig["kubernetes"]>;
  /** @default - the preset's */
  readonly versions?: Partial<LabConfig["versions"]>;
  /** @default - the preset's: local files */
  readonly state?: LabConfig["state"];
  /** Other arguments for resources of the lab: a `LabTransforms` of lab.ts. @default - the lab's own arguments */
  readonly transform?: NonNullable<LabConfig["transform"]>;
  /** Adds to the lab: takes a `Lab` of lab.ts. @default - nothing is added */
  readonly extend?: NonNullable<LabConfig["extend"]>;
}
