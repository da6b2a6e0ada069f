/** What a person writes in `lab.config.ts`. */
import type { DirectPreset, PresetName } from "./presets.ts";
import type { LabConfig, NodeConfig } from "./schema.ts";

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
  /** @default - the preset's: nothing beside the lab's own */
  readonly talos?: Partial<LabConfig["talos"]>;
  /** @default - the preset's */
  readonly versions?: Partial<LabConfig["versions"]>;
  /** @default - the preset's: local files */
  readonly state?: LabConfig["state"];
  /** Other arguments for resources of the lab: a `LabTransforms` of lab.ts. @default - the lab's own arguments */
  readonly transform?: NonNullable<LabConfig["transform"]>;
  /** Adds to the lab: takes a `Lab` of lab.ts. @default - nothing is added */
  readonly extend?: NonNullable<LabConfig["extend"]>;
}

type Kubernetes = LabConfig["kubernetes"];

/** A lab whose Talos runs in virtual machines. */
export interface ProxmoxLabInput extends LabInput {
  /** @default - free */
  readonly preset?: Exclude<PresetName, DirectPreset>;
  readonly oci: LabInput["oci"] & { readonly talosImageId?: never };
  /** @default - the preset's */
  readonly kubernetes?: Partial<Kubernetes> & { readonly placement?: "proxmox" };
}

/** A lab whose Talos runs straight on the instances: it has no hosts, no micro and no virtual machines. */
export interface DirectLabInput extends LabInput {
  readonly preset: DirectPreset;
  readonly hosts?: readonly [];
  readonly micro?: null;
  readonly virtualization?: never;
  /** @default - the preset's */
  readonly kubernetes?: Partial<Kubernetes> & {
    readonly placement?: "oci";
    readonly nodes?: readonly (NodeConfig & { readonly host?: never })[];
  };
}
