/** Calls about the software-defined network: what is configured, what runs, and making the one the other. */
import type { Section } from "../../world/proxmox.ts";
import { again, type Pve } from "../model/context.ts";
import { badParameter, failure } from "../model/errors.ts";
import { ipamEntries } from "../model/ipam.ts";
import { may } from "../model/permissions.ts";
import {
  applySdn,
  createSdn,
  deleteSdn,
  isReloaded,
  rollBackSdn,
  sdnObject,
  sdnObjects,
  type SdnKind,
  subnetId,
  updateSdn,
} from "../model/sdn.ts";
import { startTask } from "../model/tasks.ts";
import { listOf } from "./formats.ts";
import type { Data, Parameters } from "./http.ts";
import { schemaOf } from "./schema.ts";
import { digestOf } from "./values.ts";

/** Parameter that names an object, and the path of the call that lists them. */
const KINDS: Readonly<Record<SdnKind, { readonly key: string; readonly path: string }>> = {
  zones: { key: "zone", path: "cluster/sdn/zones" },
  controllers: { key: "controller", path: "cluster/sdn/controllers" },
  vnets: { key: "vnet", path: "cluster/sdn/vnets" },
  subnets: { key: "subnet", path: "cluster/sdn/vnets/{vnet}/subnets" },
  fabrics: { key: "id", path: "cluster/sdn/fabrics/fabric" },
  fabricNodes: { key: "node_id", path: "cluster/sdn/fabrics/node/{fabric_id}" },
};

/** Under what an object is kept. */
function keptId(kind: SdnKind, parameters: Parameters): string {
  const id = parameters[KINDS[kind].key] ?? "";
  return kind === "fabricNodes" ? `${parameters["fabric_id"]}_${id}` : id;
}

const LISTS = new Set(["nodes", "exitnodes", "peers"]);
/** Lists that are told as such. */
const ARRAYS = new Set(["interfaces"]);
/** Parameters of a call, and no part of what is configured. */
const NO_OPTIONS = new Set(["delete", "digest", "lock-token", "pending", "running"]);

type Values = { readonly [key: string]: Data };

/** The options of a call with the types that PVE's schema gives them. */
function section(kind: SdnKind, parameters: Parameters): Section {
  const { key, path } = KINDS[kind];
  const schema = schemaOf(`POST ${path}`).parameters ?? {};
  const typed = Object.entries(parameters).flatMap(([name, value]): [string, Section[string]][] => {
    if (NO_OPTIONS.has(name) || name === key) return [];
    if (name === "dhcp-range") return Object.entries(range(value));
    if (ARRAYS.has(name)) return [[name, value.split("\0")]];
    if (LISTS.has(name)) return [[name, listOf(value).toSorted()]];
    const type = schema[name]?.type;
    if (type === "boolean") return [[name, value === "1"]];
    return [[name, type === "integer" || type === "number" ? Number(value) : value]];
  });
  return Object.fromEntries(typed);
}

/** `start-address=10.0.0.10,end-address=10.0.0.99` */
function range(text: string): Record<string, string> {
  const parts = Object.fromEntries(text.split(",").map((part) => part.split("=")));
  const { "start-address": start, "end-address": end } = parts;
  if (start === undefined || end === undefined) throw badParameter({ "dhcp-range": "invalid format - format error" });
  return { "start-address": start, "end-address": end };
}

function data(found: Section): Values {
  const { "start-address": start, "end-address": end, subnet: cidr, ...rest } = found;
  const printed = Object.entries(rest).map(([name, value]): [string, Data] => [
    name,
    ARRAYS.has(name) && Array.isArray(value) ? value : printable(value),
  ]);
  return {
    ...Object.fromEntries(printed),
    ...(cidr !== undefined && { cidr: String(cidr) }),
    ...(start !== undefined && { "dhcp-range": [{ "start-address": String(start), "end-address": String(end) }] }),
  };
}

function printable(value: Section[string] | undefined): Data {
  if (typeof value === "boolean") return value ? 1 : 0;
  return typeof value === "string" || typeof value === "number" ? value : (value ?? []).join(",");
}

/** What runs, and beside it what the next apply would change. */
function pending(configured: Section | undefined, running: Section | undefined): Values {
  const [now, next] = [running ? data(running) : {}, configured ? data(configured) : {}];
  const changed = Object.entries(next).filter(([key, value]) => JSON.stringify(value) !== JSON.stringify(now[key]));
  const gone = configured ? Object.keys(now).filter((key) => !(key in next)) : [];
  const state = !configured ? "deleted" : !running ? "new" : changed.length + gone.length > 0 ? "changed" : null;
  if (state === null) return now;
  const fixed = Object.fromEntries(changed.filter(([key]) => key === "type" || key === "vnet"));
  const rest = changed.filter(([key]) => !(key in fixed));
  const deleted = gone.map((key): [string, Data] => [key, "deleted"]);
  return { ...now, ...fixed, state, pending: Object.fromEntries([...rest, ...deleted]) };
}

function shown({ datacenter }: Pve, kind: SdnKind, id: string, parameters: Parameters): Values | null {
  const { key } = KINDS[kind];
  const { config, running: applied } = datacenter.sdn;
  const [configured, running] = [sdnObjects(config, kind)[id], sdnObjects(applied, kind)[id]];
  const values =
    parameters.pending === "1"
      ? configured || running
        ? pending(configured, running)
        : null
      : parameters.running === "1"
        ? running && data(running)
        : configured && data(configured);
  return values
    ? {
        ...values,
        [key]: kind === "fabricNodes" ? (id.split("_")[1] ?? "") : id,
        ...(kind !== "subnets" && { digest: digestOf(sdnObjects(config, kind)) }),
      }
    : null;
}

function idsOf({ datacenter: { sdn } }: Pve, kind: SdnKind): readonly string[] {
  return [
    ...new Set([...Object.keys(sdnObjects(sdn.config, kind)), ...Object.keys(sdnObjects(sdn.running, kind))]),
  ].sort();
}

/** `GET cluster/sdn/…`: the objects of a kind that the caller may see. */
export function list(kind: SdnKind) {
  return (pve: Pve, parameters: Parameters): Data =>
    idsOf(pve, kind)
      .filter((id) => visible(pve, kind, id))
      .map((id) => shown(pve, kind, id, parameters))
      .filter((found) => found !== null)
      .filter(({ vnet }) => kind !== "subnets" || vnet === parameters.vnet)
      .filter(({ fabric_id: of }) => kind !== "fabricNodes" || of === parameters["fabric_id"])
      .filter(({ type }) => kind === "subnets" || parameters.type === undefined || type === parameters.type);
}

function visible(pve: Pve, kind: SdnKind, id: string): boolean {
  const any = ["SDN.Audit", "SDN.Allocate"];
  if (kind === "zones") return may(pve, `/sdn/zones/${id}`, [...any, "SDN.Use"], true);
  if (kind === "fabrics" || kind === "fabricNodes")
    return may(pve, `/sdn/fabrics/${id.split("_")[0] ?? ""}`, any, true);
  const { config, running } = pve.datacenter.sdn;
  const zone = String((config.vnets[id] ?? running.vnets[id])?.zone);
  return kind !== "vnets" || may(pve, `/sdn/zones/${zone}/${id}`, any, true);
}

/** `GET cluster/sdn/…/{id}` */
export function get(kind: SdnKind) {
  return (pve: Pve, parameters: Parameters): Data => {
    const id = keptId(kind, parameters);
    // The one of a fabric takes any parameter and heeds none.
    const isFabric = kind === "fabrics" || kind === "fabricNodes";
    if (isFabric) sdnObject(pve, kind, id);
    const found = shown(pve, kind, id, isFabric ? {} : parameters);
    if (!found) throw failure(kind === "subnets" ? `subnet '${id}' does not exist` : `sdn '${id}' does not exist`);
    return found;
  };
}

/** `POST cluster/sdn/…` */
export function create(kind: SdnKind) {
  return (pve: Pve, parameters: Parameters): void => {
    const given = parameters[KINDS[kind].key] ?? "";
    const id = kind === "subnets" ? subnetId(pve, parameters.vnet ?? "", given) : keptId(kind, parameters);
    const fixed: Section =
      kind === "subnets" ? { type: "subnet", subnet: given } : kind === "vnets" ? { type: "vnet" } : {};
    createSdn(pve, kind, id, { ...fixed, ...section(kind, parameters) });
  };
}

/** `PUT cluster/sdn/…/{id}` */
export function update(kind: SdnKind) {
  return (pve: Pve, parameters: Parameters): void => {
    const id = keptId(kind, parameters);
    const before = sdnObject(pve, kind, id);
    const cleared = listOf(parameters.delete).flatMap((name) =>
      name === "dhcp-range" ? ["start-address", "end-address"] : [name],
    );
    const kept = Object.entries(before).filter(([name]) => !cleared.includes(name));
    updateSdn(pve, kind, id, { ...Object.fromEntries(kept), ...section(kind, parameters) });
  };
}

/** `DELETE cluster/sdn/…/{id}` */
export function remove(kind: SdnKind) {
  return (pve: Pve, parameters: Parameters): void => deleteSdn(pve, kind, keptId(kind, parameters));
}

/** Fabrics and their nodes, all of them. */
export function allFabrics(pve: Pve, parameters: Parameters): Data {
  const nodes = idsOf(pve, "fabricNodes").filter((id) => visible(pve, "fabricNodes", id));
  return {
    fabrics: list("fabrics")(pve, parameters),
    nodes: nodes.map((id) => shown(pve, "fabricNodes", id, parameters)).filter((found) => found !== null),
  };
}

/** Every node reloads its network: a task of its own. */
export function apply(pve: Pve): Data {
  return startTask(pve, "reloadnetworkall", "", (log) => {
    const later = again(pve);
    applySdn(later);
    log(`${later.host.name}: reloading network config`);
  });
}

/** `POST cluster/sdn/rollback` */
export const rollBack = (pve: Pve): void => rollBackSdn(pve);

const IPAM = { ipam: "pve", type: "pve" };

/** `GET cluster/sdn/ipams` */
export const ipams = (): Data => [IPAM];

/** `GET cluster/sdn/ipams/{ipam}` */
export function ipam(_pve: Pve, parameters: Parameters): Data {
  if (parameters.ipam === "pve") return IPAM;
  throw failure(`sdn '${parameters.ipam ?? ""}' does not exist`);
}

/** Who has which address, where somebody may see that network. */
export function ipamStatus(pve: Pve, { ipam: id }: Parameters): Data {
  if (id !== "pve") throw failure("Currently only PVE IPAM is supported!");
  return ipamEntries(pve.datacenter)
    .filter(({ zone, vnet }) => may(pve, `/sdn/zones/${zone}/${vnet}`, ["SDN.Audit", "SDN.Allocate"], true))
    .map((entry) => ({ ...entry }));
}

/** How a node has the zones that are applied. */
export function nodeZones(pve: Pve): Data {
  const { zones } = pve.datacenter.sdn.running;
  return Object.entries(zones)
    .filter(
      ([id, { nodes }]) =>
        visible(pve, "zones", id) && (!Array.isArray(nodes) || nodes.length === 0 || nodes.includes(pve.host.name)),
    )
    .map(([zone]) => ({ zone, status: isReloaded(pve) ? "available" : "pending" }));
}

/** `GET nodes/{node}/sdn/zones/{zone}/content` */
export function zoneContent(pve: Pve, { zone = "" }: Parameters): Data {
  const { zones, vnets } = pve.datacenter.sdn.running;
  if (!zones[zone]) throw failure(`zone ${zone} does not exist`);
  return Object.entries(vnets)
    .filter(([, vnet]) => vnet.zone === zone)
    .map(([vnet]) => ({ vnet, status: "available" }));
}
