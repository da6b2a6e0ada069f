/** Machines that move to another host of their cluster, with their disks (qemu-server 9.2.6, QemuMigrate.pm). */
import type { Vm } from "../../world/proxmox.ts";
import { assertQuorum, nodeNamed, type Pve } from "./context.ts";
import { badParameter, failure } from "./errors.ts";
import { storageOn } from "./storage.ts";
import { hostOf } from "./vm-config.ts";
import { driveKeys, isCdrom, isCloudInit, volumeId } from "./vm-drives.ts";
import { assertUnlocked } from "./vm-lock.ts";
import { runs } from "./vm-power.ts";
import { isInSnapshot } from "./vm-snapshots.ts";

/** How a machine is to move. */
export interface Migration {
  readonly target: string;
  readonly online: boolean;
  readonly withLocalDisks: boolean;
}

/** What a call is checked for before its task starts. @throws PveError */
export function checkMigration(pve: Pve, vm: Vm, { target, online }: Migration): void {
  if (target === vm.node) throw badParameter({ target: "target is local node." });
  nodeNamed(pve, target);
  if (runs(pve, vm) && !online) throw failure("can't migrate running VM without --online");
}

/** Moves a machine; one that runs goes on running. @throws PveError */
export function migrateVm(pve: Pve, vm: Vm, migration: Migration): void {
  const from = hostOf(pve, vm);
  assertUnlocked(vm);
  assertQuorum(pve);
  checkMigration(pve, vm, migration);
  const to = nodeNamed(pve, migration.target);
  const isRunning = runs(pve, vm);
  const mine: string[] = [];
  for (const key of Object.keys(vm.config).filter(
    (each) => driveKeys(vm.config).includes(each) || /^unused\d+$/.test(each),
  )) {
    const value = vm.config[key] ?? "";
    const volid = volumeId(value);
    if (volid === undefined) continue;
    if (isCdrom(value) && !isCloudInit(value)) throw failure(`can't migrate local cdrom '${volid}'`);
    if (isRunning && !migration.withLocalDisks && !isCloudInit(value))
      throw failure("can't live migrate attached local disks without with-local-disks option");
    if (isInSnapshot(vm, volid) && !volid.endsWith(".qcow2"))
      throw failure(`can't migrate local disk '${volid}': non-migratable snapshot exists`);
    storageOn(pve, volid.split(":")[0] ?? "", to.name);
    mine.push(volid);
  }
  const passed = Object.entries(vm.config).find(
    ([key, value]) => /^hostpci\d+$/.test(key) && !value.includes("mapping="),
  );
  if (passed) throw failure(`can't migrate VM which uses local devices: ${passed[0]}`);
  for (const volid of mine) {
    const volume = from.volumes[volid];
    if (!volume) throw failure(`volume '${volid}' does not exist`);
    delete from.volumes[volid];
    to.volumes[volid] = volume;
  }
  pve.datacenter.vms[vm.vmid] = { ...vm, node: to.name, instanceId: to.instanceId };
  pve.world.changed();
}
