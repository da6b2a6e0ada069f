/** What a person writes in `lab.config.ts`. Fields say what they are by the docblocks of LabFields: an own one here would hide it. */
import type { DirectPreset, HomePreset, PresetName } from "./presets.ts";
import type { LabFields } from "./lab-fields.ts";

type Over<Section, Required extends keyof Section = never> = Partial<Section> & Pick<Section, Required>;

/** Sections of which a part is enough; what editors say of each is its own. */
type Parts<Of, Names extends keyof Of> = { readonly [Name in Names]?: Partial<Of[Name]> };

type OciFields = NonNullable<LabFields["oci"]>;
type ProxmoxFields = NonNullable<LabFields["proxmox"]>;
type NodeFields = LabFields["kubernetes"]["nodes"][number];

type OciInput = Over<Omit<OciFields, "budget">, "region"> & Parts<OciFields, "budget">;

/** Whatever the preset cannot know, and what should differ from it. Arrays replace the preset's. */
export interface LabInput
  extends
    Pick<LabFields, "name">,
    Partial<
      Pick<
        LabFields,
        "preset" | "tags" | "allowPaid" | "hosts" | "micro" | "virtualization" | "state" | "transform" | "extend"
      >
    >,
    Parts<LabFields, "network" | "access" | "kubernetes" | "talos" | "versions" | "images"> {
  /** The Oracle Cloud account and where in it the lab stands. @default - none, on hosts of one's own */
  readonly oci?: OciInput | null;
  /** Proxmox VE hosts that are there already. @default - none: the lab makes its hosts, or has none */
  readonly proxmox?: ExistingInput | null;
}

type Kubernetes = LabFields["kubernetes"];

/** A lab in an account. */
interface CloudLabInput extends LabInput {
  readonly oci: OciInput;
  readonly access: Over<LabFields["access"], "adminCidrs">;
  readonly proxmox?: null;
}

/** A lab whose Talos runs in virtual machines. */
export interface ProxmoxLabInput extends CloudLabInput {
  readonly preset?: Exclude<PresetName, DirectPreset | HomePreset>;
  readonly oci: OciInput & { readonly talosImageId?: never };
  readonly images?: Partial<LabFields["images"]> & { readonly format?: "qcow2" };
  readonly virtualization?: "tcg";
  readonly kubernetes?: Partial<Kubernetes> & { readonly placement?: "proxmox" };
}

/** A lab whose Talos runs straight on the instances: it has no hosts, no micro and no virtual machines. */
export interface DirectLabInput extends CloudLabInput {
  readonly preset: DirectPreset;
  readonly hosts?: readonly [];
  readonly micro?: null;
  readonly virtualization?: never;
  readonly kubernetes?: Partial<Kubernetes> & {
    readonly placement?: "oci";
    readonly nodes?: readonly (NodeFields & { readonly host?: never })[];
  };
}

/** Hosts that are there already: what the preset does not know of them. */
type ExistingInput = Over<Omit<ProxmoxFields, "api" | "network">, "nodes" | "vmIds"> & {
  /** Where the API of Proxmox VE is, and how to sign in. */
  readonly api: Over<ProxmoxFields["api"], "address" | "fingerprint">;
  /** The network that the guests are in. */
  readonly network: Over<ProxmoxFields["network"], "cidr" | "gateway" | "addresses" | "vip">;
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
  readonly images?: Partial<LabFields["images"]> & { readonly format?: "qcow2" };
  readonly access?: Partial<Pick<LabFields["access"], "basePort">>;
  readonly network?: Partial<Pick<LabFields["network"], "pods" | "services">>;
  readonly state?: Exclude<LabFields["state"], { readonly backend: "oci" }>;
  readonly kubernetes?: Partial<Kubernetes> & { readonly placement?: "proxmox" };
}
