/** Calls that make virtual machines, change what they are made of, and remove them: each a task. */
import { backupIn, restoreVm } from "../model/backups.ts";
import { skipsLock } from "../model/vm-lock.ts";
import { again, assertQuorum, nodeNames, type Pve } from "../model/context.ts";
import { assertCpuType } from "../model/cpu-models.ts";
import { badParameter, failure } from "../model/errors.ts";
import { assertMay, assertMayVm } from "../model/permissions.ts";
import { poolOf } from "../model/pools.ts";
import { parseSize } from "../model/properties.ts";
import { assertUnused, createVm, updateVm, vmOf } from "../model/vm-config.ts";
import { driveKeys, isCdrom, volumeId } from "../model/vm-drives.ts";
import { cloneVm, destroyVm, makeTemplate, moveDisk, resizeDisk } from "../model/vm-lifecycle.ts";
import { checkMigration, migrateVm } from "../model/vm-migration.ts";
import { assertMaySet } from "../model/vm-permissions.ts";
import { runs, startVm } from "../model/vm-power.ts";
import type { Data, Parameters } from "./http.ts";
import { bit, flag, given } from "./values.ts";
import { options, task, typed, vm } from "./vm-calls.ts";
import type { Guests } from "./vm-snapshot-calls.ts";

/** Snapshots of machines. */
export const SNAPSHOTS: Guests = {
  path: "nodes/{node}/qemu/{vmid}",
  prefix: "qm",
  reserved: ["current", "pending"],
  hasState: true,
  of: vm,
  start: startVm,
  told: typed,
};

/** `POST nodes/{node}/qemu` */
export function create(pve: Pve, parameters: Parameters): Data {
  const { vmid: text, pool = "" } = parameters;
  const vmid = Number(text);
  if (parameters.archive !== undefined) return restore(pve, parameters);
  assertMayVm(pve, vmid, pool, ["VM.Allocate"]);
  if (pool !== "") poolOf(pve, pool);
  assertQuorum(pve);
  assertUnused(pve, vmid);
  const set = options(parameters);
  assertMaySet(pve, vmid, pool, set);
  if (set.cpu !== undefined) assertCpuType(pve, set.cpu);
  const node = pve.host.name;
  return task(pve, "qmcreate", vmid, (log) => {
    const later = again(pve);
    const machine = createVm(later, node, vmid, set, pool);
    for (const key of driveKeys(machine.config)) {
      if (!isCdrom(machine.config[key] ?? "")) log(`${key}: successfully created disk '${machine.config[key] ?? ""}'`);
    }
    if (parameters.start === "1") startVm(later, machine);
  });
}

/** The same call, of a backup: one that is there already is only replaced where that is said. */
function restore(pve: Pve, parameters: Parameters): Data {
  const { vmid: text, pool = "", archive: volid = "", storage } = parameters;
  const vmid = Number(text);
  assertMayVm(pve, vmid, pool, ["VM.Allocate"]);
  assertMay(pve, `/storage/${volid.split(":")[0] ?? ""}`, ["Datastore.AllocateSpace", "Datastore.Audit"], true);
  if (pool !== "") poolOf(pve, pool);
  assertQuorum(pve);
  const isReplaced = parameters["force"] === "1" && pve.datacenter.vms[vmid] !== undefined;
  if (!isReplaced) assertUnused(pve, vmid);
  if (isReplaced && runs(pve, vmOf(pve, vmid))) throw failure(`unable to restore VM ${vmid} - VM is running`);
  return task(pve, "qmrestore", vmid, () => {
    const later = again(pve);
    backupIn(later.host, volid);
    if (isReplaced) destroyVm(later, vmOf(later, vmid));
    const made = restoreVm(later, { vmid, volid, pool, ...given("storage", storage) });
    const set = options(parameters);
    if (Object.keys(set).length > 0) updateVm(later, made, set);
    if (parameters.start === "1") startVm(later, made);
  });
}

/** `POST nodes/{node}/qemu/{vmid}/clone` */
export function clone(pve: Pve, parameters: Parameters): Data {
  const source = vm(pve, parameters);
  const { newid: text, name, description, pool = "", snapname, storage, target } = parameters;
  const newid = Number(text);
  assertMay(pve, `/vms/${source.vmid}`, ["VM.Clone"]);
  assertMayVm(pve, newid, pool, ["VM.Allocate"]);
  if (storage !== undefined) assertMay(pve, `/storage/${storage}`, ["Datastore.AllocateSpace"]);
  if (pool !== "") poolOf(pve, pool);
  assertQuorum(pve);
  assertUnused(pve, newid);
  const request = {
    newid,
    ...given("name", name),
    ...given("description", description),
    ...given("pool", pool || undefined),
    ...given("full", flag(parameters, "full")),
    ...given("snapname", snapname),
    ...given("storage", storage),
    ...given("target", target),
  };
  return task(pve, "qmclone", source.vmid, (log) => {
    const later = again(pve);
    cloneVm(later, vm(later, parameters), request);
    log(`create full clone of VM ${source.vmid} as ${newid}`);
  });
}

/** `DELETE nodes/{node}/qemu/{vmid}` */
export function destroy(pve: Pve, parameters: Parameters): Data {
  const { vmid, config: found } = vm(pve, parameters);
  const skipLock = skipsLock(pve, parameters);
  assertQuorum(pve);
  if (found.protection === "1") throw failure(`can't remove VM ${vmid} - protection mode enabled`);
  if (runs(pve, vm(pve, parameters))) throw failure(`VM ${vmid} is running - destroy failed`);
  return task(pve, "qmdestroy", vmid, () => {
    const later = again(pve);
    destroyVm(later, vm(later, parameters), skipLock);
  });
}

/** `POST nodes/{node}/qemu/{vmid}/template` */
export function template(pve: Pve, parameters: Parameters): Data {
  const { vmid } = vm(pve, parameters);
  if (parameters.disk !== undefined) throw badParameter({ disk: "the sandbox makes templates of whole machines" });
  return task(pve, "qmtemplate", vmid, () => {
    const later = again(pve);
    makeTemplate(later, vm(later, parameters));
  });
}

/** `PUT nodes/{node}/qemu/{vmid}/resize` */
export function resize(pve: Pve, parameters: Parameters): Data {
  const machine = vm(pve, parameters);
  const { disk = "", size: text = "" } = parameters;
  const bytes = parseSize(text.replace(/^\+/, ""));
  if (bytes === undefined) throw badParameter({ size: "value does not match the regex pattern" });
  if (machine.config[disk] === undefined) throw failure(`disk '${disk}' does not exist`);
  return task(pve, "resize", machine.vmid, () => {
    const later = again(pve);
    const now = vm(later, parameters);
    const before = later.host.volumes[volumeId(now.config[disk] ?? "") ?? ""]?.size ?? 0;
    resizeDisk(later, now, disk, text.startsWith("+") ? before + bytes : bytes);
  });
}

/** `POST nodes/{node}/qemu/{vmid}/move_disk` */
export function move(pve: Pve, parameters: Parameters): Data {
  const machine = vm(pve, parameters);
  const { disk = "", storage } = parameters;
  if (storage === undefined) throw badParameter({ storage: "the sandbox moves disks to other storages only" });
  assertMay(pve, `/storage/${storage}`, ["Datastore.AllocateSpace"]);
  if ((volumeId(machine.config[disk] ?? "") ?? "").startsWith(`${storage}:`)) {
    throw failure("you can't move to the same storage with same format");
  }
  return task(pve, "qmmove", machine.vmid, () => {
    const later = again(pve);
    moveDisk(later, vm(later, parameters), disk, storage);
  });
}

/** `POST nodes/{node}/qemu/{vmid}/migrate` */
export function migrate(pve: Pve, parameters: Parameters): Data {
  const machine = vm(pve, parameters);
  const migration = {
    target: parameters["target"] ?? "",
    online: flag(parameters, "online") ?? false,
    withLocalDisks: flag(parameters, "with-local-disks") ?? false,
  };
  checkMigration(pve, machine, migration);
  return task(pve, "qmigrate", machine.vmid, (log) => {
    const later = again(pve);
    log(`starting migration of VM ${machine.vmid} to node '${migration.target}'`);
    migrateVm(later, vm(later, parameters), migration);
    log("migration finished successfully");
  });
}

/** `GET nodes/{node}/qemu/{vmid}/migrate`: where it could go. */
export function migrationTargets(pve: Pve, parameters: Parameters): Data {
  const machine = vm(pve, parameters);
  const others = nodeNames(pve).filter((name) => name !== machine.node);
  const disks = driveKeys(machine.config).flatMap((key) => {
    const value = machine.config[key] ?? "";
    const volid = volumeId(value);
    const size = pve.host.volumes[volid ?? ""]?.size ?? 0;
    return volid === undefined ? [] : [{ volid, size, cdrom: bit(isCdrom(value)), is_unused: 0, drivename: key }];
  });
  return {
    running: bit(runs(pve, machine)),
    allowed_nodes: others,
    local_disks: disks,
    local_resources: [],
    "mapped-resources": [],
    "mapped-resource-info": {},
    "has-dbus-vmstate": 1,
  };
}
