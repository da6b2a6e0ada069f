/** Calls that show containers, set their options, and start and stop them (pve-container, API2/LXC). */
import type { Vm } from "../../world/proxmox.ts";
import { mountedVolume } from "../model/container-volumes.ts";
import { containerOf, startContainer, stopContainer, updateContainer } from "../model/containers.ts";
import { again, assertQuorum, type Pve } from "../model/context.ts";
import { badParameter, failure } from "../model/errors.ts";
import { runningHosts } from "../model/hosts.ts";
import { leaseOf } from "../model/ipam.ts";
import { may } from "../model/permissions.ts";
import { properties } from "../model/properties.ts";
import { skipsLock } from "../model/vm-lock.ts";
import { runs } from "../model/vm-power.ts";
import { canSnapshot, snapshotOf } from "../model/vm-snapshots.ts";
import { assertMaySetContainer } from "./container-permissions.ts";
import { listOf } from "./formats.ts";
import { haOf } from "./ha-calls.ts";
import type { Data, Parameters } from "./http.ts";
import { schemaOf } from "./schema.ts";
import { bit, digestOf, unlessEmpty } from "./values.ts";
import { task, typed } from "./vm-calls.ts";

const CREATE = "POST nodes/{node}/lxc";
const MIB = 1024 ** 2;
const NO_OPTIONS = new Set(
  "node vmid delete digest revert pool start force skiplock bwlimit ostemplate password ssh-public-keys storage restore unique ignore-unpack-errors ha-managed unprivileged".split(
    " ",
  ),
);

type Values = { readonly [key: string]: Data };

/** The container that a call names. @throws PveError */
export const container = (pve: Pve, { node, vmid }: Parameters): Vm => containerOf(pve, Number(vmid), node);

/** Values with the types that PVE's schema gives them. */
export const told = (config: Vm["config"]): Values => typed(config, CREATE);

/** The options of a container among the parameters of a call. */
export const optionsOf = (parameters: Parameters): Parameters =>
  Object.fromEntries(Object.entries(parameters).filter(([name]) => !NO_OPTIONS.has(name)));

/** Of its root file system, in bytes. */
function rootBytes(pve: Pve, { config, instanceId }: Vm): number {
  const volid = mountedVolume(config["rootfs"] ?? "");
  return pve.world.state.proxmox.hosts[instanceId]?.volumes[volid ?? ""]?.size ?? 4 * 1024 ** 3;
}

/** The figures that every list of containers has. */
export function containerFigures(pve: Pve, guest: Vm, running: boolean): Values {
  const { vmid, config, startedAt, instanceId } = guest;
  const since = running && startedAt !== undefined ? Date.parse(pve.world.now()) - Date.parse(startedAt) : 0;
  const maxmem = Number(config["memory"] ?? 512) * MIB;
  return {
    vmid,
    type: "lxc",
    name: config["hostname"] ?? `CT${vmid}`,
    status: running ? "running" : "stopped",
    cpus: Number(config["cores"] ?? config["cpulimit"] ?? pve.world.state.proxmox.hosts[instanceId]?.cpus ?? 1),
    cpu: 0,
    maxmem,
    mem: running ? Math.floor(maxmem / 8) : 0,
    maxswap: Number(config["swap"] ?? 0) * MIB,
    swap: 0,
    maxdisk: rootBytes(pve, guest),
    disk: 0,
    uptime: Math.max(0, Math.floor(since / 1000)),
    netin: 0,
    netout: 0,
    diskread: 0,
    diskwrite: 0,
    ...(running && { pid: 1000 + vmid }),
    ...(config["template"] === "1" && { template: 1 }),
    ...unlessEmpty("tags", config["tags"]),
    ...unlessEmpty("lock", config["lock"]),
  };
}

/** `GET nodes/{node}/lxc` */
export function containers(pve: Pve): Data {
  const up = new Set(runningHosts(pve.world).map((host) => host.instanceId));
  return Object.values(pve.datacenter.containers ?? {})
    .filter(({ node, vmid }) => node === pve.host.name && may(pve, `/vms/${vmid}`, ["VM.Audit"]))
    .map((guest) => containerFigures(pve, guest, guest.running && up.has(guest.instanceId)));
}

/** `GET nodes/{node}/lxc/{vmid}/status/current` */
export function status(pve: Pve, parameters: Parameters): Data {
  const guest = container(pve, parameters);
  return { ...containerFigures(pve, guest, runs(pve, guest)), ha: haOf(pve, guest.vmid, "ct") };
}

/** `GET nodes/{node}/lxc/{vmid}/config` */
export function config(pve: Pve, parameters: Parameters): Data {
  const guest = container(pve, parameters);
  const { snapshot, current } = parameters;
  const both = "cannot use 'snapshot' parameter with 'current'";
  if (snapshot !== undefined && current === "1") throw badParameter({ snapshot: both, current: both });
  const { config: found } = snapshot === undefined ? guest : snapshotOf(guest, snapshot);
  const { lxc } = guest;
  return { ...told(found), ...(lxc && lxc.length > 0 && { lxc }), digest: digestOf(guest.config) };
}

/** As of machines, nothing waits for the next start. */
export const pending = (pve: Pve, parameters: Parameters): Data =>
  Object.entries(told(container(pve, parameters).config)).map(([key, value]) => ({ key, value }));

function known(key: string): boolean {
  const schema = schemaOf(CREATE).parameters ?? {};
  return key in schema || `${key.replace(/\d+$/, "")}[n]` in schema;
}

/** `PUT nodes/{node}/lxc/{vmid}/config` */
export function setConfig(pve: Pve, parameters: Parameters): void {
  const guest = container(pve, parameters);
  const { digest, unprivileged } = parameters;
  if (digest !== undefined && digest !== digestOf(guest.config))
    throw failure("detected modified configuration - file changed by other user? Try again.");
  const set = { ...optionsOf(parameters), ...(unprivileged !== undefined && { unprivileged }) };
  const cleared = listOf(parameters["delete"]);
  if (Object.keys(set).length === 0 && cleared.length === 0 && parameters["revert"] === undefined)
    throw failure("no options specified");
  const unknown = cleared.find((key) => !known(key));
  if (unknown !== undefined) throw badParameter({ delete: `unknown option '${unknown}'` });
  assertMaySetContainer(pve, guest, "", set, cleared);
  updateContainer(pve, guest, set, cleared);
}

type Work = (pve: Pve, guest: Vm, skipLock: boolean) => void;

function power(type: string, shouldRun: boolean, work: Work) {
  return (pve: Pve, parameters: Parameters): Data => {
    const guest = container(pve, parameters);
    const skipLock = skipsLock(pve, parameters);
    if (runs(pve, guest) !== shouldRun)
      throw failure(`CT ${guest.vmid} ${shouldRun ? "not running" : "already running"}`);
    if (!shouldRun) assertQuorum(pve);
    return task(pve, type, guest.vmid, () => {
      const later = again(pve);
      work(later, container(later, parameters), skipLock);
    });
  };
}

/** `POST nodes/{node}/lxc/{vmid}/status/start` */
export const start = power("vzstart", false, startContainer);
/** `POST nodes/{node}/lxc/{vmid}/status/stop` */
export const stop = power("vzstop", true, stopContainer);
/** `POST nodes/{node}/lxc/{vmid}/status/shutdown` */
export const shutdown = power("vzshutdown", true, stopContainer);
/** `POST nodes/{node}/lxc/{vmid}/status/reboot` */
export const reboot = power("vzreboot", true, (pve, guest) => {
  stopContainer(pve, guest);
  startContainer(pve, guest);
});

/** `GET nodes/{node}/lxc/{vmid}/feature` */
export function feature(pve: Pve, parameters: Parameters): Data {
  const guest = container(pve, parameters);
  const { feature: name, snapname } = parameters;
  const { config: found } = snapname === undefined ? guest : snapshotOf(guest, snapname);
  const isBase = found["template"] === "1" || snapname !== undefined;
  return { hasFeature: bit(name === "snapshot" ? canSnapshot(pve.host, guest) : name === "copy" || isBase) };
}

const NO_MAC = "00:00:00:00:00:00";

/** `GET nodes/{node}/lxc/{vmid}/interfaces` */
export function interfaces(pve: Pve, parameters: Parameters): Data {
  const guest = container(pve, parameters);
  if (!runs(pve, guest)) return null;
  const nets = Object.entries(guest.config).filter(([key]) => /^net\d+$/.test(key));
  return [
    shownInterface("lo", NO_MAC, ["127.0.0.1/8", "::1/128"]),
    ...nets.map(([, value]) => {
      const device = properties(value, "name");
      const [ip = "manual", ip6 = "manual"] = [device.get("ip"), device.get("ip6")];
      const leased = ip === "dhcp" ? leaseOf(pve, guest, value) : null;
      const addresses = [leased ?? ip, ip6].filter((each) => each.includes("/"));
      return shownInterface(device.get("name") ?? "", device.get("hwaddr") ?? NO_MAC, addresses);
    }),
  ];
}

function shownInterface(name: string, mac: string, addresses: readonly string[]): Values {
  const hardware = mac.toLowerCase();
  const family = (address: string): "inet" | "inet6" => (address.includes(":") ? "inet6" : "inet");
  return {
    name,
    hwaddr: hardware,
    "hardware-address": hardware,
    ...Object.fromEntries(addresses.map((address) => [family(address), address])),
    "ip-addresses": addresses.map((address) => {
      const [ip = "", prefix = ""] = address.split("/");
      return { "ip-address": ip, "ip-address-type": family(address), prefix: Number(prefix) };
    }),
  };
}
