/** The configuration of virtual machines: PVE's own keys and values, as `qm config` shows them (qemu-server 9.2.6). */
import { assertUnlocked } from "./vm-lock.ts";
import { randomBytes, randomUUID } from "node:crypto";
import type { PveHost, Vm } from "../../world/proxmox.ts";
import { assertQuorum, nodeNamed, type Pve } from "./context.ts";
import { changedBoot, checkBootOrder, defaultBoot } from "./boot-order.ts";
import { assertCpuType } from "./cpu-models.ts";
import { badParameter, failure, PveError } from "./errors.ts";
import { takenBy } from "./guests.ts";
import { assignAddresses, assignWhereFree, releaseAddresses } from "./ipam.ts";
import { moveToPool, poolOf } from "./pools.ts";
import { properties, propertyString } from "./properties.ts";
import { assertMayTag, uniqueTags } from "./tag-permissions.ts";
import { assertMaySet } from "./vm-permissions.ts";
import { isCdrom, isCloudInit, isDrive, placeDrive, volumeId } from "./vm-drives.ts";

/** Options as the API takes them. */
export type VmParameters = Readonly<Record<string, string>>;

const NET_MODELS = ["e1000", "e1000e", "rtl8139", "virtio", "vmxnet3"];
/** Prefix of the MAC addresses that PVE makes. */
const MAC_PREFIX = "BC:24:11";
/** What runs machines, and made them. */
export const QEMU = "10.1.2";

/** A virtual machine; with `node`, one that is there. */
export function vmOf(pve: Pve, vmid: number, node?: string): Vm {
  if (node !== undefined) nodeNamed(pve, node);
  const vm = pve.datacenter.vms[vmid];
  if (vm && (node === undefined || vm.node === node)) return vm;
  throw failure(`Configuration file 'nodes/${node ?? pve.host.name}/qemu-server/${vmid}.conf' does not exist`);
}

/** The host a virtual machine is on; refused while that host is down. */
export function hostOf(pve: Pve, vm: Vm): PveHost {
  return nodeNamed(pve, vm.node);
}

/** Creates a virtual machine, stopped. Changes nothing where it refuses. */
export function createVm(pve: Pve, node: string, vmid: number, parameters: VmParameters, pool = ""): Vm {
  const host = nodeNamed(pve, node);
  if (parameters.cpu !== undefined) assertCpuType(pve, parameters.cpu);
  assertUnused(pve, vmid);
  if (pool !== "") poolOf(pve, pool);
  assertMaySet(pve, vmid, pool, parameters);
  assertQuorum(pve);
  const before = { ...host.volumes };
  try {
    // Before its disks: those of a template are made as base images.
    const config: Record<string, string> = parameters.template === undefined ? {} : { template: parameters.template };
    for (const [key, value] of Object.entries(parameters).sort(([a], [b]) => (a < b ? -1 : 1))) {
      config[key] = stored({ pve, host, vmid, config }, key, value);
    }
    config.boot ||= defaultBoot(config);
    config.smbios1 ||= `uuid=${randomUUID()}`;
    config.meta = `creation-qemu=${QEMU},ctime=${Math.floor(Date.parse(pve.world.now()) / 1000)}`;
    if (host.kind === "x86-kvm" && config.arch !== "aarch64" && (config.vmgenid ?? "1") === "1")
      config.vmgenid = randomUUID();
    const vm = newVm(pve, host, vmid, config);
    if (pool !== "") moveToPool(pve, vmid, pool);
    assignWhereFree(pve, vm);
    return vm;
  } catch (error) {
    host.volumes = before;
    throw error instanceof PveError && error.parameters === undefined
      ? new PveError(error.status, `unable to create VM ${vmid} - ${error.message}`)
      : error;
  }
}

/** Puts a machine into the datacenter, stopped. */
export function newVm({ world, datacenter }: Pve, host: PveHost, vmid: number, config: Record<string, string>): Vm {
  const { name: node, instanceId } = host;
  const vm: Vm = { vmid, node, instanceId, config, running: false, generation: world.random(12) };
  datacenter.vms[vmid] = vm;
  world.changed();
  return vm;
}

/** Sets and deletes options of a virtual machine. (On a running one PVE keeps most changes for the next start.) */
export function updateVm(
  pve: Pve,
  vm: Vm,
  parameters: VmParameters,
  deleted: readonly string[] = [],
  skipLock = false,
): void {
  const host = hostOf(pve, vm);
  if (!skipLock) assertUnlocked(vm);
  if (parameters.cpu !== undefined) assertCpuType(pve, parameters.cpu);
  const both = deleted.find((key) => key in parameters);
  if (both) throw badParameter({ delete: `you can't use '-${both}' and -delete ${both}' at the same time` });
  if (Object.keys(parameters).length === 0 && deleted.length === 0) throw failure("no options specified");
  assertMaySet(pve, vm.vmid, "", { ...Object.fromEntries(deleted.map((key) => [key, ""])), ...parameters });
  if ("tags" in parameters || deleted.includes("tags")) assertMayTag(pve, vm.vmid, vm.config.tags, parameters.tags);
  assertQuorum(pve);
  const before = { ...host.volumes };
  try {
    const config = { ...vm.config };
    for (const key of deleted) detach(host, config, key);
    for (const [key, value] of Object.entries(parameters)) {
      const drive = config[key];
      if (drive !== undefined && isDrive(key) && volumeId(drive) !== volumeId(value)) detach(host, config, key);
      config[key] = stored({ pve, host, vmid: vm.vmid, config }, key, value);
      if (isDrive(key)) forgetUnused(config, volumeId(config[key] ?? ""));
    }
    Object.assign(config, changedBoot(vm.config, config, deleted));
    if ("boot" in parameters) checkBootOrder(config);
    checkBalloon(config);
    vm.config = config;
    releaseAddresses(pve, vm.vmid, config);
    assignAddresses(pve, vm);
    pve.world.changed();
  } catch (error) {
    host.volumes = before;
    throw error;
  }
}

/** @throws PveError where a guest has this id */
export function assertUnused({ datacenter }: Pve, vmid: number): void {
  const taken = takenBy(datacenter, vmid);
  if (taken !== undefined) throw failure(`unable to create VM ${vmid} - ${taken}`);
}

/** A network device in PVE's canonical form, with a MAC address. `fresh` replaces the one it has. */
export function networkDevice(value: string, fresh = false): string {
  const device = properties(value, "model");
  const model = device.get("model") ?? [...device.keys()].find((key) => NET_MODELS.includes(key)) ?? "";
  if (!NET_MODELS.includes(model)) throw badParameter({ net: "invalid format - format error" });
  const mac = device.get(model) ?? device.get("macaddr");
  for (const key of ["model", "macaddr", model]) device.delete(key);
  device.set("model", `${model}=${fresh || mac === undefined ? randomMac() : mac.toUpperCase()}`);
  return propertyString(device, "model");
}

/** As PVE makes them. */
export function randomMac(): string {
  return [MAC_PREFIX, ...(randomBytes(3).toString("hex").toUpperCase().match(/../g) ?? [])].join(":");
}

/** What a configuration file gives back: its lines of comment, without the blanks after the last (`parse_vm_config`). */
export const keptDescription = (text: string): string => text.trimEnd();

function stored(vm: Parameters<typeof placeDrive>[0], key: string, value: string): string {
  if (isDrive(key)) return placeDrive(vm, key, value);
  if (/^net\d+$/.test(key)) return networkDevice(value);
  if (key === "description") return keptDescription(value);
  if (key === "tags") return uniqueTags(vm.pve, value);
  return value;
}

/** Takes an option away: a disk becomes unused, an unused disk or a cloud-init drive goes with its volume. */
function detach(host: PveHost, config: Record<string, string>, key: string): void {
  const value = config[key];
  delete config[key];
  if (value !== undefined && /^unused\d+$/.test(key)) delete host.volumes[value];
  const volid = value === undefined || !isDrive(key) ? undefined : volumeId(value);
  if (value === undefined || volid === undefined) return;
  if (isCloudInit(value)) {
    delete host.volumes[volid];
  } else if (!isCdrom(value)) {
    let n = 0;
    while (`unused${n}` in config) n += 1;
    config[`unused${n}`] = volid;
  }
}

/** A disk that is attached is unused no longer. */
function forgetUnused(config: Record<string, string>, volid: string | undefined): void {
  const key = Object.keys(config).find((each) => /^unused\d+$/.test(each) && config[each] === volid);
  if (key !== undefined) delete config[key];
}

/** `2048` or `current=2048`. */
export function memoryMb(value: string | undefined): number {
  return Number(properties(value ?? "512", "current").get("current"));
}

function checkBalloon({ balloon, memory }: Readonly<Record<string, string>>): void {
  if (balloon === undefined || Number(balloon) <= memoryMb(memory)) return;
  throw failure("balloon value too large (must be smaller than assigned memory)");
}
