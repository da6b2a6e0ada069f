/** The `sdn_*` resources (bpg/proxmox 0.111.1). What is configured waits as pending until an applier is created. */
import { createHash } from "node:crypto";
import { type Attributes, type Call, type Json, Refusal, type ResourceType } from "../../plugin/resource.ts";
import type { Section } from "../../world/proxmox.ts";
import type { Pve } from "../model/context.ts";
import { applySdn, createSdn, deleteSdn, pendingState, type SdnKind, subnetId, updateSdn } from "../model/sdn.ts";
import { atPve } from "./session.ts";
import { block, flag, required, strings, text } from "./values.ts";

/** Terraform attribute to PVE key. */
type Keys = Readonly<Record<string, string>>;

const ZONE_KEYS: Keys = {
  dns: "dns",
  dns_zone: "dnszone",
  ipam: "ipam",
  mtu: "mtu",
  nodes: "nodes",
  reverse_dns: "reversedns",
};
const SIMPLE_KEYS: Keys = { ...ZONE_KEYS, dhcp: "dhcp" };
const EVPN_KEYS: Keys = {
  ...ZONE_KEYS,
  advertise_subnets: "advertise-subnets",
  controller: "controller",
  disable_arp_nd_suppression: "disable-arp-nd-suppression",
  exit_nodes: "exitnodes",
  exit_nodes_local_routing: "exitnodes-local-routing",
  primary_exit_node: "exitnodes-primary",
  rt_import: "rt-import",
  vrf_vxlan: "vrf-vxlan",
};
const CONTROLLER_KEYS: Keys = { asn: "asn", fabric: "fabric", peers: "peers" };
const VNET_KEYS: Keys = {
  alias: "alias",
  isolate_ports: "isolate-ports",
  tag: "tag",
  vlan_aware: "vlanaware",
  zone: "zone",
};
const SUBNET_KEYS: Keys = {
  dhcp_dns_server: "dhcp-dns-server",
  dns_zone_prefix: "dnszoneprefix",
  gateway: "gateway",
  snat: "snat",
  vnet: "vnet",
};
/** Sets that the provider reads as empty, not as null, where PVE has none. */
const COMPUTED_SETS = ["nodes", "exit_nodes"];

function section(planned: Attributes, keys: Keys, fixed: Section): Section {
  const values = Object.entries(keys).flatMap(([name, key]) => {
    const value = strings(planned, name)?.toSorted() ?? planned[name];
    if (Array.isArray(value)) return value.length > 0 ? [[key, value]] : [];
    return typeof value === "object" || value === undefined ? [] : [[key, value]];
  });
  return { ...fixed, ...Object.fromEntries(values) };
}

function attributes(found: Section, keys: Keys): Attributes {
  return Object.fromEntries(
    Object.entries(keys).map(([name, key]): [string, Json] => {
      const value = found[key] ?? (COMPUTED_SETS.includes(name) ? [] : null);
      return [name, Array.isArray(value) ? [...value] : typeof value === "object" ? null : value];
    }),
  );
}

interface SdnType {
  readonly kind: SdnKind;
  readonly what: string;
  readonly keys: Keys;
  readonly fixed: Section;
  extra?(pve: Pve, id: string): Attributes;
}

function read(pve: Pve, type: SdnType, id: string): Attributes | null {
  const found = pve.datacenter.sdn.config[type.kind][id];
  if (!found || found.type !== type.fixed.type) return null;
  return { id, ...attributes(found, type.keys), ...type.extra?.(pve, id) };
}

/** bpg's own check, which comes before PVE's. */
function checkId(_call: Call, prior: Attributes | null, proposed: Attributes): Attributes {
  const id = required(proposed, "id");
  if (prior !== null || id === "") return {};
  if (!/^[A-Za-z][A-Za-z0-9]*[A-Za-z0-9]$/.test(id)) {
    throw new Refusal("Invalid Attribute Value Match", `Attribute id must be a valid SDN identifier, got: ${id}`, "id");
  }
  if (id.length > 8) {
    const why = `Attribute id string length must be at most 8, got: ${id.length}`;
    throw new Refusal("Invalid Attribute Value Length", why, "id");
  }
  return {};
}

function sdnObject(type: SdnType, rules: Pick<ResourceType, "defaults" | "changesOnUpdate">): ResourceType {
  const { kind, what, keys, fixed } = type;
  return {
    forceNew: ["id"],
    ...rules,
    plan: checkId,
    create: (call, planned) =>
      atPve(call, `Unable to Create SDN ${what}`, (pve) => {
        const id = required(planned, "id");
        createSdn(pve, kind, id, section(planned, keys, fixed));
        return read(pve, type, id) ?? {};
      }),
    read: (call, state) => atPve(call, `Unable to Read SDN ${what}`, (pve) => read(pve, type, required(state, "id"))),
    update: (call, _prior, planned) =>
      atPve(call, `Unable to Update SDN ${what}`, (pve) => {
        const id = required(planned, "id");
        updateSdn(pve, kind, id, section(planned, keys, fixed));
        return read(pve, type, id) ?? {};
      }),
    delete: (call, state) =>
      atPve(call, `Unable to Delete SDN ${what}`, (pve) => {
        const id = required(state, "id");
        if (read(pve, type, id)) deleteSdn(pve, kind, id);
      }),
    importState: (call, id) => atPve(call, `Unable to Import SDN ${what}`, (pve) => read(pve, type, id)),
  };
}

function zoneState(pve: Pve, id: string): Attributes {
  const state = pendingState(pve, "zones", id);
  return { state, pending: state === null ? null : true };
}

const zoneRules = { changesOnUpdate: ["pending", "state"] };

export const sdnZoneSimple = sdnObject(
  { kind: "zones", what: "Zone", keys: SIMPLE_KEYS, fixed: { type: "simple" }, extra: zoneState },
  zoneRules,
);

export const sdnZoneEvpn = sdnObject(
  { kind: "zones", what: "Zone", keys: EVPN_KEYS, fixed: { type: "evpn" }, extra: zoneState },
  {
    ...zoneRules,
    defaults: { advertise_subnets: false, disable_arp_nd_suppression: false, exit_nodes_local_routing: false },
  },
);

export const sdnControllerEvpn = sdnObject(
  {
    kind: "controllers",
    what: "Controller",
    keys: CONTROLLER_KEYS,
    fixed: { type: "evpn" },
    extra: ({ datacenter }) => ({
      digest: createHash("sha1").update(JSON.stringify(datacenter.sdn.config.controllers)).digest("hex"),
    }),
  },
  { changesOnUpdate: ["digest"] },
);

export const sdnVnet = sdnObject({ kind: "vnets", what: "VNet", keys: VNET_KEYS, fixed: { type: "vnet" } }, {});

function subnetSection(planned: Attributes): Section {
  const range = block(planned, "dhcp_range");
  const [start, end] = range ? [text(range, "start_address"), text(range, "end_address")] : [];
  return {
    ...section(planned, SUBNET_KEYS, { type: "subnet", subnet: required(planned, "cidr") }),
    ...(start !== undefined && end !== undefined && { "start-address": start, "end-address": end }),
  };
}

function readSubnet({ datacenter }: Pve, id: string): Attributes | null {
  const found = datacenter.sdn.config.subnets[id];
  if (!found) return null;
  const [start, end] = [found["start-address"], found["end-address"]];
  const range = typeof start === "string" && typeof end === "string";
  return {
    id,
    cidr: String(found.subnet),
    ...attributes(found, SUBNET_KEYS),
    dhcp_range: range ? { start_address: start, end_address: end } : null,
  };
}

export const sdnSubnet: ResourceType = {
  forceNew: ["cidr", "vnet"],
  create: (call, planned) =>
    atPve(call, "Unable to Create SDN Subnet", (pve) => {
      const id = subnetId(pve, required(planned, "vnet"), required(planned, "cidr"));
      createSdn(pve, "subnets", id, subnetSection(planned));
      return readSubnet(pve, id) ?? {};
    }),
  read: (call, state) => atPve(call, "Unable to Read SDN Subnet", (pve) => readSubnet(pve, required(state, "id"))),
  update: (call, _prior, planned) =>
    atPve(call, "Unable to Update SDN Subnet", (pve) => {
      updateSdn(pve, "subnets", required(planned, "id"), subnetSection(planned));
      return readSubnet(pve, required(planned, "id")) ?? {};
    }),
  delete: (call, state) =>
    atPve(call, "Unable to Delete SDN Subnet", (pve) => {
      const id = required(state, "id");
      if (readSubnet(pve, id)) deleteSdn(pve, "subnets", id);
    }),
  importState: (call, id) =>
    atPve(call, "Unable to Import SDN Subnet", (pve) => {
      const [, vnet = "", subnet = ""] = /^([^/]+)\/(.+)$/.exec(id) ?? [];
      const found = readSubnet(pve, subnet);
      return found?.vnet === vnet ? found : null;
    }),
};

function apply(call: Call): void {
  atPve(call, "Unable to Apply SDN Configuration", applySdn);
}

/** An applier is the act of applying, not a thing: there is nothing to read. */
export const sdnApplier: ResourceType = {
  forceNew: ["on_create", "on_destroy"],
  defaults: { on_create: true, on_destroy: true },
  changesOnUpdate: ["id"],
  create(call, planned) {
    if (flag(planned, "on_create") !== false) apply(call);
    return { id: String(Date.parse(call.world.now())) };
  },
  read: (_call, state) => state,
  update(call) {
    apply(call);
    return { id: String(Date.parse(call.world.now())) };
  },
  delete(call, state) {
    if (flag(state, "on_destroy") !== false) apply(call);
  },
};
