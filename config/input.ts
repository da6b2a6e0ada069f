/** What a person writes in `lab.config.ts`. */
import type { DirectPreset, HomePreset, PresetName } from "./presets.ts";
import type { ExistingConfig, LabConfig, NodeConfig, OciConfig } from "./schema.ts";

type Over<Section, Required extends keyof Section = never> = Partial<Section> & Pick<Section, Required>;

type OciInput = Over<Omit<OciConfig, "budget">, "region"> & {
  /** @default - the preset's */
  readonly budget?: Partial<OciConfig["budget"]>;
};

/** Whatever the preset cannot know, and what should differ from it. Arrays replace the preset's. */
export interface LabInput extends Partial<
  Pick<LabConfig, "preset" | "tags" | "allowPaid" | "hosts" | "micro" | "virtualization">
> {
  readonly name: string;
  /** @default - none, on hosts of one's own */
  readonly oci?: OciInput | null;
  /** @default - none: the lab makes its hosts, or has none */
  readonly proxmox?: ExistingInput | null;
  /** @default - the preset's */
  readonly network?: Partial<LabConfig["network"]>;
  /** @default - the preset's */
  readonly access?: Partial<LabConfig["access"]>;
  /** @default - the preset's */
  readonly kubernetes?: Partial<LabConfig["kubernetes"]>;
  /** @default - the preset's: nothing beside the lab's own */
  readonly talos?: Partial<LabConfig["talos"]>;
  /** @default - the preset's */
  readonly versions?: Partial<LabConfig["versions"]>;
  /** @default - the preset's: qcow2 */
  readonly images?: Partial<LabConfig["images"]>;
  /** @default - the preset's: local files */
  readonly state?: LabConfig["state"];
  /** Other arguments for resources of the lab: a `LabTransforms` of lab.ts. @default - the lab's own arguments */
  readonly transform?: NonNullable<LabConfig["transform"]>;
  /** Adds to the lab: takes a `Lab` of lab.ts. @default - nothing is added */
  readonly extend?: NonNullable<LabConfig["extend"]>;
}

type Kubernetes = LabConfig["kubernetes"];

/** A lab in an account. */
interface CloudLabInput extends LabInput {
  readonly oci: OciInput;
  readonly access: Over<LabConfig["access"], "adminCidrs">;
  readonly proxmox?: null;
}

/** A lab whose Talos runs in virtual machines. */
export interface ProxmoxLabInput extends CloudLabInput {
  /** @default - free */
  readonly preset?: Exclude<PresetName, DirectPreset | HomePreset>;
  readonly oci: OciInput & { readonly talosImageId?: never };
  readonly images?: { readonly format?: "qcow2" };
  readonly virtualization?: "tcg";
  /** @default - the preset's */
  readonly kubernetes?: Partial<Kubernetes> & { readonly placement?: "proxmox" };
}

/** A lab whose Talos runs straight on the instances: it has no hosts, no micro and no virtual machines. */
export interface DirectLabInput extends CloudLabInput {
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

/** Hosts that are there already: what the preset does not know of them. */
type ExistingInput = Over<Omit<ExistingConfig, "api" | "network">, "nodes" | "vmIds"> & {
  readonly api: Over<ExistingConfig["api"], "address" | "fingerprint">;
  readonly network: Over<ExistingConfig["network"], "cidr" | "gateway" | "addresses" | "vip">;
};

/** A lab on Proxmox VE of one's own: it has no account, and makes no hosts. */
export interface HomeLabInput extends LabInput {
  readonly preset: HomePreset;
  readonly oci?: null;
  readonly proxmox: ExistingInput;
  readonly hosts?: readonly [];
  readonly micro?: null;
  readonly tags?: never;
  readonly allowPaid?: never;
  readonly images?: { readonly format?: "qcow2" };
  /** @default - the preset's */
  readonly access?: { readonly basePort?: number };
  /** @default - the preset's */
  readonly network?: Partial<Pick<LabConfig["network"], "pods" | "services">>;
  readonly state?: Exclude<LabConfig["state"], { readonly backend: "oci" }>;
  /** @default - the preset's */
  readonly kubernetes?: Partial<Kubernetes> & { readonly placement?: "proxmox" };
}
