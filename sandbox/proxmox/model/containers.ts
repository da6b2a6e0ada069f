/** Containers: their options as `pct config` shows them, and their power (pve-container, API2/LXC.pm and LXC/Config.pm). */
import type { PveHost, Vm } from "../../world/proxmox.ts";
import { detachMount, isMount, keepUnused, mountedVolume, mountKeys, placeMount } from "./container-volumes.ts";
import { assertQuorum, nodeNamed, type Pve } from "./context.ts";
import { badParameter, failure, within } from "./errors.ts";
import { forgetGuest } from "./guest-removal.ts";
import { takenBy } from "./guests.ts";
import { assignAddresses, assignWhereFree, leaseAtHome, releaseAddresses } from "./ipam.ts";
import { moveToPool } from "./pools.ts";
import { properties, propertyString } from "./properties.ts";
import { bridgeExists } from "./sdn.ts";
import { uniqueTags } from "./tag-permissions.ts";
import { hostOf, randomMac } from "./vm-config.ts";
import { assertUnlocked } from "./vm-lock.ts";
import { runs } from "./vm-power.ts";

type Options = Readonly<Record<string, string>>;

const SYSTEMS = [
  "alpine",
  "archlinux",
  "centos",
  "debian",
  "devuan",
  "fedora",
  "gentoo",
  "nixos",
  "opensuse",
  "ubuntu",
];
const NORMAL: Options = { memory: "512", swap: "512" };
const REQUIRED = new Set(["memory", "rootfs", "ostype"]);

/** A container; with `node`, one that is there. @throws PveError */
export function containerOf(pve: Pve, vmid: number, node = pve.host.name): Vm {
  nodeNamed(pve, node);
  const found = pve.datacenter.containers?.[vmid];
  if (found?.node === node) return found;
  throw failure(`Configuration file 'nodes/${node}/lxc/${vmid}.conf' does not exist`);
}

/** A network device in PVE's canonical form, with a MAC address. `fresh` replaces the one it has. */
export function containerDevice(value: string, fresh = false): string {
  const device = properties(value, "name").set("type", "veth");
  if (fresh || !device.has("hwaddr")) device.set("hwaddr", randomMac());
  return `name=${propertyString(device, "name")}`;
}

interface On {
  readonly pve: Pve;
  readonly host: PveHost;
  readonly vmid: number;
  readonly config: Record<string, string>;
}

function stored(on: On, key: string, value: string): string {
  if (isMount(key)) return placeMount(on, key, value);
  if (/^net\d+$/.test(key)) return containerDevice(value);
  if (key === "tags") return uniqueTags(on.pve, value);
  if (key === "nameserver" || key === "searchdomain") return value.split(/[,;\s]+/).join(" ");
  // Kept as comment lines, each of which ends.
  return key === "description" && value !== "" ? `${value.trimEnd()}\n` : value;
}

/** What is in a template, by its name: nothing of it is unpacked. */
function systemIn(template: string): string {
  const found = SYSTEMS.find((system) => template.includes(system));
  if (found === undefined) throw failure("unable to detect OS distribution");
  return found;
}

/** What a new container is made of. */
export interface NewContainer {
  readonly vmid: number;
  readonly template: string;
  readonly options: Options;
  readonly isPrivileged: boolean;
  readonly pool: string;
}

/** Makes a container, stopped. Changes nothing where it refuses. */
export function createContainer(pve: Pve, { vmid, template, options, isPrivileged, pool }: NewContainer): Vm {
  const { host, world, datacenter } = pve;
  assertUnusedByContainer(pve, vmid);
  const before = { ...host.volumes };
  try {
    return within(`unable to create CT ${vmid} - `, () => {
      if (host.volumes[template]?.content !== "vztmpl") throw failure(`volume '${template}' does not exist`);
      const arch = /_(amd64|arm64)\./.exec(template)?.[1] ?? (host.kind === "x86-kvm" ? "amd64" : "arm64");
      const config: Record<string, string> = { arch, ostype: options["ostype"] ?? systemIn(template), ...NORMAL };
      config["hostname"] = `CT${vmid}`;
      const on = { pve, host, vmid, config };
      for (const key of Object.keys(options).toSorted((a, b) => (rank(a) < rank(b) ? -1 : 1)))
        config[key] = stored(on, key, options[key] ?? "");
      if (!isPrivileged) config["unprivileged"] = "1";
      const container = newContainer(pve, host, vmid, withValue(config));
      if (pool !== "") moveToPool(pve, vmid, pool);
      assignWhereFree(pve, container);
      world.changed();
      return container;
    });
  } catch (error) {
    host.volumes = before;
    delete datacenter.containers?.[vmid];
    throw error;
  }
}

/** The root file system has the first volume, and mount points theirs in order. */
const rank = (key: string): string =>
  key === "rootfs" ? "" : key.replace(/\d+$/, (digits) => digits.padStart(4, "0"));

const withValue = (config: Options): Record<string, string> =>
  Object.fromEntries(Object.entries(config).filter(([, value]) => value !== ""));

/** Puts a container into the datacenter, stopped. */
export function newContainer({ world, datacenter }: Pve, host: PveHost, vmid: number, config: Vm["config"]): Vm {
  const { name: node, instanceId } = host;
  const container: Vm = { vmid, node, instanceId, config, running: false, generation: world.random(12) };
  (datacenter.containers ??= {})[vmid] = container;
  world.changed();
  return container;
}

/** @throws PveError where a guest has this id */
export function assertUnusedByContainer({ datacenter }: Pve, vmid: number): void {
  const taken = takenBy(datacenter, vmid);
  if (taken !== undefined) throw failure(taken);
}

/** Sets and deletes options of a container. (On a running one PVE keeps some changes for the next start.) */
export function updateContainer(pve: Pve, container: Vm, options: Options, deleted: readonly string[]): void {
  const host = hostOf(pve, container);
  assertUnlocked(container);
  const { vmid } = container;
  for (const key of deleted) {
    if (REQUIRED.has(key)) throw failure(`unable to delete required option '${key}'`);
    if (key === "unprivileged") throw failure(`unable to delete read-only option: '${key}'`);
    if (key in options) throw badParameter({ delete: `you can't use '-${key}' and -delete ${key}' at the same time` });
  }
  if ("unprivileged" in options) throw failure("unable to modify read-only option: 'unprivileged'");
  const disk = [...Object.keys(options), ...deleted].find((key) => isMount(key) || /^unused\d+$/.test(key));
  if (disk !== undefined && container.config["protection"] === "1")
    throw failure(`can't update CT ${vmid} drive '${disk}' - protection mode enabled`);
  assertQuorum(pve);
  const before = { ...host.volumes };
  try {
    const config = { ...container.config };
    for (const key of deleted) detachMount(host, config, key);
    for (const [key, value] of Object.entries(options)) change({ pve, host, vmid, config }, key, value);
    container.config = withValue(config);
    releaseAddresses(pve, vmid, container.config);
    assignAddresses(pve, container);
    pve.world.changed();
  } catch (error) {
    host.volumes = before;
    throw error;
  }
}

function change(on: On, key: string, value: string): void {
  const { config } = on;
  const old = config[key];
  config[key] = stored(on, key, value);
  if (!isMount(key)) return;
  const now = mountedVolume(config[key]);
  const unused = Object.keys(config).find((each) => /^unused\d+$/.test(each) && config[each] === now);
  if (unused !== undefined) delete config[unused];
  const lost = old === undefined ? undefined : mountedVolume(old);
  if (lost !== undefined && lost !== now) keepUnused(config, lost);
}

/** Starts a container. @throws PveError */
export function startContainer(pve: Pve, container: Vm, skipLock = false): void {
  const { vmid, config } = container;
  const host = hostOf(pve, container);
  if (config["template"] === "1") throw failure("you can't start a CT if it's a template");
  if (!skipLock) assertUnlocked(container);
  if (config["unprivileged"] === "1" && mountKeys(config).some((key) => /(^|,)quota=1/.test(config[key] ?? "")))
    throw failure("Quotas are not supported by unprivileged containers.");
  const mounts = mountKeys(config).flatMap((key) => mountedVolume(config[key] ?? "") ?? []);
  const gone = mounts.find((volid) => !host.volumes[volid]);
  const nets = Object.entries(config).filter(([key]) => /^net\d+$/.test(key));
  const bridges = nets.map(([, value]) => properties(value, "name").get("bridge"));
  if (gone !== undefined || bridges.some((bridge) => bridge !== undefined && !bridgeExists(pve, host, bridge)))
    throw failure(`startup for container '${vmid}' failed`);
  assignAddresses(pve, container);
  // Who was told an address does not ask.
  const asking = nets.filter(([, value]) => properties(value, "name").get("ip") === "dhcp");
  if (host.kind !== undefined) leaseAtHome(pve, { ...container, config: Object.fromEntries(asking) });
  container.running = true;
  container.startedAt = pve.world.now();
  pve.world.changed();
}

/** Stops a container. @throws PveError */
export function stopContainer(pve: Pve, container: Vm, skipLock = false): void {
  hostOf(pve, container);
  if (!skipLock) assertUnlocked(container);
  container.running = false;
  container.paused = false;
  pve.world.changed();
}

/** What keeps a container from being removed. @throws PveError */
export function assertRemovable(pve: Pve, container: Vm, force: boolean): void {
  const { vmid, config } = container;
  if (config["protection"] === "1") throw failure(`can't remove CT ${vmid} - protection mode enabled`);
  assertUnlocked(container);
  if (!force && runs(pve, container)) throw failure(`unable to destroy CT ${vmid} - container is running`);
}

/** Removes a container with its volumes. @throws PveError */
export function destroyContainer(pve: Pve, container: Vm, force: boolean): void {
  hostOf(pve, container);
  assertRemovable(pve, container, force);
  assertQuorum(pve);
  forgetGuest(pve, container);
  delete pve.datacenter.containers?.[container.vmid];
  pve.world.changed();
}
