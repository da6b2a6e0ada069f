/** What the page draws: the world in the shape of a picture, network around hosts around virtual machines. */
import { faultText } from "../faults/words.ts";
import { isUp } from "../oci/resources/boot.ts";
import { overview } from "../systems/index.ts";
import type { Subnet } from "../oci/resources/subnet.ts";
import type { Instance } from "../oci/resources/instance.ts";
import type { Datacenter } from "../world/proxmox.ts";
import { bootsTalos } from "../talos/index.ts";
import type { World } from "../world/world.ts";

/** The whole picture. */
export interface View {
  readonly account: string;
  /** There is nothing to draw. */
  readonly empty: boolean;
  readonly limits: readonly LimitView[];
  readonly networks: readonly NetworkView[];
  readonly guestNetworks: readonly GuestNetworkView[];
  readonly loadBalancers: readonly { readonly name: string; readonly address: string; readonly ports: string }[];
  readonly clusters: readonly ClusterView[];
  readonly kubernetes: readonly KubernetesView[];
  readonly faults: readonly { readonly id: number; readonly text: string; readonly hits: number }[];
}

interface LimitView {
  readonly label: string;
  readonly unit: string;
  readonly used: number;
  readonly limit: number;
}

interface NetworkView {
  readonly name: string;
  readonly cidrs: string;
  readonly subnets: readonly {
    readonly name: string;
    readonly cidr: string;
    readonly reach: "public" | "private";
    readonly hosts: readonly HostView[];
  }[];
}

/** An instance, and the virtual machines on it. */
export interface HostView {
  readonly name: string;
  readonly state: string;
  /** `VM.Standard.A1.Flex`, without what all shapes begin with. */
  readonly shape: string;
  readonly size: string;
  readonly address: string;
  readonly publicAddress: string | null;
  readonly faultDomain: string;
  readonly proxmox: boolean;
  /** Where its API answers, by its tunnel; null without one. */
  readonly api: string | null;
  /** What Talos on the instance itself is; null where none runs. */
  readonly talos: string | null;
  readonly machines: readonly MachineView[];
}

/** A virtual machine. */
export interface MachineView {
  readonly id: number;
  readonly name: string;
  readonly state: "running" | "stopped" | "template" | "unreachable";
  readonly size: string;
  /** What Talos on it is; null where none runs. */
  readonly talos: string | null;
}

interface GuestNetworkView {
  readonly cluster: string;
  readonly zone: string;
  readonly type: string;
  readonly vnets: readonly { readonly name: string; readonly cidrs: string }[];
}

interface ClusterView {
  readonly name: string;
  readonly quorate: boolean;
  readonly hosts: string;
}

interface KubernetesView {
  readonly name: string;
  readonly state: string;
  readonly version: string;
  /** Where its API server answers from here: its tunnel, else the address that its machines know. */
  readonly endpoint: string;
  readonly nodes: readonly {
    readonly name: string;
    readonly role: string;
    readonly address: string;
    readonly state: "running" | "unreachable";
  }[];
}

const LIMIT_WORDS: Readonly<Record<string, readonly [label: string, unit: string]>> = {
  "standard-a1-core-count": ["A1 cores", "OCPU"],
  "standard-a1-memory-count": ["A1 memory", "GB"],
  "vm-standard-e2-1-micro-count": ["x86 micros", ""],
  "total-storage-gb": ["Volumes", "GB"],
  "vcn-count": ["VCNs", ""],
  "network-load-balancer-count": ["Network load balancers", ""],
  "lb-flexible-count": ["Load balancers", ""],
  "lb-flexible-bandwidth-sum": ["Their bandwidth", "Mbps"],
};

/** The picture of the world now. */
export function viewOf(world: World): View {
  const { oci, proxmox, talos } = overview(world);
  const { state } = world;
  const talosOf = new Map<string, string>([
    ...talos.inMaintenance.map((name) => [name, "maintenance mode"] as const),
    ...talos.clusters.flatMap(({ nodes }) => nodes.map(({ name, role }) => [name, role.replace("-", " ")] as const)),
  ]);
  const machinesAt = (address: string): readonly MachineView[] =>
    proxmox.datacenters.flatMap(({ hosts, vms }) => {
      const here = hosts.filter((host) => host.address === address);
      const names = here.map(({ name }) => name);
      const reached = here.every((host) => host.online);
      return vms
        .filter(({ host }) => names.includes(host))
        .map(({ vmId, name, state: power, vcpus, memoryMb, diskGb }) => ({
          id: vmId,
          name,
          state: reached || power === "template" ? power : ("unreachable" as const),
          size: `${vcpus} vCPU, ${gigabytes(memoryMb)} GB, ${diskGb} GB disk`,
          talos: power === "running" ? (talosOf.get(name) ?? null) : null,
        }));
    });
  const online = new Map(proxmox.datacenters.flatMap(({ hosts }) => hosts.map((host) => [host.address, host.online])));
  const isReached = (instance: Instance): boolean => isUp(world, instance) && online.get(instance.privateIp) !== false;
  const port = (name: string): string | null => {
    const tunnel = state.tunnels.find((each) => each.name === name);
    return tunnel === undefined ? null : `https://127.0.0.1:${tunnel.localPort}`;
  };
  /** Machines that Talos runs on and that answer, by name. */
  const answering = new Set([
    ...state.oci.instances.filter(isReached).map(({ displayName }) => displayName),
    ...proxmox.datacenters.flatMap(({ hosts, vms }) =>
      vms
        .filter((vm) => vm.state === "running" && hosts.some(({ name, online: up }) => name === vm.host && up))
        .map(({ name }) => name),
    ),
  ]);
  const answers = (node: { readonly name: string; readonly up: boolean }): boolean =>
    node.up && answering.has(node.name);
  const hostView = (instance: Instance): HostView => ({
    name: instance.displayName,
    state: instance.state === "RUNNING" && !isReached(instance) ? "DOWN" : instance.state,
    shape: instance.shape.replace("VM.Standard.", ""),
    size: `${instance.ocpus} OCPU, ${instance.memoryGb} GB, ${instance.bootVolumeGb} GB disk`,
    address: instance.privateIp,
    publicAddress: instance.publicIp,
    faultDomain: instance.faultDomain.replace("FAULT-DOMAIN-", "FD-"),
    proxmox: online.has(instance.privateIp),
    api: online.has(instance.privateIp) ? port(`proxmox ${instance.displayName}`) : null,
    talos: bootsTalos(instance) && instance.state === "RUNNING" ? (talosOf.get(instance.displayName) ?? null) : null,
    machines: machinesAt(instance.privateIp),
  });
  const subnetView = (subnet: Subnet) => ({
    name: subnet.displayName,
    cidr: subnet.cidrBlock,
    reach: subnet.prohibitPublicIpOnVnic ? ("private" as const) : ("public" as const),
    hosts: state.oci.instances
      .filter(({ vnic }) => vnic.subnetId === subnet.id)
      .map(hostView)
      .sort((one, other) => one.name.localeCompare(other.name, "en", { numeric: true })),
  });
  return {
    account: oci.account === "always-free" ? "Always Free" : "Pay As You Go",
    empty: state.oci.vcns.length + state.oci.instances.length === 0,
    limits: oci.limits.map(({ name, used, limit }) => {
      const [label, unit] = LIMIT_WORDS[name] ?? [name, ""];
      return { label, unit, used, limit };
    }),
    networks: state.oci.vcns.map((vcn) => ({
      name: vcn.displayName,
      cidrs: vcn.cidrBlocks.join(", "),
      subnets: state.oci.subnets.filter(({ vcnId }) => vcnId === vcn.id).map(subnetView),
    })),
    guestNetworks: Object.values(state.proxmox.datacenters).flatMap(guestNetworks),
    loadBalancers: oci.loadBalancers.map(({ name, publicIp, ports }) => ({
      name,
      address: publicIp ?? "private",
      ports: ports.join(", "),
    })),
    clusters: proxmox.datacenters.map(({ cluster, quorate, hosts }) => ({
      name: cluster ?? `${hosts[0]?.name ?? "host"}, alone`,
      quorate,
      hosts: hosts.map(({ name, online: up }) => (up ? name : `${name} (down)`)).join(", "),
    })),
    kubernetes: talos.clusters.map(({ name, state: stage, kubernetes, endpoint, nodes }) => ({
      name,
      state: nodes.some((node) => node.role === "control-plane" && answers(node)) ? stage : "unreachable",
      version: kubernetes,
      endpoint: port("kubernetes") ?? endpoint,
      nodes: nodes.map((node) => ({
        name: node.name,
        role: node.role.replace("-", " "),
        address: node.address,
        state: answers(node) ? ("running" as const) : ("unreachable" as const),
      })),
    })),
    faults: (state.faults?.active ?? []).map((fault) => ({ id: fault.id, text: faultText(fault), hits: fault.hits })),
  };
}

function gigabytes(megabytes: number): number {
  return Math.round((megabytes / 1024) * 10) / 10;
}

function guestNetworks({ corosync, sdn: { running } }: Datacenter): GuestNetworkView[] {
  return Object.entries(running.zones).map(([zone, { type }]) => ({
    cluster: corosync?.name ?? "",
    zone,
    type: String(type),
    vnets: Object.entries(running.vnets)
      .filter(([, vnet]) => vnet.zone === zone)
      .map(([name]) => ({
        name,
        cidrs: Object.values(running.subnets)
          .filter((subnet) => subnet.vnet === name)
          .map((subnet) => String(subnet.subnet))
          .join(", "),
      })),
  }));
}
