/** The `sdn_*` resources (bpg/proxmox 0.112.0). What is configured waits as pending until an applier is created. */
import { type Attributes, type ProviderContext, type Json, Refusal, type ResourceType } from "../../plugin/resource.ts";
import type { Section } from "../../world/proxmox.ts";
import { callApi } from "../api/operation.ts";
import { digestOf } from "../api/values.ts";
import type { Pve } from "../model/context.ts";
import { pendingState, type SdnKind, sdnObjects, subnetId } from "../model/sdn.ts";
import { apiObject, type Verb } from "./object.ts";
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

type Options = Readonly<Record<string, string | number | boolean | readonly string[]>>;

/** What the provider sends: neither what is null nor empty sets. */
function options(planned: Attributes, keys: Keys): Options {
  const values = Object.entries(keys).flatMap(([name, key]) => {
    const value = strings(planned, name)?.toSorted() ?? planned[name];
    if (Array.isArray(value)) return value.length > 0 ? [[key, value]] : [];
    return typeof value === "object" || value === undefined ? [] : [[key, value]];
  });
  return Object.fromEntries(values);
}

/** Sends the options, and deletes those that are there and not among them. `fixed` is what no update names. */
function change(pve: Pve, path: string, before: Section | undefined, sent: Options, fixed: readonly string[]): void {
  const gone = Object.keys(before ?? {}).filter((key) => !(key in sent) && !fixed.includes(key));
  callApi(pve, "PUT", path, { ...sent, ...(gone.length > 0 && { delete: gone }) });
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
  /** Null: the API knows but one. */
  readonly type: string | null;
  extra?(pve: Pve, id: string): Attributes;
}

const pathOf = ({ kind }: Pick<SdnType, "kind">, id: string): string => `cluster/sdn/${kind}/${encodeURIComponent(id)}`;

function read(pve: Pve, type: SdnType, id: string): Attributes | null {
  const found = sdnObjects(pve.datacenter.sdn.config, type.kind)[id];
  if (!found || (type.type !== null && found.type !== type.type)) return null;
  return { id, ...attributes(found, type.keys), ...type.extra?.(pve, id) };
}

/** `Unable to Create SDN Zone` */
const unableTo =
  (what: string) =>
  (verb: Verb): string =>
    `Unable to ${verb.charAt(0).toUpperCase()}${verb.slice(1)} SDN ${what}`;

/** bpg's own check, which comes before PVE's. */
function checkId(_call: ProviderContext, prior: Attributes | null, proposed: Attributes): Attributes {
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
  const { kind, what, keys } = type;
  const parameter = kind.replace(/s$/, "");
  return {
    forceNew: ["id"],
    ...rules,
    plan: checkId,
    ...apiObject({
      summary: unableTo(what),
      path: (id) => pathOf(type, id),
      attributes: (pve, id) => read(pve, type, id),
      create(pve, planned) {
        const id = required(planned, "id");
        callApi(pve, "POST", `cluster/sdn/${kind}`, {
          [parameter]: id,
          ...options(planned, keys),
          type: type.type ?? undefined,
        });
        return read(pve, type, id) ?? {};
      },
      update(pve, id, planned) {
        change(pve, pathOf(type, id), sdnObjects(pve.datacenter.sdn.config, kind)[id], options(planned, keys), [
          "type",
        ]);
        return read(pve, type, id) ?? {};
      },
    }),
  };
}

function zoneState(pve: Pve, id: string): Attributes {
  const state = pendingState(pve, "zones", id);
  return { state, pending: state === null ? null : true };
}

const zoneRules = { changesOnUpdate: ["pending", "state"] };

/** `proxmox_sdn_zone_simple` */
export const sdnZoneSimple = sdnObject(
  { kind: "zones", what: "Zone", keys: SIMPLE_KEYS, type: "simple", extra: zoneState },
  zoneRules,
);

/** `proxmox_sdn_zone_evpn` */
export const sdnZoneEvpn = sdnObject(
  { kind: "zones", what: "Zone", keys: EVPN_KEYS, type: "evpn", extra: zoneState },
  {
    ...zoneRules,
    defaults: { advertise_subnets: false, disable_arp_nd_suppression: false, exit_nodes_local_routing: false },
  },
);

/** `proxmox_sdn_controller_evpn` */
export const sdnControllerEvpn = sdnObject(
  {
    kind: "controllers",
    what: "Controller",
    keys: CONTROLLER_KEYS,
    type: "evpn",
    extra: ({ datacenter }) => ({
      digest: digestOf(datacenter.sdn.config.controllers),
    }),
  },
  { changesOnUpdate: ["digest"] },
);

/** `proxmox_sdn_vnet` */
export const sdnVnet = sdnObject({ kind: "vnets", what: "VNet", keys: VNET_KEYS, type: null }, {});

const subnetsPath = (vnet: string): string => `cluster/sdn/vnets/${encodeURIComponent(vnet)}/subnets`;

const subnetPath = (vnet: string, id: string): string => `${subnetsPath(vnet)}/${encodeURIComponent(id)}`;

function subnetOptions(planned: Attributes): Options {
  const range = block(planned, "dhcp_range");
  const [start, end] = range ? [text(range, "start_address"), text(range, "end_address")] : [];
  return {
    ...options(planned, SUBNET_KEYS),
    ...(start !== undefined && end !== undefined && { "dhcp-range": `start-address=${start},end-address=${end}` }),
  };
}

function readSubnet({ datacenter }: Pve, id: string, { vnet }: Attributes): Attributes | null {
  const found = datacenter.sdn.config.subnets[id];
  if (!found || found.vnet !== vnet) return null;
  const [start, end] = [found["start-address"], found["end-address"]];
  const range = typeof start === "string" && typeof end === "string";
  return {
    id,
    cidr: String(found.subnet),
    ...attributes(found, SUBNET_KEYS),
    dhcp_range: range ? { start_address: start, end_address: end } : null,
  };
}

/** `proxmox_sdn_subnet` */
export const sdnSubnet: ResourceType = {
  forceNew: ["cidr", "vnet"],
  ...apiObject({
    summary: unableTo("Subnet"),
    path: (id, state) => subnetPath(required(state, "vnet"), id),
    attributes: readSubnet,
    create(pve, planned) {
      const [vnet, cidr] = [required(planned, "vnet"), required(planned, "cidr")];
      callApi(pve, "POST", subnetsPath(vnet), { subnet: cidr, type: "subnet", ...subnetOptions(planned) });
      return readSubnet(pve, subnetId(pve, vnet, cidr), planned) ?? {};
    },
    update(pve, id, planned) {
      const { "start-address": start, "end-address": _end, ...rest } = pve.datacenter.sdn.config.subnets[id] ?? {};
      const before = { ...rest, ...(start !== undefined && { "dhcp-range": start }) };
      const path = subnetPath(required(planned, "vnet"), id);
      change(pve, path, before, subnetOptions(planned), ["type", "subnet"]);
      return readSubnet(pve, id, planned) ?? {};
    },
    imported(id) {
      const [, vnet, subnet] = /^([^/]+)\/(.+)$/.exec(id) ?? [];
      return vnet === undefined || subnet === undefined ? null : { id: subnet, vnet };
    },
  }),
};

function apply(call: ProviderContext): void {
  atPve(call, "Unable to Apply SDN Configuration", (pve) => callApi(pve, "PUT", "cluster/sdn"));
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
