/**
 * Who has which address of the virtual networks: PVE's own IPAM, out of which dnsmasq answers guests that ask by DHCP
 * (pve-network: Vnets.pm, Ipams/PVEPlugin.pm, Dhcp/Dnsmasq.pm). IPv4 alone.
 */
import { cidrOf, formatAddress, parseAddress, parseCidr } from "../../../config/cidr.ts";
import type { Datacenter, IpamEntry, Section, Vm } from "../../world/proxmox.ts";
import type { Pve } from "./context.ts";
import { failure } from "./errors.ts";
import { homeOf } from "../../reach/home.ts";
import { properties } from "./properties.ts";
import { bootDrive, talosImage, type TalosPlatform } from "./talos-image.ts";
import { volumeId } from "./vm-drives.ts";

/** A network device as far as DHCP cares. */
interface Nic {
  readonly bridge: string;
  readonly mac: string;
}

function nicOf(value: string): Nic {
  const device = properties(value, "model");
  // A machine's device begins with its model and address; a container's names the address.
  return { bridge: device.get("bridge") ?? "", mac: device.get("hwaddr") ?? device.values().next().value ?? "" };
}

const NIC = /^net\d+$/;

export function nics(config: Vm["config"]): readonly Nic[] {
  return Object.entries(config).flatMap(([key, value]) => (NIC.test(key) ? [nicOf(value)] : []));
}

/** Zones do DHCP where they say with what, and where an IPAM knows the addresses; what waits for an apply counts already. */
function hasDhcp(zone: Section | undefined): boolean {
  return zone?.ipam !== undefined && zone.dhcp !== undefined && zone.dhcp !== "";
}

/** The zone of a bridge, if it is a vnet whose guests get their addresses by DHCP. */
function dhcpZone({ sdn: { config } }: Datacenter, bridge: string): string | null {
  const zone = String(config.vnets[bridge]?.zone);
  return hasDhcp(config.zones[zone]) ? zone : null;
}

const entriesOf = (datacenter: Datacenter): readonly IpamEntry[] => datacenter.ipam ?? [];

const isOf = (zone: string, mac: string) => (entry: IpamEntry) => entry.zone === zone && entry.mac === mac;

/** The first address that is free: of the subnet's range, or where it has none of the whole subnet. */
function freeAddress(datacenter: Datacenter, zone: string, { subnet, ...section }: Section): string {
  const { base, size } = cidrOf(String(subnet));
  const edge = (name: string, fallback: number): number => parseAddress(String(section[name])) ?? fallback;
  const [from, to] = [edge("start-address", base + 1), edge("end-address", base + size - 2)];
  const taken = new Set(
    entriesOf(datacenter)
      .filter((entry) => entry.zone === zone && entry.subnet === subnet)
      .map(({ ip }) => ip),
  );
  for (let number = from; number <= to; number += 1) {
    const address = formatAddress(number);
    if (!taken.has(address) && address !== section.gateway) return address;
  }
  throw failure(`No free IP left in Range ${formatAddress(from)}:${formatAddress(to)}}`);
}

/** Gives a network device an address, unless it has one or nobody gives any out there. @throws where none is free */
function assign({ world, datacenter }: Pve, { vmid, config }: Vm, { bridge, mac }: Nic): void {
  const zone = dhcpZone(datacenter, bridge);
  if (zone === null || entriesOf(datacenter).some(isOf(zone, mac))) return;
  const subnet = Object.entries(datacenter.sdn.running.subnets)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([, section]) => section)
    .find((section) => section.vnet === bridge && parseCidr(String(section.subnet)) !== null);
  if (!subnet) return;
  const ip = freeAddress(datacenter, zone, subnet);
  const entry = {
    zone,
    vnet: bridge,
    subnet: String(subnet.subnet),
    ip,
    mac,
    vmid,
    hostname: config.hostname ?? config.name ?? "",
  };
  datacenter.ipam = [...entriesOf(datacenter), entry];
  world.changed();
}

/** For each of a machine's network devices. A new machine is made all the same where no address is free, and starts not. */
export function assignAddresses(pve: Pve, vm: Vm): void {
  for (const nic of nics(vm.config)) assign(pve, vm, nic);
}

/** The same, where PVE only warns. */
export function assignWhereFree(pve: Pve, vm: Vm): void {
  try {
    assignAddresses(pve, vm);
  } catch {
    // The task's log has it as a warning.
  }
}

/** Takes back what devices had that are no longer a machine's, or not on that bridge. */
export function releaseAddresses({ world, datacenter }: Pve, vmid: number, config: Vm["config"]): void {
  const kept = nics(config);
  datacenter.ipam = entriesOf(datacenter).filter(
    (entry) => entry.vmid !== vmid || kept.some(({ bridge, mac }) => bridge === entry.vnet && mac === entry.mac),
  );
  world.changed();
}

/** What `ipams/pve/status` lists: gateways too. */
export function ipamEntries({ sdn: { config }, ...datacenter }: Datacenter): readonly IpamEntry[] {
  const gateways = Object.values(config.subnets).flatMap((section): IpamEntry[] => {
    const vnet = String(section.vnet);
    const zone = String(config.vnets[vnet]?.zone);
    if (section.gateway === undefined || !hasDhcp(config.zones[zone])) return [];
    return [{ zone, vnet, subnet: String(section.subnet), ip: String(section.gateway), gateway: 1 }];
  });
  return [...gateways, ...(datacenter.ipam ?? []).filter(({ zone }) => hasDhcp(config.zones[zone]))];
}

/** @throws as the IPAM does of a subnet in which a machine has an address */
export function assertNoAddresses({ datacenter }: Pve, { subnet, vnet }: Section): void {
  if (entriesOf(datacenter).some((entry) => entry.subnet === subnet && entry.vnet === vnet))
    throw failure(`delete sdn subnet object failed: cannot delete subnet '${String(subnet)}', not empty`);
}

const prefixed = (address: string | undefined, prefix: number): string | null =>
  address === undefined ? null : `${address}/${prefix}`;

/** The network that a bridge of a machine's host is the home's own of; null for another bridge, and in the cloud. */
function homeBehind({ world }: Pick<Pve, "world">, { instanceId }: Pick<Vm, "instanceId">, bridge: string) {
  const host = world.state.proxmox.hosts[instanceId];
  if (host?.kind === undefined || homeOf(host).bridge !== bridge) return null;
  const { cidr, router } = homeOf(host);
  return { ...cidrOf(cidr), router };
}

/** The router at home gives out the addresses from number 100 on to whoever boots on the bridge of the host, and never forgets. */
export function leaseAtHome(pve: Pick<Pve, "world">, vm: Vm): void {
  const { world } = pve;
  const volume = world.state.proxmox.hosts[vm.instanceId]?.volumes[volumeId(bootDrive(vm)) ?? ""];
  const isMetal = volume && talosImage(volume)?.platform === "metal";
  // Who was told an address does not ask.
  if (!isMetal && (properties(vm.config.ipconfig0 ?? "", "").get("ip") ?? "dhcp") !== "dhcp") return;
  const leases = (world.state.proxmox.homeLeases ??= {});
  for (const { bridge, mac } of nics(vm.config)) {
    const home = homeBehind(pve, vm, bridge);
    if (home === null || mac in leases) continue;
    const number = 100 + Object.keys(leases).length;
    if (number < home.size - 1) leases[mac] = formatAddress(home.base + number);
  }
}

/** What a device is told by DHCP, with the prefix length; null where nobody answers. */
export function leaseOf(pve: Pick<Pve, "world" | "datacenter">, vm: Vm, net: string): string | null {
  const { world, datacenter } = pve;
  const { bridge, mac } = nicOf(net);
  const home = homeBehind(pve, vm, bridge);
  if (home !== null) return prefixed(world.state.proxmox.homeLeases?.[mac], home.prefix);
  const { vnets, zones } = datacenter.sdn.running;
  const zone = String(vnets[bridge]?.zone);
  if (!hasDhcp(zones[zone])) return null;
  const entry = entriesOf(datacenter).find(isOf(zone, mac));
  return entry ? `${entry.ip}/${entry.subnet.split("/")[1] ?? "32"}` : null;
}

/** The router of a machine's first network device: the one that cloud-init was told, else that of its subnet. */
export function gatewayOf(pve: Pick<Pve, "world" | "datacenter">, vm: Vm): string | null {
  const { config } = vm;
  const told = properties(config.ipconfig0 ?? "", "").get("gw");
  if (told !== undefined) return told;
  const bridge = nics(config)[0]?.bridge ?? "";
  const home = homeBehind(pve, vm, bridge);
  if (home !== null) return home.router;
  const subnet = Object.values(pve.datacenter.sdn.running.subnets).find(({ vnet }) => vnet === bridge);
  return subnet?.gateway === undefined ? null : String(subnet.gateway);
}

/**
 * The address of a machine on its first network device, with the prefix length: the static one that cloud-init was told, else
 * what DHCP gave it. Talos asks by DHCP by itself.
 *
 * @param talos asks where cloud-init was told nothing; null: it is another system
 */
export function guestAddress(
  pve: Pick<Pve, "world" | "datacenter">,
  vm: Vm,
  talos: TalosPlatform | null,
): string | null {
  const { config } = vm;
  const told = talos === "metal" ? undefined : properties(config.ipconfig0 ?? "", "").get("ip");
  if (told !== undefined && told !== "dhcp") return told;
  return (told === "dhcp" || talos !== null) && config.net0 !== undefined ? leaseOf(pve, vm, config.net0) : null;
}
