/** The plan of one lab: every name, address, size and port, fixed before anything is created. */
import type { CloudConfig, ExistingConfig, HomeConfig, LabConfig, NodeRole } from "../config/schema.ts";

/** The networks of every cluster. */
export interface ClusterNetworkPlan {
  readonly podCidr: string;
  readonly serviceCidr: string;
}

/** Those of a lab in an account. */
export interface CloudNetworkPlan extends ClusterNetworkPlan {
  readonly vcnCidr: string;
  readonly subnetCidr: string;
  /** Private address of the network load balancer; fixed, so that it cannot take a host's before that host exists. */
  readonly loadBalancerAddress: string;
}

/** Those of a lab with virtual machines. */
export interface NetworkPlan extends CloudNetworkPlan {
  readonly guest: GuestNetworkPlan;
}

/** One host: a Simple SDN zone. Several: an EVPN zone over VXLAN, with every host an exit node. */
export interface GuestNetworkPlan {
  readonly kind: "simple" | "evpn";
  /** SDN ids are at most 8 characters (PVE API). */
  readonly zone: string;
  readonly vnet: string;
  readonly controller: string;
  readonly cidr: string;
  readonly prefixLength: number;
  readonly gateway: string;
  readonly mtu: number;
  readonly asn: number;
  readonly vrfVxlan: number;
  readonly vnetTag: number;
}

/** What guests are told of the network that their bridge is in. */
export interface GuestAddressing {
  readonly cidr: string;
  readonly prefixLength: number;
  readonly gateway: string;
}

/** The network of a house, in which guests have addresses like everybody else. */
export interface HomeNetworkPlan extends ClusterNetworkPlan {
  readonly guest: GuestAddressing & {
    readonly bridge: string;
    readonly vlan: number;
    readonly resolvers: readonly string[];
  };
}

/** What a processor is, as Proxmox VE's nodes say of themselves. */
export type Architecture = ExistingConfig["nodes"][number]["architecture"];

/** A Proxmox VE node that was there before the lab. */
export interface ExistingHostPlan {
  readonly name: string;
  readonly architecture: Architecture;
  readonly templateVmId: number;
}

/** Hardware of an availability domain that fails together; each has three. */
export type FaultDomain = 1 | 2 | 3;

/** One Proxmox VE host, on its A1 instance. */
export interface HostPlan {
  readonly name: string;
  /** 1-based, from the name (`pve-2` is 2): addresses and ids stay the same when another host is added or removed. */
  readonly slot: number;
  readonly address: string;
  readonly fqdn: string;
  readonly ocpus: number;
  readonly memoryGb: number;
  readonly bootVolumeGb: number;
  /** Null: Oracle launches it in any domain that has capacity. */
  readonly faultDomain: FaultDomain | null;
  /** On A1 one OCPU is one core, and so one vCPU. */
  readonly vcpus: number;
  readonly guestMemoryMb: number;
  readonly guestDiskGb: number;
  readonly templateVmId: number;
  readonly apiPort: number;
  /** Loopback port of the tunnel to its SSH, by which the third vote is set up. */
  readonly sshPort: number;
}

/** The x86 instance that votes. */
export interface MicroPlan {
  readonly name: string;
  readonly address: string;
  /** Loopback port of the tunnel to its SSH, through a host. */
  readonly sshPort: number;
  readonly bootVolumeGb: number;
  /** 1 to 3. Of several, only one has the micro's shape. */
  readonly availabilityDomain: number;
  /** Null leaves it to Oracle. */
  readonly faultDomain: FaultDomain | null;
}

/** One Talos machine, wherever it runs. */
export interface MachinePlan {
  readonly name: string;
  readonly role: NodeRole;
  readonly slot: number;
  readonly address: string;
  readonly vcpus: number;
  readonly memoryMb: number;
  readonly diskGb: number;
  /** Loopback port of the tunnel to the node's Talos API. */
  readonly talosPort: number;
  /** Of the Kubernetes node. @default - Talos's own */
  readonly labels?: Readonly<Record<string, string>> | undefined;
  /** `VALUE:EFFECT` by key. @default - Talos's own */
  readonly taints?: Readonly<Record<string, string>> | undefined;
  /** Sizes of user volumes, in GiB, by name. @default - none */
  readonly volumes?: Readonly<Record<string, number>> | undefined;
}

/** One Talos machine, in its virtual machine. */
export interface NodePlan extends MachinePlan {
  readonly host: string;
  readonly architecture: Architecture;
  readonly vmId: number;
  readonly mac: string;
}

/** One Talos machine, on its A1 instance. */
export interface DirectNodePlan extends MachinePlan {
  /** On A1 one OCPU is one core, and so one vCPU. */
  readonly ocpus: number;
  readonly memoryGb: number;
  readonly bootVolumeGb: number;
  /** Null: Oracle launches it in any domain that has capacity. */
  readonly faultDomain: FaultDomain | null;
}

/** Where the API server is found from here. */
export interface ClusterAccess {
  /** Loopback port of the tunnel to the API server. */
  readonly apiPort: number;
  /** Those by which it may go: one a control plane where these are on several hosts, else `apiPort` itself. */
  readonly apiPorts: readonly number[];
}

/** Where it is found among virtual machines as well. */
export interface ClusterPlan extends ClusterAccess {
  /** Virtual address of the API server inside the guest network. */
  readonly vip: string;
  readonly endpoint: string;
}

/** A forward from 127.0.0.1: through SSH to a host, or plainly to a public address. */
export interface Tunnel {
  readonly name: string;
  readonly localPort: number;
  /** The host whose SSH carries it; of a plain one, whose public address it leads to. */
  readonly via: string;
  readonly target: { readonly address: string; readonly port: number };
  /** Ports of tunnels to the same service: each connection goes by one of them that answers, and none by `via` itself. @default - by `via` */
  readonly through?: readonly number[];
  /** What it leads to takes orders from anybody for a while: only programs of this user may go through it. @default - any program may */
  readonly guarded?: true;
  /** By TCP to the public address of `via`, as nothing there has SSH: both ends know each other by certificates. @default - by SSH */
  readonly plain?: true;
  /** Of a plain one: the target itself is reached from this network, and nobody waits until it answers. @default - by a public address */
  readonly near?: true;
  /** SHA-256 of the certificate that its other end has to show: only that is spoken to. @default - whoever uses it checks */
  readonly pin?: string;
  /** Of a near one: SSH destination to go through, in its user's own words. @default - none */
  readonly jump?: string;
}

/** The other end of a security rule. */
export type Peer =
  | { readonly kind: "cidr"; readonly cidr: string; readonly name: "admin" | "anywhere" | "subnet" }
  | { readonly kind: "group"; readonly group: SecurityGroup };
/** The network security groups, by what is in them. */
export type SecurityGroup = "hosts" | "micro" | "nlb" | "nodes";

/** One rule of a network security group. */
export interface SecurityRule {
  /** Names the rule in the construct tree: unique within its group. */
  readonly id: string;
  readonly group: SecurityGroup;
  readonly direction: "INGRESS" | "EGRESS";
  readonly protocol: "tcp" | "udp" | "icmp" | "all";
  /** Destination ports, inclusive. @default - every port */
  readonly ports?: { readonly from: number; readonly to: number };
  /** Of icmp rules: the one type and code they let pass. @default - none is named */
  readonly icmp?: { readonly type: number; readonly code: number };
  readonly peer: Peer;
  readonly why: string;
}

/** What every lab has. */
interface CommonPlan<Config extends LabConfig = CloudConfig> {
  readonly config: Config;
  readonly tunnels: readonly Tunnel[];
  readonly securityRules: readonly SecurityRule[];
}

/** A lab whose Talos runs in virtual machines of Proxmox VE. */
export interface ProxmoxTopology extends CommonPlan {
  readonly placement: "proxmox";
  readonly network: NetworkPlan;
  readonly hosts: readonly HostPlan[];
  readonly micro: MicroPlan | null;
  readonly nodes: readonly NodePlan[];
  readonly cluster: ClusterPlan;
}

/** A lab whose Talos runs straight on the instances: it has no Proxmox VE, no guest network and no virtual address. */
export interface DirectTopology extends CommonPlan {
  readonly placement: "oci";
  readonly network: CloudNetworkPlan;
  readonly hosts: readonly [];
  readonly micro: null;
  readonly nodes: readonly DirectNodePlan[];
  readonly cluster: ClusterAccess;
}

/** A lab on Proxmox VE that was there before it: it has no account, and makes no hosts. */
export interface ExistingTopology extends CommonPlan<HomeConfig> {
  readonly placement: "existing";
  readonly network: HomeNetworkPlan;
  readonly hosts: readonly ExistingHostPlan[];
  readonly micro: null;
  readonly nodes: readonly NodePlan[];
  readonly cluster: ClusterPlan;
}

/** A lab in an account. */
export type CloudTopology = ProxmoxTopology | DirectTopology;

/** All of a lab as it is planned. */
export type Topology = CloudTopology | ExistingTopology;
