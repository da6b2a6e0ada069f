/** Software-defined network: zones, controllers, vnets and subnets, which take effect when they are applied (pve-network). */
import ipaddr from "ipaddr.js";
import type { PveHost, SdnConfig, Section } from "../../world/proxmox.ts";
import { again, assertWritable, membersOnline, type Pve } from "./context.ts";
import { badParameter, failure } from "./errors.ts";
import { assertNoAddresses } from "./ipam.ts";
import { OWN_BRIDGE } from "./own-hosts.ts";
import { startTask } from "./tasks.ts";
import { checkTag } from "./vnet-tags.ts";

/** Zones, controllers, vnets or subnets. */
export type SdnKind = keyof SdnConfig;
const SINGULAR = { zones: "zone", controllers: "controller", vnets: "vnet", subnets: "subnet" } as const;

function sdnObject({ datacenter }: Pve, kind: SdnKind, id: string): Section {
  const section = datacenter.sdn.config[kind][id];
  if (!section) throw failure(`sdn '${id}' does not exist`);
  return section;
}

/** Makes an object, which waits for the next apply. @throws PveError */
export function createSdn(pve: Pve, kind: SdnKind, id: string, section: Section): void {
  assertWritable(pve);
  const objects = pve.datacenter.sdn.config[kind];
  if (objects[id]) {
    throw failure(
      `create sdn ${SINGULAR[kind]} object failed: sdn ${SINGULAR[kind]} object ID '${id}' already defined`,
    );
  }
  check(pve, kind, id, section);
  objects[id] = section;
  pve.world.changed();
}

/** Puts other options in the place of an object's. @throws PveError */
export function updateSdn(pve: Pve, kind: SdnKind, id: string, section: Section): void {
  assertWritable(pve);
  const before = sdnObject(pve, kind, id);
  if (kind === "vnets" && before.zone !== section.zone && hasSubnets(pve, id)) {
    throw badParameter({ zone: "can't change zone if subnets exist" });
  }
  check(pve, kind, id, section);
  pve.datacenter.sdn.config[kind][id] = section;
  pve.world.changed();
}

/** Removes an object that nothing uses. @throws PveError */
export function deleteSdn(pve: Pve, kind: SdnKind, id: string): void {
  assertWritable(pve);
  sdnObject(pve, kind, id);
  const { config } = pve.datacenter.sdn;
  const failed = `delete sdn ${SINGULAR[kind]} object failed`;
  if (kind === "zones") {
    const user = keyWhere(config.vnets, (vnet) => vnet.zone === id);
    if (user) throw failure(`${failed}: zone ${id} is used by vnet ${user}`);
  }
  if (kind === "controllers") {
    const user = keyWhere(config.zones, (zone) => zone.controller === id);
    if (user) throw failure(`${failed}: controller ${id} is used by ${user}`);
  }
  if (kind === "vnets" && hasSubnets(pve, id)) throw badParameter({ vnet: "Can't delete vnet if subnets exists" });
  if (kind === "subnets") assertNoAddresses(pve, sdnObject(pve, kind, id));
  delete config[kind][id];
  pve.world.changed();
}

/** What waits for the next apply: `new`, `changed`, or null where the hosts run what is configured. */
export function pendingState({ datacenter }: Pve, kind: SdnKind, id: string): "new" | "changed" | null {
  const configured = datacenter.sdn.config[kind][id];
  const running = datacenter.sdn.running[kind][id];
  if (!running) return "new";
  return JSON.stringify(configured) === JSON.stringify(running) ? null : "changed";
}

/**
 * Has every host run what is configured. Each reloads its network by itself, a moment later, and may fail at it: whoever
 * applied hears nothing of that (pve-network: the task only warns).
 */
export function applySdn(pve: Pve): void {
  assertWritable(pve);
  pve.datacenter.sdn.running = structuredClone(pve.datacenter.sdn.config);
  pve.world.changed();
  for (const host of membersOnline(pve.world, pve.datacenter)) {
    const there = { ...pve, host };
    startTask(there, "srvreload", "networking", () => {
      const later = again(there);
      later.host.network = asText(later.datacenter.sdn.running);
      later.world.changed();
    });
  }
}

const asText = (config: SdnConfig): string => JSON.stringify(config);

/** Whether a host's interfaces are those that were applied last. */
export function isReloaded({ host, datacenter }: Pve): boolean {
  return host.network === asText(datacenter.sdn.running);
}

/** Forgets what is configured and was not applied. */
export function rollBackSdn(pve: Pve): void {
  assertWritable(pve);
  pve.datacenter.sdn.config = structuredClone(pve.datacenter.sdn.running);
  pve.world.changed();
}

/** Whether a bridge of this name is there for virtual machines: those of applied vnets, and what the installer made. */
export function bridgeExists({ datacenter }: Pve, { name: node, kind }: PveHost, bridge: string): boolean {
  if (kind === "x86-kvm" && bridge === OWN_BRIDGE) return true;
  const { vnets, zones } = datacenter.sdn.running;
  const nodes = zones[String(vnets[bridge]?.zone)]?.nodes;
  return bridge in vnets && (!Array.isArray(nodes) || nodes.length === 0 || nodes.includes(node));
}

/** The id that PVE makes of a subnet: `guests-10.20.0.0-24`. */
export function subnetId({ datacenter }: Pve, vnet: string, cidr: string): string {
  const zone = datacenter.sdn.config.vnets[vnet]?.zone;
  if (zone === undefined) throw badParameter({ vnet: `${vnet} don't exist` });
  return `${zone}-${cidr.replace("/", "-")}`;
}

function check(pve: Pve, kind: SdnKind, id: string, section: Section): void {
  if (kind === "zones") checkZone(pve, id, section);
  else if (kind === "controllers") checkController(pve, id, section);
  else if (kind === "vnets") checkVnet(pve, id, section);
  else checkSubnet(pve, section);
}

function checkZone(pve: Pve, id: string, zone: Section): void {
  const { zones, controllers } = pve.datacenter.sdn.config;
  if (zone.ipam !== undefined && zone.ipam !== "pve") throw badParameter({ ipam: `${zone.ipam} not existing` });
  if (zone.dns !== undefined) throw badParameter({ dns: `${zone.dns} don't exist` });
  if (zone.type !== "evpn") return;
  if (!(String(zone.controller) in controllers)) throw failure(`controller ${zone.controller} don't exist`);
  const other = keyWhere(zones, (candidate) => candidate["vrf-vxlan"] === zone["vrf-vxlan"], id);
  if (other) throw failure(`vrf-vxlan ${zone["vrf-vxlan"]} is already declared in ${other}`);
}

function checkController(pve: Pve, id: string, controller: Section): void {
  const other = keyWhere(pve.datacenter.sdn.config.controllers, ({ type }) => type === "evpn", id);
  if (other) throw failure("only 1 global evpn controller can be defined");
  const defined = [list(controller.peers).length > 0, controller.fabric !== undefined].filter(Boolean);
  if (defined.length !== 1) throw failure("must have exactly one of peers / fabric defined");
  if (controller.fabric !== undefined) throw failure(`fabric '${controller.fabric}' does not exist`);
}

function checkVnet(pve: Pve, id: string, vnet: Section): void {
  const { zones, vnets } = pve.datacenter.sdn.config;
  const zone = zones[String(vnet.zone)];
  if (!zone) throw failure(`sdn '${vnet.zone}' does not exist`);
  const others = Object.entries(vnets).filter(([other]) => other !== id);
  checkTag(
    vnet,
    zone,
    others.map(([other, found]) => ({ id: other, vnet: found, zone: zones[String(found.zone)] })),
  );
}

function checkSubnet(pve: Pve, subnet: Section): void {
  const vnet = pve.datacenter.sdn.config.vnets[String(subnet.vnet)];
  if (!vnet) throw badParameter({ vnet: `${subnet.vnet} don't exist` });
  if (vnet.vlanaware === true) throw badParameter({ vnet: "you can't add a subnet on a vlanaware vnet" });
  const cidr = String(subnet.subnet);
  if (!ipaddr.isValidCIDR(cidr)) throw badParameter({ subnet: "value does not look like a valid CIDR network" });
  const inside = (address: unknown): boolean => {
    const text = String(address);
    return ipaddr.isValid(text) && ipaddr.parse(text).match(ipaddr.parseCIDR(cidr));
  };
  const { gateway } = subnet;
  if (gateway !== undefined && !inside(gateway)) throw badParameter({ gateway: `${gateway} is not in subnet ${cidr}` });
  for (const edge of ["start-address", "end-address"] as const) {
    const address = subnet[edge];
    if (address !== undefined && !inside(address)) {
      throw badParameter({ "dhcp-range": `${edge} ${address} is not in subnet ${cidr}` });
    }
  }
}

function hasSubnets({ datacenter }: Pve, vnet: string): boolean {
  return keyWhere(datacenter.sdn.config.subnets, (subnet) => subnet.vnet === vnet) !== undefined;
}

function keyWhere(
  sections: Readonly<Record<string, Section>>,
  fits: (section: Section) => boolean,
  except?: string,
): string | undefined {
  return Object.entries(sections).find(([key, section]) => key !== except && fits(section))?.[0];
}

function list(value: Section[string] | undefined): readonly string[] {
  return Array.isArray(value) ? value : [];
}
