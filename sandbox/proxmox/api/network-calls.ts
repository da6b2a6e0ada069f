/** Calls about the network interfaces of a host (pve-manager 9.2, API2/Network.pm). */
import { again, type Pve } from "../model/context.ts";
import { badParameter } from "../model/errors.ts";
import {
  currentInterfaces,
  type Interface,
  interfaceOf,
  nextInterfaces,
  reloadInterfaces,
  writeInterface,
} from "../model/interfaces.ts";
import { startTask } from "../model/tasks.ts";
import { listOf } from "./formats.ts";
import type { Data, Parameters } from "./http.ts";
import { get, post, put, remove, type Route } from "./route.ts";

const PATH = "nodes/{node}/network";
type Values = Readonly<Record<string, Data>>;

/** A line says them, or none does. */
const FLAGS: readonly string[] = ["autostart", "bridge_vlan_aware"];

/** What the parser of the file makes of an interface. */
function parsed(name: string, { address, netmask, address6, netmask6, ...options }: Interface): Values {
  const { type = "", cidr = joined(address, netmask), cidr6 = joined(address6, netmask6), comments } = options;
  const isAware = options["bridge_vlan_aware"] === "1";
  const [, device, tag] = /^(\S+)\.(\d+)$/.exec(name) ?? [];
  return {
    method: cidr === undefined ? "manual" : "static",
    method6: cidr6 === undefined ? "manual" : "static",
    families: [
      ...(cidr !== undefined || cidr6 === undefined ? ["inet"] : []),
      ...(cidr6 === undefined ? [] : ["inet6"]),
    ],
    ...Object.fromEntries(Object.entries(options).filter(([name]) => !FLAGS.includes(name))),
    ...(options["autostart"] === "1" && { autostart: 1 }),
    ...(isAware && { bridge_vlan_aware: 1 }),
    ...(comments !== undefined && { comments: `${comments.trimEnd()}\n` }),
    ...split(cidr ?? address, "address", "netmask", "cidr"),
    ...split(cidr6, "address6", "netmask6", "cidr6"),
    ...(type === "bridge" && { bridge_stp: "off", bridge_fd: "0", bridge_ports: options["bridge_ports"] ?? "" }),
    ...(isAware && { bridge_vids: options["bridge_vids"] ?? "2-4094" }),
    ...(type === "bond" && { bond_mode: options["bond_mode"] ?? "balance-rr", bond_miimon: "100" }),
    ...(type === "vlan" && device !== undefined && { "vlan-raw-device": device, "vlan-id": tag }),
  };
}

const joined = (address?: string, mask?: string): string | undefined =>
  address !== undefined && mask !== undefined ? `${address}/${mask}` : undefined;

function split(cidr: string | undefined, address: string, netmask: string, whole: string): Values {
  if (cidr === undefined) return {};
  const [base = "", mask] = cidr.split("/");
  return mask === undefined ? { [address]: base } : { [address]: base, [netmask]: mask, [whole]: cidr };
}

/** An interface as it is told, with whether it is there and up. */
function told({ host }: Pve, name: string): Values {
  const options = interfaceOf(host, name);
  const isUp = Object.hasOwn(currentInterfaces(host), name);
  const isPlugged =
    options["type"] !== "eth" || options["method"] === "dhcp" || name === Object.keys(currentInterfaces(host))[0];
  const priority = Object.keys(nextInterfaces(host)).indexOf(name) + 3;
  return { ...parsed(name, options), priority, ...(isUp && { exists: 1 }), ...(isUp && isPlugged && { active: 1 }) };
}

function vnets({ host, datacenter }: Pve): readonly Values[] {
  const { zones, vnets: all } = datacenter.sdn.running;
  const here = Object.entries(all).filter(([, { zone }]) => {
    const nodes = zones[String(zone)]?.nodes;
    return !Array.isArray(nodes) || nodes.length === 0 || nodes.includes(host.name);
  });
  const common = { type: "vnet", method: "manual", active: 1, exists: 1, autostart: 1, priority: 4 };
  return here.map(([iface]) => ({ iface, ...common }));
}

function list(pve: Pve, { type }: Parameters): Data {
  const own = Object.keys(nextInterfaces(pve.host)).map((iface) => ({ iface, ...told(pve, iface) }));
  if (type === "include_sdn") return [...own, ...vnets(pve)];
  const isBridge = type === "any_bridge" || type === "any_local_bridge";
  const fits = own.filter((each: Values) =>
    type === undefined ? true : isBridge ? /bridge$/i.test(String(each["type"])) : each["type"] === type,
  );
  return [...fits, ...(type === "any_bridge" || type === "vnet" ? vnets(pve) : [])];
}

/** A list of VLANs is kept with blanks between them. */
function said({ node: _node, iface: _iface, delete: _delete, ...options }: Parameters): Interface {
  const { bridge_vids: vids, ...rest } = options;
  if (vids === undefined || vids === "") return rest;
  if (listOf(vids).length === 0) throw badParameter({ bridge_vids: "VLAN list items are empty" });
  return { ...rest, bridge_vids: listOf(vids).join(" ") };
}

function create(pve: Pve, parameters: Parameters): void {
  const { iface = "" } = parameters;
  if (Object.hasOwn(nextInterfaces(pve.host), iface)) throw badParameter({ iface: "interface already exists" });
  writeInterface(pve, iface, said(parameters));
}

const WITH: Readonly<Record<string, readonly string[]>> = {
  cidr: ["address", "netmask"],
  cidr6: ["address6", "netmask6"],
};

function update(pve: Pve, parameters: Parameters): void {
  const { iface = "" } = parameters;
  const before = interfaceOf(pve.host, iface);
  const cleared = listOf(parameters.delete).flatMap((name) => [name, ...(WITH[name] ?? [])]);
  const kept = Object.entries(before).filter(([name]) => !cleared.includes(name));
  writeInterface(pve, iface, { ...Object.fromEntries(kept), ...said(parameters) });
}

/** The calls. */
export const routes: readonly Route[] = [
  get(PATH, list),
  post(PATH, create),
  put(PATH, (pve) => startTask(pve, "srvreload", "networking", () => reloadInterfaces(again(pve)))),
  remove(PATH, (pve) => reloadInterfaces(pve, false)),
  get(`${PATH}/{iface}`, (pve, { iface = "" }) => told(pve, iface)),
  put(`${PATH}/{iface}`, update),
  remove(`${PATH}/{iface}`, (pve, { iface = "" }) => {
    interfaceOf(pve.host, iface);
    writeInterface(pve, iface, null);
  }),
];
