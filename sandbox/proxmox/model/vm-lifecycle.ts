/** Clones, templates, disks that grow and move, and the end of a virtual machine (qemu-server 9.2.6). */
import { assertUnlocked } from "./vm-lock.ts";
import { randomUUID } from "node:crypto";
import type { PveHost, Vm } from "../../world/proxmox.ts";
import { assertQuorum, nodeNamed, type Pve } from "./context.ts";
import { assertMayUseCpu } from "./cpu-models.ts";
import { failure } from "./errors.ts";
import { forgetGuest } from "./guest-removal.ts";
import { assignWhereFree } from "./ipam.ts";
import { moveToPool, poolOf } from "./pools.ts";
import { formatSize, properties, propertyString } from "./properties.ts";
import { isLinkable } from "./storage.ts";
import { assertUnused, hostOf, keptDescription, networkDevice, newVm } from "./vm-config.ts";
import { allocate, assertFits, driveKeys, isCdrom, isCloudInit, placeDrive, volumeId } from "./vm-drives.ts";
import { runs } from "./vm-power.ts";
import { isInSnapshot, snapshotOf } from "./vm-snapshots.ts";

/** Of the machine that is cloned alone. */
const NOT_CLONED = /^(template|parent|snaptime|vmstate|snapstate|runningmachine|lock|unused\d+)$/;

interface CloneRequest {
  readonly newid: number;
  readonly name?: string;
  readonly description?: string;
  readonly pool?: string;
  readonly full?: boolean;
  readonly snapname?: string;
  readonly storage?: string;
  readonly target?: string;
}

/** Clones a virtual machine, or a snapshot of it. Every option comes along, `kvm: 0` too, but for MAC addresses and UUID, which are new. */
export function cloneVm(pve: Pve, source: Vm, request: CloneRequest): Vm {
  const { newid, name, description, pool, snapname, storage, target } = request;
  const host = hostOf(pve, source);
  assertUnlocked(source);
  if (pool) poolOf(pve, pool);
  if (target !== undefined && target !== source.node) {
    nodeNamed(pve, target);
    throw failure(`can't clone VM to node '${target}' (VM uses local storage)`);
  }
  assertQuorum(pve);
  const { config: from } = snapname === undefined ? source : snapshotOf(source, snapname);
  assertMayUseCpu(pve, from.cpu);
  const full = request.full ?? source.config.template !== "1";
  if (storage !== undefined && !full) throw failure("parameter 'storage' not allowed for linked clones");
  assertUnused(pve, newid);
  const before = { ...host.volumes };
  try {
    const config: Record<string, string> = {};
    for (const [key, value] of Object.entries(from)) {
      if (NOT_CLONED.test(key)) continue;
      config[key] = /^net\d+$/.test(key) ? networkDevice(value, true) : value;
    }
    for (const key of driveKeys(config)) {
      config[key] = clonedDrive(pve, host, newid, key, config, { full, inSnapshot: snapname !== undefined, storage });
    }
    if (config.vmgenid !== undefined) config.vmgenid = randomUUID();
    config.name = name ?? `Copy-of-VM-${from.name ?? source.vmid}`;
    if (description) config.description = keptDescription(description);
    config.smbios1 = propertyString(properties(config.smbios1 ?? "", "").set("uuid", randomUUID()), "");
    const vm = newVm(pve, host, newid, config);
    const firewall = pve.datacenter.firewalls?.[source.vmid];
    if (firewall) (pve.datacenter.firewalls ??= {})[newid] = structuredClone(firewall);
    if (pool) moveToPool(pve, newid, pool);
    assignWhereFree(pve, vm);
    return vm;
  } catch (error) {
    host.volumes = before;
    throw error;
  }
}

function clonedDrive(
  pve: Pve,
  host: PveHost,
  vmid: number,
  key: string,
  config: Readonly<Record<string, string>>,
  clone: { readonly full: boolean; readonly inSnapshot: boolean; readonly storage: string | undefined },
): string {
  const value = config[key] ?? "";
  const volid = volumeId(value);
  if (volid === undefined || (isCdrom(value) && !isCloudInit(value))) return value;
  const [from = ""] = volid.split(":");
  const storage = clone.storage ?? from;
  const vm = { pve, host, vmid, config };
  if (isCloudInit(value)) return placeDrive(vm, key, `${storage}:cloudinit,media=cdrom`);
  if (!clone.full && !isLinkable(pve, volid, clone.inSnapshot))
    throw failure(`Linked clone feature is not supported for '${volid}' (${key})`);
  const volume = host.volumes[volid];
  if (!volume) throw failure(`volume '${volid}' does not exist`);
  const copy = allocate(vm, storage, volume.size, volume.format, volume);
  return propertyString(properties(value, "file").set("file", copy), "file");
}

/** Makes a stopped virtual machine a template: its disks become base images. */
export function makeTemplate(pve: Pve, vm: Vm): void {
  const host = hostOf(pve, vm);
  assertUnlocked(vm);
  if (vm.config.template === "1") throw failure("you can't convert a template to a template");
  if (Object.keys(vm.snapshots ?? {}).length > 0)
    throw failure("unable to create template, because VM contains snapshots");
  if (runs(pve, vm)) throw failure("you can't convert a VM to template if VM is running");
  assertQuorum(pve);
  for (const key of driveKeys(vm.config)) {
    const value = vm.config[key] ?? "";
    const volid = volumeId(value);
    const volume = volid === undefined ? undefined : host.volumes[volid];
    if (volid === undefined || !volume || isCdrom(value)) continue;
    const base = volid.replace(`vm-${vm.vmid}-`, `base-${vm.vmid}-`);
    delete host.volumes[volid];
    host.volumes[base] = volume;
    vm.config[key] = propertyString(properties(value, "file").set("file", base), "file");
  }
  vm.config.template = "1";
  pve.world.changed();
}

/** Sets the size of a disk in bytes. Disks only grow. */
export function resizeDisk(pve: Pve, vm: Vm, key: string, size: number): void {
  const host = hostOf(pve, vm);
  assertUnlocked(vm);
  const value = vm.config[key];
  if (value === undefined) throw failure(`disk '${key}' does not exist`);
  if (isCdrom(value)) throw failure("you can't resize a cdrom");
  const volume = host.volumes[volumeId(value) ?? ""];
  if (!volume) throw failure(`disk '${key}' has no associated volume`);
  if (size < volume.size) throw failure("shrinking disks is not supported");
  assertFits(host, volumeId(value)?.split(":")[0] ?? "", size);
  assertQuorum(pve);
  volume.size = size;
  vm.config[key] = propertyString(properties(value, "file").set("size", formatSize(size)), "file");
  pve.world.changed();
}

/** Moves a disk to another storage of the same host, and deletes the old volume. */
export function moveDisk(pve: Pve, vm: Vm, key: string, storage: string): void {
  const host = hostOf(pve, vm);
  assertUnlocked(vm);
  const value = vm.config[key];
  if (value === undefined) throw failure(`disk '${key}' does not exist`);
  const volid = volumeId(value) ?? "";
  const volume = host.volumes[volid];
  if (!volume) throw failure(`disk '${key}' has no associated volume`);
  if (volid.startsWith(`${storage}:`)) throw failure("you can't move to the same storage with same format");
  if (isInSnapshot(vm, volid)) throw failure("you can't move a disk with snapshots and delete the source");
  assertQuorum(pve);
  const base = vm.config.template === "1";
  const moved = allocate(
    { pve, host, vmid: vm.vmid, config: vm.config },
    storage,
    volume.size,
    volume.format,
    volume,
    base,
  );
  delete host.volumes[volid];
  vm.config[key] = propertyString(properties(value, "file").set("file", moved), "file");
  pve.world.changed();
}

/** Removes a stopped virtual machine with its volumes, its place in a pool and the access rules that name it. */
export function destroyVm(pve: Pve, vm: Vm, skipLock = false): void {
  const { world, datacenter } = pve;
  hostOf(pve, vm);
  // One that is suspended to disk goes as it is: destroy_vm of qemu-server passes over that lock alone.
  if (!skipLock && vm.config.lock !== "suspended") assertUnlocked(vm);
  if (vm.config.protection === "1") throw failure(`can't remove VM ${vm.vmid} - protection mode enabled`);
  if (runs(pve, vm)) throw failure(`VM ${vm.vmid} is running - destroy failed`);
  assertQuorum(pve);
  forgetGuest(pve, vm);
  delete datacenter.vms[vm.vmid];
  world.changed();
}
