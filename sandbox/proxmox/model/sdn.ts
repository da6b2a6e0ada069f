/** Software-defined network: zones, controllers, vnets and subnets, which take effect when they are applied (pve-network). */
import ipaddr from "ipaddr.js";
import type { PveHost, SdnConfig, Section } from "../../world/proxmox.ts";
import { again, assertWritable, membersOnline, type Pve } from "./context.ts";
import { badParameter, failure } from "./errors.ts";
import { hasBridge } from "./interfaces.ts";
import { assertNoAddresses } from "./ipam.ts";
import { startTask } from "./tasks.ts";
import { checkTag } from "./vnet-tags.ts";

/** Zones, controllers, vnets or subnets. */
export type SdnKind = keyof SdnConfig;
const SINGULAR = {
  zones: "zone",
  controllers: "controller",
  vnets: "vnet",
  subnets: "subnet",
  fabrics: "fabric",
  fabricNodes: "fabric node",
} as const;

/** The objects of a kind. */
export const sdnObjects = (config: SdnConfig, kind: SdnKind): Record<string, Section> => (config[kind] ??= {});

/** An object as it is configured. @throws PveError where there is none */
export function sdnObject({ datacenter }: Pve, kind: SdnKind, id: string): Section {
  const section = sdnObjects(datacenter.sdn.config, kind)[id];
  if (section) return section;
  if (kind === "fabrics") throw failure(`fabric '${id}' does not exist in configuration`);
  if (kind !== "fabricNodes") throw failure(`sdn '${id}' does not exist`);
  const [fabric, node] = id.split("_");
  throw failure(`node '${node}' does not exist in fabric '${fabric}'`);
}

/** Makes an object, which waits for the next apply. @throws PveError */
export function createSdn(pve: Pve, kind: SdnKind, id: string, section: Section): void {
  assertWritable(pve);
  const objects = sdnObjects(pve.datacenter.sdn.config, kind);
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
  sdnObjects(pve.datacenter.sdn.config, kind)[id] = section;
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
  if (kind === "fabrics") {
    const user = keyWhere(config.controllers, (controller) => controller.fabric === id);
    if (user) throw failure(`deleting fabric failed: this fabric is still used in the EVPN controller "${user}"`);
    const zone = keyWhere(config.zones, ({ type, fabric }) => type === "vxlan" && fabric === id);
    if (zone) throw failure(`deleting fabric failed: this fabric is still used in the VXLAN zone "${zone}"`);
    const nodes = Object.entries(sdnObjects(config, "fabricNodes"));
    config.fabricNodes = Object.fromEntries(nodes.filter(([, node]) => node["fabric_id"] !== id));
  }
  if (kind === "vnets" && hasSubnets(pve, id)) throw badParameter({ vnet: "Can't delete vnet if subnets exists" });
  if (kind === "subnets") assertNoAddresses(pve, sdnObject(pve, kind, id));
  delete sdnObjects(config, kind)[id];
  pve.world.changed();
}

/** What waits for the next apply: `new`, `changed`, or null where the hosts run what is configured. */
export function pendingState({ datacenter }: Pve, kind: SdnKind, id: string): "new" | "changed" | null {
  const configured = sdnObjects(datacenter.sdn.config, kind)[id];
  const running = sdnObjects(datacenter.sdn.running, kind)[id];
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

/** Whether a bridge of this name is there for virtual machines: those of applied vnets, and those of the host. */
export function bridgeExists({ datacenter }: Pve, host: PveHost, bridge: string): boolean {
  if (hasBridge(host, bridge)) return true;
  const { vnets, zones } = datacenter.sdn.running;
  const nodes = zones[String(vnets[bridge]?.zone)]?.nodes;
  return bridge in vnets && (!Array.isArray(nodes) || nodes.length === 0 || nodes.includes(host.name));
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
  else if (kind === "subnets") checkSubnet(pve, section);
  else if (kind === "fabricNodes") sdnObject(pve, "fabrics", String(section["fabric_id"]));
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
  if (controller.fabric !== undefined) sdnObject(pve, "fabrics", String(controller.fabric));
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
