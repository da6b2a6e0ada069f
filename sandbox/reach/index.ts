/**
 * Who reaches whom: a packet into a host has to pass the cloud's security groups, the host's nftables and Proxmox VE's
 * firewall, each as it is at that moment.
 */
import { addressAt, cidrOf, parseCidr } from "../../config/cidr.ts";
import type { Tunnel } from "../../topology/types.ts";
import { bootStop } from "../oci/resources/boot.ts";
import { publicAddressOf } from "../oci/resources/primary-address.ts";
import type { Instance } from "../oci/resources/instance.ts";
import type { World } from "../world/world.ts";
import { hostAdmits } from "./host-firewall.ts";
import { homeOf, ownHostAt, ownHosts } from "./home.ts";
import type { OwnHost } from "../world/proxmox.ts";
import { isWithin, type Packet } from "./packet.ts";
import { pveAdmits } from "./pve-firewall.ts";
import { cloudAdmits } from "./security-groups.ts";

export type { Packet } from "./packet.ts";

const SSH = 22;
const VXLAN = 4789;
const BGP = 179;
const COROSYNC = 5405;
/** Stands for the admin of whom nobody has said where they are: outside of every network of a lab (RFC 5737). */
const SOMEWHERE = "203.0.113.1";
/** Who has a host at home is at home: the second address after the network's own. */
const adminAtHome = (own: OwnHost): string => addressAt(cidrOf(homeOf(own).cidr), 2);

/** Where the admin is: what was asked for, else the first address of the first network that admins come from. */
export function adminAddress({ state: { admin } }: Pick<World, "state">): string | null {
  if (admin === undefined) return null;
  const [first] = admin.cidrs.flatMap((text) => parseCidr(text) ?? []);
  return admin.address ?? (first === undefined ? null : addressAt(first, first.size > 1 ? 1 : 0));
}

/** What the tenancy has at an address, private or public. */
export function instanceAt({ state: { oci } }: World, address: string): Instance | undefined {
  return oci.instances.find(
    (each) => each.state !== "TERMINATED" && [each.privateIp, publicAddressOf(oci, each)].includes(address),
  );
}

/** What on the host itself keeps a packet out; null: nothing. */
function hostBarrier({ state }: World, instance: Instance, packet: Packet): string | null {
  const datacenter = state.proxmox.datacenters[state.proxmox.hosts[instance.id]?.datacenter ?? ""];
  const network = state.oci.subnets.find(({ id }) => id === instance.vnic.subnetId)?.cidrBlock ?? "127.0.0.0/8";
  if (!hostAdmits(instance, packet)) return "the host's nftables";
  return datacenter === undefined || pveAdmits(datacenter, packet, network) ? null : "Proxmox VE's firewall";
}

/** Whether a packet of the network at home gets into a host there: nothing but Proxmox VE's firewall is in its way. */
function homeAdmits({ state }: World, own: OwnHost, packet: Packet): boolean {
  const { id } = own;
  const { cidr } = homeOf(own);
  const datacenter = state.proxmox.datacenters[state.proxmox.hosts[id]?.datacenter ?? ""];
  return isWithin(packet.from, cidr) && (datacenter === undefined || pveAdmits(datacenter, packet, cidr));
}

/** Whether a connection from one address of the lab's network, or from outside, gets to another. */
export function reaches(world: World, packet: Packet): boolean {
  const own = ownHostAt(world, packet.to);
  if (own) return packet.from === packet.to || homeAdmits(world, own, packet);
  const instance = instanceAt(world, packet.to);
  if (instance === undefined) return false;
  if (packet.from === packet.to) return true;
  const there = { ...packet, to: instance.privateIp };
  return cloudAdmits(world, there) && hostBarrier(world, instance, there) === null;
}

/** What keeps the admin from a port of the instance at an address; null: nothing. */
function barrier(world: World, address: string, port = SSH): string | null {
  const own = ownHostAt(world, address);
  if (own) {
    const atHome: Packet = { from: adminAtHome(own), to: address, protocol: "tcp", port };
    return homeAdmits(world, own, atHome) ? null : "Proxmox VE's firewall";
  }
  const instance = instanceAt(world, address);
  // Guests on the bridge of a host are in the network at home, where nothing is in anybody's way.
  if (instance === undefined && ownHosts(world).some((host) => isWithin(address, homeOf(host).cidr))) return null;
  if (instance === undefined) return "nobody is there";
  const from = adminAddress(world);
  const packet: Packet = { from: from ?? SOMEWHERE, to: instance.privateIp, protocol: "tcp", port };
  if (from !== null && !cloudAdmits(world, packet)) return "the security groups";
  return hostBarrier(world, instance, packet);
}

/**
 * Whether the admin gets to a port of the instance at an address, private or public. Where nobody has said where the admin
 * is, the security groups are not asked.
 *
 * @param port @default - that of SSH
 */
export function adminReaches(world: World, address: string, port = SSH): boolean {
  return barrier(world, address, port) === null;
}

/** How the admin stands with the hosts of the lab. */
export interface AdminStanding {
  /** Null where nobody has said where the admin is. */
  readonly address: string | null;
  /** Hosts that run, and from whose SSH some firewall keeps the admin; or from the port that a plain tunnel leads to. */
  readonly lockedOutOf: readonly {
    readonly name: string;
    readonly address: string;
    /** The one that tunnels to it go by. */
    readonly port: number;
    readonly by: string;
  }[];
  /** Hosts that are stopped, or run as OCI has it and have not booted. */
  readonly silent: readonly { readonly name: string; readonly address: string; readonly instanceId: string }[];
}

/** Where the admin is, and which hosts they do not get to. */
export function adminStanding(world: World): AdminStanding {
  const hosts = new Map(world.state.tunnels.map(({ via, plain, target }) => [via, plain ? target.port : SSH]));
  const there = world.state.oci.instances
    .filter(({ displayName, state }) => state !== "TERMINATED" && hosts.has(displayName))
    .map((host) => ({ host, address: publicAddressOf(world.state.oci, host) ?? host.privateIp }));
  const isSilent = (host: Instance): boolean => host.state !== "RUNNING" || bootStop(world, host) !== null;
  return {
    address: adminAddress(world),
    lockedOutOf: there.flatMap(({ host, address }) => {
      const port = hosts.get(host.displayName) ?? SSH;
      const by = host.state === "RUNNING" ? barrier(world, host.privateIp, port) : null;
      return by === null ? [] : [{ name: host.displayName, address, port, by }];
    }),
    silent: there
      .filter(({ host }) => isSilent(host))
      .map(({ host, address }) => ({ name: host.displayName, address, instanceId: host.id })),
  };
}

/** A tunnel, as far as it matters who carries it. */
type Carried = Pick<Tunnel, "via"> & Partial<Pick<Tunnel, "plain" | "target">>;

/**
 * Whether SSH gets to the host that carries a tunnel, or the connection itself to where a plain one leads. A host that is not there is
 * not for firewalls to say.
 */
export function carries(world: World, { via, plain, target }: Carried): boolean {
  const host = world.state.oci.instances.find(
    ({ displayName, state }) => displayName === via && state !== "TERMINATED",
  );
  return host === undefined || adminReaches(world, host.privateIp, plain ? target?.port : SSH);
}

/** Where a connection of the admin's to a port of a load balancer may go on to. */
export function behindBalancer(world: World, address: string, port: number): readonly Tunnel["target"][] {
  const { networkLoadBalancers } = world.state.oci;
  const balancer = networkLoadBalancers.find(({ privateIp, publicIp }) => [privateIp, publicIp].includes(address));
  const listener = balancer?.listeners.find((each) => each.port === port);
  const set = balancer?.backendSets.find(({ name }) => name === listener?.defaultBackendSetName);
  if (!balancer || !set) return [];
  const admin = adminAddress(world);
  if (admin !== null && !cloudAdmits(world, { from: admin, to: balancer.privateIp, protocol: "tcp", port })) return [];
  const from = set.isPreserveSource ? (admin ?? SOMEWHERE) : balancer.privateIp;
  return set.backends.flatMap((backend) => {
    const to = backend.isOffline || backend.isDrain ? null : backend.ipAddress;
    const isReached = to !== null && reaches(world, { from, to, protocol: "tcp", port: backend.port });
    return isReached ? [{ address: to, port: backend.port }] : [];
  });
}

/** Whether two hosts hear each other on corosync's first link. */
export function hearEachOther(world: World, one: string, other: string): boolean {
  return bothWays(world, one, other, "udp", COROSYNC);
}

/** Whether the guests of two hosts reach each other: the overlay's frames, and the routes, which one side may ask for. */
export function overlayJoins(world: World, one: string, other: string): boolean {
  if (one === other) return true;
  const bgp = (from: string, to: string): boolean => reaches(world, { from, to, protocol: "tcp", port: BGP });
  return bothWays(world, one, other, "udp", VXLAN) && (bgp(one, other) || bgp(other, one));
}

function bothWays(world: World, one: string, other: string, protocol: "tcp" | "udp", port: number): boolean {
  if (one === other) return true;
  const reached = (from: string, to: string): boolean => reaches(world, { from, to, protocol, port });
  return reached(one, other) && reached(other, one);
}
