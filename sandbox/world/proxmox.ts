/** State of the sandbox's Proxmox VE hosts and clusters. Owned by sandbox/proxmox. */
export interface ProxmoxState {
  /** By OCID of the OCI instance: a replaced instance is another host. */
  hosts: Record<string, PveHost>;
  /** What `/etc/pve` holds, by id: one for each cluster and one for each host that is in none. */
  datacenters: Record<string, Datacenter>;
  /** Hosts that are in no cloud. */
  own?: OwnHost[];
  /** What the router at home has given out, by MAC. */
  homeLeases?: Record<string, string>;
}

/** The network that a machine at home is in, by the bridge that its installer makes. */
export interface HomeNetwork {
  readonly bridge: string;
  readonly cidr: string;
  readonly router: string;
}

/** A machine at home: with KVM, on it Proxmox VE as its installer leaves it. */
export interface OwnHost {
  /** Where a host of the cloud has the OCID of its instance. */
  readonly id: string;
  readonly name: string;
  /** In the network at home. */
  readonly address: string;
  /** What its processor is. @default "x86-kvm" */
  readonly kind?: "x86-kvm" | "arm-kvm";
  /** @default - vmbr0 in 192.168.1.0/24, behind 192.168.1.1 */
  readonly home?: HomeNetwork;
  readonly cpus: number;
  readonly memoryMb: number;
  readonly rootBytes: number;
  readonly thinPoolBytes: number;
  readonly rootPassword: string;
  /** The same, sha512-crypt. */
  readonly rootPasswordHash: string;
  /** Private, as OpenSSH writes it. */
  readonly sshHostKey: string;
  readonly timeCreated: string;
  /** Loopback ports at which its ports 8006 and 22 are. */
  readonly ports: { readonly api: number; readonly ssh: number };
}

/** A machine that boots Proxmox VE. */
export interface PveHost {
  /** What it is made of, at home; absent: an Arm machine of the cloud, without KVM. */
  readonly kind?: "x86-kvm" | "arm-kvm";
  /** @default - as of OwnHost */
  readonly home?: HomeNetwork;
  readonly instanceId: string;
  /** With another boot volume the instance is another host. */
  readonly bootVolumeId: string;
  readonly name: string;
  readonly address: string;
  /** sha512-crypt; null where cloud-init set none and root is locked. */
  readonly rootPasswordHash: string | null;
  readonly cpus: number;
  readonly memoryMb: number;
  /** Of its root file system. @default that of the lab's image */
  readonly rootBytes?: number;
  /** Size of the LVM thin pool `data` in volume group `pve`. */
  readonly thinPoolBytes: number;
  datacenter: string;
  certificate: Certificate;
  /** The SDN configuration that its interfaces were made of last, as text. */
  network?: string;
  /** Interfaces by name as they were said, once somebody changed them: those that are up, and those of the next reload. */
  interfaces?: {
    readonly current: Readonly<Record<string, Readonly<Record<string, string>>>>;
    readonly next?: Readonly<Record<string, Readonly<Record<string, string>>>>;
  };
  /** Time zone, resolvers, `/etc/hosts` and configuration, as somebody set them. */
  settings?: Record<string, Readonly<Record<string, string>>>;
  /** Services that somebody stopped. */
  stoppedServices?: readonly string[];
  /** Package repositories by file, once somebody changed them. */
  aptFiles?: Record<string, readonly AptRepository[]>;
  /** Files and logical volumes on this host, by volume id (`local:import/talos.qcow2`, `data:vm-100-disk-0`). */
  volumes: Record<string, Volume>;
}

/** An entry of a file of package repositories. */
export interface AptRepository {
  readonly uri: string;
  readonly suites: readonly string[];
  readonly components: readonly string[];
  readonly enabled: boolean;
}

/** PEM, with the fingerprint as PVE shows it. */
export interface Certificate {
  readonly key: string;
  readonly certificate: string;
  /** SHA-256 over DER, as `AB:CD:…`. */
  readonly fingerprint: string;
}

/** A file or logical volume. */
export interface Volume {
  readonly content: "backup" | "images" | "import" | "iso" | "rootdir" | "snippets" | "vztmpl";
  readonly format: string;
  /** Bytes on disk for a file, bytes of the disk for an image. */
  size: number;
  /** Of a snippet. */
  readonly text?: string;
  /** URL a file was downloaded from; volume id of the file a disk was imported from. */
  readonly source: string | null;
  /** Of a disk: the URL that the file it was imported from had been downloaded from. */
  readonly origin?: string | null;
  /** When it was made, in seconds since 1970; absent of those that an older sandbox made. */
  readonly ctime?: number;
  readonly backup?: Backup;
  /** Of a file that was downloaded: what it was said to have. */
  readonly checksum?: { readonly algorithm: string; readonly value: string };
}

/** What a backup holds: options of the guest, and the sizes of its disks by key. */
interface Backup {
  readonly type: "qemu" | "lxc";
  readonly vmid: number;
  readonly config: Readonly<Record<string, string>>;
  readonly sizes: Readonly<Record<string, number>>;
  readonly notes?: string;
  readonly isProtected?: boolean;
}

/** What `/etc/pve` holds. */
export interface Datacenter {
  readonly id: string;
  /** Signs login tickets: a host that joins a cluster forgets the tickets it gave out before. */
  readonly authKey: string;
  /** Null on a host that is in no cluster. */
  corosync: Corosync | null;
  storages: Record<string, Storage>;
  pools: Record<string, Pool>;
  users: Record<string, User>;
  /** Comments by group. */
  groups?: Record<string, string>;
  /** Settings of `datacenter.cfg`, as PVE has them. */
  options?: Record<string, string>;
  /** What PVE keeps in sections of a file, by kind and id: options as they were said. */
  sections?: Record<string, Readonly<Record<string, Readonly<Record<string, string>>>>>;
  /** CPU models that somebody defined, by name without `custom-`. */
  cpuModels?: Record<string, Section>;
  /** Privileges by role; the built-in roles are not listed. */
  roles: Record<string, readonly string[]>;
  acl: AclEntry[];
  /** By full id, `user@realm!name`. */
  tokens: Record<string, Token>;
  sdn: { config: SdnConfig; running: SdnConfig };
  /** Addresses of virtual networks that machines have. */
  ipam?: readonly IpamEntry[];
  firewall: Firewall & {
    options: FirewallOptions;
    /** Security groups: rules by name. */
    groups?: Record<string, { comment: string; rules: readonly FirewallRule[] }>;
  };
  /** Of machines by VM id, whether there are such machines or not, and of nodes by name: as in `/etc/pve/firewall/<id>.fw`. */
  firewalls?: Record<string, OwnFirewall>;
  /** By VM id. */
  vms: Record<string, Vm>;
  /** Containers by VM id, kept as machines are: options as in `lxc/<vmid>.conf`. */
  containers?: Record<string, Vm>;
}

/** The cluster's configuration. */
export interface Corosync {
  readonly name: string;
  version: number;
  nodes: CorosyncNode[];
  /** Votes that are enough by `pvecm expected`, which asks nobody; in no file, as corosync has it. */
  expectedVotes?: number;
  /** A vote that none of the nodes has. */
  qdevice?: Qdevice;
}

interface Qdevice {
  /** Address of the machine that votes. */
  readonly host: string;
  /** Which machine signed the certificates: one made anew knows nothing of them. */
  readonly signer: string;
  /** Instances of the nodes whose QDevice runs with such a certificate. */
  readonly nodes: readonly string[];
}

/** A member as that configuration names it. */
export interface CorosyncNode {
  readonly name: string;
  readonly nodeId: number;
  readonly votes: number;
  readonly link0: string;
  readonly instanceId: string;
}

type StorageType =
  | "dir"
  | "lvmthin"
  | "lvm"
  | "nfs"
  | "cifs"
  | "cephfs"
  | "rbd"
  | "iscsi"
  | "iscsidirect"
  | "pbs"
  | "zfs"
  | "zfspool"
  | "btrfs"
  | "esxi";

/** A storage, as `storage.cfg` has it. */
export interface Storage {
  readonly type: StorageType;
  content: readonly string[];
  disable: boolean;
  /** Empty: every node. */
  nodes: readonly string[];
  readonly path?: string;
  readonly vgname?: string;
  readonly thinpool?: string;
  /** What else was said of it, by name. */
  options?: Readonly<Record<string, string>>;
}

/** A resource pool and its members. */
export interface Pool {
  comment: string;
  vms: readonly number[];
  storages?: readonly string[];
}

/** A user beside root@pam. */
export interface User {
  comment: string;
  email: string;
  firstname: string;
  lastname: string;
  keys: string;
  enable: boolean;
  /** Seconds since 1970; 0 is never. */
  expire: number;
  groups: readonly string[];
  password: string | null;
}

/** That somebody has a role on a path. */
export interface AclEntry {
  readonly path: string;
  readonly type: "user" | "group" | "token";
  readonly ugid: string;
  readonly roleid: string;
  readonly propagate: boolean;
}

/** An API token of a user. */
export interface Token {
  readonly value: string;
  comment: string | null;
  expire: number;
  privsep: boolean;
}

/** A section of PVE's configuration: PVE's own keys. */
export type Section = { readonly [key: string]: string | number | boolean | readonly string[] };

/** A line of PVE's own IPAM. */
export interface IpamEntry {
  readonly zone: string;
  readonly vnet: string;
  /** `10.20.0.0/24` */
  readonly subnet: string;
  readonly ip: string;
  readonly mac?: string;
  readonly vmid?: number;
  readonly hostname?: string;
  readonly gateway?: 1;
}

/** The software-defined network, by kind and id. */
export interface SdnConfig {
  zones: Record<string, Section>;
  controllers: Record<string, Section>;
  vnets: Record<string, Section>;
  subnets: Record<string, Section>;
  fabrics?: Record<string, Section>;
  /** By `fabric_node`. */
  fabricNodes?: Record<string, Section>;
}

/** What the firewalls of the datacenter and of a virtual machine have in common. */
export interface Firewall {
  ipsets: Record<string, IpSet>;
  rules: readonly FirewallRule[];
  aliases?: Record<string, { cidr: string; comment: string }>;
}

/** The firewall of a machine or of a node: options as they were said. */
export type OwnFirewall = Firewall & { options: Readonly<Record<string, string>> };

/** Options of the datacenter's firewall. */
export interface FirewallOptions {
  enable: boolean;
  ebtables: boolean;
  policy_in: string;
  policy_out: string;
  policy_forward: string;
  log_ratelimit: { readonly enable: boolean; readonly burst: number; readonly rate: string } | null;
}

/** A set of addresses that rules name. */
export interface IpSet {
  comment: string;
  entries: readonly { readonly cidr: string; readonly nomatch: boolean; readonly comment: string }[];
}

/** A rule of the datacenter's firewall; what it does not restrict is empty. */
export interface FirewallRule {
  readonly type: string;
  readonly action: string;
  readonly enable: boolean;
  readonly comment: string;
  readonly source: string;
  readonly dest: string;
  readonly proto: string;
  readonly dport: string;
  readonly sport: string;
  readonly iface: string;
  readonly macro: string;
  readonly log: string;
}

/** A virtual machine: its configuration, and whether it runs. */
export interface Vm {
  readonly vmid: number;
  readonly node: string;
  /** The host that has its disks: after that host was replaced, the configuration is all that is left. */
  readonly instanceId: string;
  /** As in `qemu-server/<vmid>.conf`: `cores: 2`, `scsi0: data:vm-100-disk-0,size=20G`. */
  config: Record<string, string>;
  running: boolean;
  /** RFC 3339. */
  startedAt?: string;
  /** Random; another VM under the same id has another. */
  readonly generation: string;
  /** True while its processors stand still. */
  paused?: boolean;
  /** By name. */
  snapshots?: Readonly<Record<string, VmSnapshot>>;
  /** Of a container: entries for LXC that root wrote into its configuration. */
  lxc?: readonly (readonly [string, string])[];
}

/** A state of a virtual machine to go back to. */
export interface VmSnapshot {
  /** As the section of `qemu-server/<vmid>.conf` has it: `snaptime`, `parent`, `vmstate` among the options. */
  readonly config: Readonly<Record<string, string>>;
  /** Sizes of the disks then, by volume id. */
  readonly sizes: Readonly<Record<string, number>>;
}
