/** Snapshots of virtual machines and containers (pve-guest-common, AbstractConfig.pm; qemu-server 9.2.6, QemuConfig.pm). */
import type { PveHost, Vm, VmSnapshot } from "../../world/proxmox.ts";
import { assertQuorum, type Pve } from "./context.ts";
import { failure, PveError } from "./errors.ts";
import { bootsTalos } from "./guest-agent.ts";
import { addVolume } from "./storage.ts";
import { hostOf, memoryMb, QEMU } from "./vm-config.ts";
import { mountKeys } from "./container-volumes.ts";
import { driveKeys, isCdrom, isCloudInit, volumeId } from "./vm-drives.ts";
import { assertUnlocked } from "./vm-lock.ts";
import { runs, startVm, stopVm } from "./vm-power.ts";

const MIB = 1024 ** 2;
/** What a state takes beside twice the memory. */
const DRIVERS_MB = 500;
/** What belongs to a snapshot, or to the machine as it is, and is not copied. */
const OWN = /^(snapstate|snaptime|vmstate|lock|description|runningmachine|unused\d+)$/;

const without = (config: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(Object.entries(config).filter(([key]) => !OWN.test(key)));

/** A snapshot by its name. @throws PveError where there is none */
export function snapshotOf({ snapshots = {} }: Vm, name: string): VmSnapshot {
  const found = Object.hasOwn(snapshots, name) ? snapshots[name] : undefined;
  if (!found) throw failure(`snapshot '${name}' does not exist`);
  return found;
}

/** The disks that a snapshot is taken of, by volume id. */
function disksOf(config: Readonly<Record<string, string>>): readonly string[] {
  return [...driveKeys(config), ...mountKeys(config)].flatMap((key) => {
    const value = config[key] ?? "";
    const volid = isCdrom(value) && !isCloudInit(value) ? undefined : volumeId(value);
    return volid === undefined ? [] : [volid];
  });
}

/** A thin pool has snapshots, and of a directory's files those in qcow2. */
export function canSnapshot(host: PveHost, { config }: Vm): boolean {
  return disksOf(config).every((volid) => !volid.includes("/") || host.volumes[volid]?.format === "qcow2");
}

/** Whether a snapshot has a volume. */
export function isInSnapshot({ snapshots = {} }: Vm, volid: string): boolean {
  return Object.values(snapshots).some(({ sizes }) => volid in sizes);
}

/** Where the state of a machine goes: where its disks are, a directory before others. */
function stateStorage({ datacenter }: Pve, { config }: Vm): string {
  if (config.vmstatestorage !== undefined) return config.vmstatestorage;
  const used = disksOf(config).map((volid) => volid.split(":")[0] ?? "");
  return used.find((id) => datacenter.storages[id]?.path !== undefined) ?? used[0] ?? "local";
}

/** Writes the memory of a machine to a volume. @returns its id */
export function saveState(pve: Pve, vm: Vm, name: string): string {
  const storage = stateStorage(pve, vm);
  const file = `vm-${vm.vmid}-state-${name}`;
  const isFile = pve.datacenter.storages[storage]?.path !== undefined;
  const volid = isFile ? `${storage}:${vm.vmid}/${file}.raw` : `${storage}:${file}`;
  const size = (memoryMb(vm.config.memory) * 2 + DRIVERS_MB) * MIB;
  addVolume(pve, hostOf(pve, vm), volid, { content: "images", format: "raw", size, source: null });
  return volid;
}

/** Takes a snapshot, with the memory of one that runs where `withState`. @throws PveError */
export function takeSnapshot(pve: Pve, vm: Vm, name: string, withState: boolean, description: string): void {
  const host = hostOf(pve, vm);
  if (vm.config.template === "1") throw failure("you can't take a snapshot if it's a template");
  assertUnlocked(vm);
  assertQuorum(pve);
  if (vm.snapshots?.[name]) throw failure(`snapshot name '${name}' already used`);
  if (!canSnapshot(host, vm)) throw failure("snapshot feature is not available");
  const sizes = disksOf(vm.config).map((volid): [string, number] => [volid, host.volumes[volid]?.size ?? 0]);
  const config = {
    ...without(vm.config),
    snaptime: String(Math.floor(Date.parse(pve.world.now()) / 1000)),
    ...(description !== "" && { description }),
    ...(withState && runs(pve, vm) && { vmstate: saveState(pve, vm, name), runningmachine: `${QEMU}+pve0` }),
  };
  vm.snapshots = { ...vm.snapshots, [name]: { config, sizes: Object.fromEntries(sizes) } };
  vm.config.parent = name;
  pve.world.changed();
}

/** Describes a snapshot in other words. @throws PveError */
export function describeSnapshot(pve: Pve, vm: Vm, name: string, text: string): void {
  assertUnlocked(vm);
  const snapshot = snapshotOf(vm, name);
  const { description: _before, ...config } = snapshot.config;
  const next = { ...config, ...(text !== "" && { description: text }) };
  vm.snapshots = { ...vm.snapshots, [name]: { ...snapshot, config: next } };
  pve.world.changed();
}

/** Removes a snapshot; those after it follow on the one before it. @throws PveError */
export function deleteSnapshot(pve: Pve, vm: Vm, name: string): void {
  const { vmstate, parent } = snapshotOf(vm, name).config;
  assertUnlocked(vm);
  if (vm.config.template === "1") throw failure("you can't delete a snapshot if vm is a template");
  assertQuorum(pve);
  if (vmstate !== undefined) delete hostOf(pve, vm).volumes[vmstate];
  const relinked = <T extends Readonly<Record<string, string>>>({ parent: own, ...config }: T) => ({
    ...config,
    ...(own !== undefined && own !== name && { parent: own }),
    ...(own === name && parent !== undefined && { parent }),
  });
  const left = Object.entries(vm.snapshots ?? {}).filter(([other]) => other !== name);
  vm.snapshots = Object.fromEntries(
    left.map(([other, { config, sizes }]) => [other, { config: relinked(config), sizes }]),
  );
  vm.config = relinked(vm.config);
  pve.world.changed();
}

/** Goes back to a snapshot; with its memory the machine runs on from there, otherwise it is stopped. @throws PveError */
export function rollBack(pve: Pve, vm: Vm, name: string): void {
  if (vm.config.template === "1") throw failure("you can't rollback if vm is a template");
  const { config, sizes } = snapshotOf(vm, name);
  assertUnlocked(vm);
  assertQuorum(pve);
  // What Talos has written to its disk is kept elsewhere.
  if (bootsTalos(pve, vm)) throw new PveError(501, "going back to a snapshot of Talos is not played here");
  const host = hostOf(pve, vm);
  for (const [volid, size] of Object.entries(sizes)) {
    const volume = host.volumes[volid];
    if (!volume) throw failure(`volume '${volid}' does not exist`);
    volume.size = size;
  }
  stopVm(pve, vm);
  const kept = Object.entries(vm.config).filter(([key]) => /^(unused\d+|description)$/.test(key));
  // What was attached since is unused now.
  const lost = disksOf(vm.config).filter((volid) => !(volid in sizes));
  const next: Record<string, string> = { ...Object.fromEntries(kept), ...without(config), parent: name };
  for (const volid of lost) {
    let n = 0;
    while (`unused${n}` in next) n += 1;
    next[`unused${n}`] = volid;
  }
  vm.config = next;
  if (config.vmstate !== undefined) startVm(pve, vm);
  pve.world.changed();
}
