/** What cloud-init reads of a machine (qemu-server 9.2.6, QemuServer/Cloudinit.pm). */
import { createHash } from "node:crypto";
import { formatAddress } from "../../../config/cidr.ts";
import type { Vm } from "../../world/proxmox.ts";
import { assertQuorum, type Pve } from "../model/context.ts";
import { failure } from "../model/errors.ts";
import { nics } from "../model/ipam.ts";
import { properties } from "../model/properties.ts";
import { driveKeys, isCloudInit } from "../model/vm-drives.ts";
import type { Data, Parameters } from "./http.ts";
import { settingOf } from "./node-setting-calls.ts";
import { get, put, type Route } from "./route.ts";
import { typed, vm } from "./vm-calls.ts";

const PATH = "nodes/{node}/qemu/{vmid}/cloudinit";
const OPTIONS = /^(ci\w+|nameserver|searchdomain|sshkeys|ipconfig\d+|name)$/;

function options(pve: Pve, parameters: Parameters): Data {
  const found = typed(vm(pve, parameters).config);
  return Object.entries(found)
    .filter(([key]) => OPTIONS.test(key))
    .map(([key, value]) => ({ key, value }));
}

/** The drive follows the configuration at once, so that there is nothing to write anew. */
function regenerate(pve: Pve, parameters: Parameters): void {
  const { config: found } = vm(pve, parameters);
  assertQuorum(pve);
  if (!driveKeys(found).some((key) => isCloudInit(found[key] ?? ""))) throw failure("No cloud-init drive configured");
}

function userData({ vmid, config }: Vm): string {
  const { name = `VM${vmid}`, searchdomain, ciuser, cipassword, sshkeys, ciupgrade } = config;
  const [hostname = name] = name.split(".");
  const fqdn = name.includes(".") || searchdomain === undefined ? name : `${name}.${searchdomain}`;
  const keys = decodeURIComponent(sshkeys ?? "")
    .split("\n")
    .filter((key) => key.trim() !== "");
  return [
    "#cloud-config",
    `hostname: ${hostname}`,
    "manage_etc_hosts: true",
    `fqdn: ${fqdn}`,
    ...(ciuser === undefined ? [] : [`user: ${ciuser}`]),
    ...(ciuser === "root" ? ["disable_root: False"] : []),
    ...(cipassword === undefined ? [] : ["password: **********"]),
    ...(sshkeys === undefined ? [] : ["ssh_authorized_keys:", ...keys.map((key) => `  - ${key}`)]),
    "chpasswd:",
    "  expire: False",
    ...(ciuser === "root" ? [] : ["users:", "  - default"]),
    ...(ciupgrade === "0" ? [] : ["package_upgrade: true"]),
    "",
  ].join("\n");
}

/** The lines of a device's addresses. */
function subnets(ipconfig: string): readonly string[] {
  const told = properties(ipconfig, "");
  const { ip, gw, ip6, gw6 } = Object.fromEntries(told);
  const [address = "", prefix = "32"] = (ip ?? "").split("/");
  const netmask = formatAddress(2 ** 32 - 2 ** (32 - Number(prefix)));
  const v4 = ["- type: static", `  address: '${address}'`, `  netmask: '${netmask}'`];
  const v6 = ["- type: static6", `  address: '${ip6 ?? ""}'`];
  return [
    ...(ip === undefined ? [] : ip === "dhcp" ? ["- type: dhcp4"] : v4),
    ...(ip === undefined || ip === "dhcp" || gw === undefined ? [] : [`  gateway: '${gw}'`]),
    ...(ip6 === undefined ? [] : ip6 === "dhcp" ? ["- type: dhcp6"] : ip6 === "auto" ? ["- type: ipv6_slaac"] : v6),
    ...(ip6?.includes(":") && gw6 !== undefined ? [`  gateway: '${gw6}'`] : []),
  ];
}

function networkData({ host }: Pve, { config }: Vm): string {
  const devices = Object.keys(config)
    .filter((key) => /^net\d+$/.test(key) && config[key.replace("net", "ipconfig")] !== undefined)
    .toSorted();
  const all = devices.flatMap((key) => [
    "    - type: physical",
    `      name: ${key.replace("net", "eth")}`,
    `      mac_address: '${(nics({ [key]: config[key] ?? "" })[0]?.mac ?? "").toLowerCase()}'`,
    "      subnets:",
    ...subnets(config[key.replace("net", "ipconfig")] ?? "").map((line) => `      ${line}`),
  ]);
  const { search = "", ...resolvers } = settingOf(host, "dns");
  const servers = config.nameserver?.split(/\s+/) ?? Object.values(resolvers);
  const domains = (config.searchdomain ?? search).split(/\s+/).filter((each) => each !== "");
  return [
    "version: 1",
    "config:",
    ...all,
    "    - type: nameserver",
    ...(servers.length === 0 ? [] : ["      address:", ...servers.map((each) => `      - '${each}'`)]),
    ...(domains.length === 0 ? [] : ["      search:", ...domains.map((each) => `      - '${each}'`)]),
    "",
  ].join("\n");
}

function dump(pve: Pve, parameters: Parameters): Data {
  const machine = vm(pve, parameters);
  const { type } = parameters;
  if (type === "user") return userData(machine);
  const network = networkData(pve, machine);
  if (type === "network") return network;
  const id = createHash("sha1").update(userData(machine) + network);
  return `instance-id: ${id.digest("hex")}\n`;
}

/** The calls. */
export const routes: readonly Route[] = [get(PATH, options), put(PATH, regenerate), get(`${PATH}/dump`, dump)];
