/** Labs to start from. A preset holds everything but what only the user knows: name, region, admin networks. */
import type { PresetFields } from "./schema.ts";

type HostConfig = PresetFields["hosts"][number];
type NodeConfig = PresetFields["kubernetes"]["nodes"][number];

/** A preset: everything but what only the user knows. */
type Preset = Omit<PresetFields, "name" | "oci" | "access" | "proxmox"> & {
  readonly oci: Omit<NonNullable<PresetFields["oci"]>, "region" | "homeRegion" | "compartment"> | null;
  readonly access: Omit<PresetFields["access"], "adminCidrs"> & { readonly adminCidrs?: readonly [] };
  readonly proxmox: ExistingDefaults | null;
};

type Existing = NonNullable<PresetFields["proxmox"]>;

/** What most hosts have in common. */
type ExistingDefaults = Pick<Existing, "hosts" | "storage" | "imageStorage"> & {
  readonly api: Pick<Existing["api"], "port" | "auth">;
  readonly network: Pick<Existing["network"], "bridge" | "resolvers">;
};

const host = (name: string, ocpus: number, memoryGb: number, bootVolumeGb: number): HostConfig => ({
  name,
  ocpus,
  memoryGb,
  bootVolumeGb,
});

const controlPlane = (name: string, vcpus: number, memoryMb: number, diskGb = 20): NodeConfig => ({
  name,
  role: "control-plane",
  vcpus,
  memoryMb,
  diskGb,
});

const worker = (name: string, vcpus: number, memoryMb: number): NodeConfig => ({
  name,
  role: "worker",
  vcpus,
  memoryMb,
  diskGb: 20,
});

const common = {
  tags: {},
  allowPaid: false,
  proxmox: null,
  oci: { auth: "profile", profile: "DEFAULT", availabilityDomain: 1, spreadHosts: false, budget: { amount: 1 } },
  network: {
    vcn: "10.0.0.0/16",
    subnet: "10.0.0.0/24",
    guests: "10.20.0.0/24",
    pods: "10.244.0.0/16",
    services: "10.96.0.0/12",
  },
  access: { allowAnywhere: false, basePort: 18000 },
  micro: null,
  virtualization: "tcg",
  talos: { extensions: [], kernelArgs: [], patches: [] },
  versions: { proxmox: "9.2", talos: "1.14.1", kubernetes: "1.37.2" },
  images: { format: "qcow2" },
  state: { backend: "local" },
} as const;

/**
 * One host with everything Always Free gives, and one node: under emulation a second kubelet costs more than it brings.
 * A worker of 2 GB fits beside it.
 */
const free: Preset = {
  ...common,
  hosts: [host("pve-1", 2, 12, 150)],
  kubernetes: {
    placement: "proxmox",
    allowSchedulingOnControlPlanes: true,
    cni: "flannel",
    discoveryService: true,
    nodes: [controlPlane("cp-1", 2, 5120, 40)],
  },
};

/** A real Proxmox VE cluster for $0: two hosts and a vote on the micro. Guests of one vCPU are below Talos's minimum. */
const freePair: Preset = {
  ...common,
  hosts: [host("pve-1", 1, 6, 75), host("pve-2", 1, 6, 75)],
  micro: { name: "qdevice-1", bootVolumeGb: 50 },
  kubernetes: {
    placement: "proxmox",
    allowSchedulingOnControlPlanes: false,
    cni: "flannel",
    discoveryService: true,
    nodes: [controlPlane("cp-1", 1, 2048), worker("worker-1", 1, 1536)],
  },
};

/** Three hosts and a control plane that survives the loss of one. Costs money. */
const payg: Preset = {
  ...common,
  allowPaid: true,
  hosts: [host("pve-1", 2, 12, 100), host("pve-2", 2, 12, 100), host("pve-3", 2, 12, 100)],
  kubernetes: {
    placement: "proxmox",
    allowSchedulingOnControlPlanes: false,
    cni: "flannel",
    discoveryService: true,
    nodes: [
      controlPlane("cp-1", 2, 4096),
      controlPlane("cp-2", 2, 4096),
      controlPlane("cp-3", 2, 4096),
      worker("worker-1", 2, 3072),
      worker("worker-2", 2, 3072),
    ],
  },
};

/** Talos straight on one instance with everything Always Free gives: native speed for $0. A worker's boot volume fits beside its own. */
const direct: Preset = {
  ...common,
  hosts: [],
  kubernetes: {
    placement: "oci",
    allowSchedulingOnControlPlanes: true,
    cni: "flannel",
    discoveryService: true,
    nodes: [controlPlane("cp-1", 2, 12_288, 150)],
  },
};

/** The same on two instances of half that. One vCPU is below Talos's minimum for a control plane. */
const directPair: Preset = {
  ...direct,
  kubernetes: {
    ...direct.kubernetes,
    allowSchedulingOnControlPlanes: false,
    nodes: [controlPlane("cp-1", 1, 6144, 100), { ...worker("worker-1", 1, 6144), diskGb: 100 }],
  },
};

/** On Proxmox VE of one's own, with KVM: names as its installer has them. A second worker, and more, fit into most machines. */
const homelab: Preset = {
  ...common,
  oci: null,
  access: { ...common.access, adminCidrs: [] },
  hosts: [],
  proxmox: {
    hosts: "existing",
    api: { port: 8006, auth: "token" },
    storage: "local-lvm",
    imageStorage: "local",
    network: { bridge: "vmbr0", resolvers: ["1.1.1.1", "9.9.9.9"] },
  },
  virtualization: "kvm",
  kubernetes: {
    placement: "proxmox",
    allowSchedulingOnControlPlanes: false,
    cni: "flannel",
    discoveryService: true,
    nodes: [controlPlane("cp-1", 2, 4096), worker("worker-1", 2, 4096)],
  },
};

/** Every preset by its name, in the order of the documents. A new one is added here and nowhere else. */
export const PRESETS = {
  free,
  "free-pair": freePair,
  payg,
  direct,
  "direct-pair": directPair,
  homelab,
} satisfies Readonly<Record<string, Preset>>;

/** The name of a preset. */
export type PresetName = keyof typeof PRESETS;

/** Those whose Talos runs straight on the instances. */
export type DirectPreset = "direct" | "direct-pair";

/** That of hosts that are there already. */
export type HomePreset = "homelab";

/** The preset of a config that names none. */
export const DEFAULT_PRESET: PresetName = "free";

/** Whether there is a preset of this name. */
export function isPreset(name: unknown): name is PresetName {
  return typeof name === "string" && Object.hasOwn(PRESETS, name);
}

/** The names of all presets. */
export const PRESET_NAMES: readonly PresetName[] = Object.keys(PRESETS).filter(isPreset);
