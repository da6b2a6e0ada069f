/** `virtual_environment_vm` (bpg/proxmox 0.112.0): the same calls to PVE, in the same order. */
import { type Attributes, type ProviderContext, type Json, Refusal, type ResourceType } from "../../plugin/resource.ts";
import type { Vm } from "../../world/proxmox.ts";
import { callApi } from "../api/operation.ts";
import { type Pve, ROOT } from "../model/context.ts";
import { failure, PveError } from "../model/errors.ts";
import { freeVmid } from "../model/guests.ts";
import { type VmParameters, vmOf } from "../model/vm-config.ts";
import { driveKeys, isCloudInit } from "../model/vm-drives.ts";
import { runs } from "../model/vm-power.ts";
import { atPve, shown } from "./session.ts";
import { block, blocks, flag, number, required, strings, text } from "./values.ts";
import { vmAttributes } from "./vm-attributes.ts";
import { changeDrives, checkDisks, growImported, newDrives } from "./vm-disks.ts";
import { changeVm, vmCall, vmPath } from "./vm-operations.ts";
import { isClone, parameters } from "./vm-parameters.ts";
import { DEFAULTS, FORCE_NEW, NETWORK_DEFAULTS, NOT_PLAYED } from "./vm-rules.ts";

/** Options that PVE changes under a running machine; everything else bpg follows with a restart. */
const WITHOUT_RESTART = /^(name|description|tags|onboot|startup|protection|hotplug|net\d+|hookscript|smbios1)$/;

function createFromNothing(pve: Pve, vmid: number, planned: Attributes): Vm {
  const pool = text(planned, "pool_id");
  callApi(pve, "POST", `nodes/${encodeURIComponent(required(planned, "node_name"))}/qemu`, {
    ...parameters(planned),
    ...newDrives(planned),
    vmid,
    ...(pool && { pool }),
  });
  const vm = vmOf(pve, vmid);
  growImported(pve, vm, planned);
  return vm;
}

function createFromTemplate(pve: Pve, vmid: number, planned: Attributes, clone: Attributes): Vm {
  const node = required(planned, "node_name");
  const source = vmOf(pve, number(clone, "vm_id") ?? 0, text(clone, "node_name") || node);
  const [name, description, pool, storage] = [
    text(planned, "name"),
    text(planned, "description"),
    text(planned, "pool_id"),
    text(clone, "datastore_id"),
  ];
  vmCall(pve, "POST", source, "clone", {
    newid: vmid,
    target: node,
    full: flag(clone, "full") ?? true,
    ...(name && { name }),
    ...(description && { description }),
    ...(pool && { pool }),
    ...(storage && { storage }),
  });
  const vm = vmOf(pve, vmid);
  const said = parameters(planned);
  if (block(planned, "initialization")) detachCloudInit(pve, vm);
  changeVm(pve, vm, said, surplus(vm, planned, said));
  changeDrives(pve, vm, planned, []);
  return vm;
}

/** A machine has one cloud-init drive: that of the template makes room. */
function detachCloudInit(pve: Pve, vm: Vm): void {
  const key = driveKeys(vm.config).find((candidate) => isCloudInit(vm.config[candidate] ?? ""));
  if (key !== undefined) changeVm(pve, vm, {}, [key]);
}

/** Devices of the template that a clone with devices of its own does not keep. */
function surplus(vm: Vm, planned: Attributes, said: VmParameters): string[] {
  return (["network_device", "serial_device"] as const).flatMap((name) => {
    if (blocks(planned, name).length === 0) return [];
    const prefix = name === "network_device" ? "net" : "serial";
    return Object.keys(vm.config).filter((key) => new RegExp(`^${prefix}\\d+$`).test(key) && !(key in said));
  });
}

function create(call: ProviderContext, planned: Attributes): Attributes {
  return atPve(call, "Unable to create VM", (pve) => {
    assertRootForArchitecture(pve, planned);
    const vmid = number(planned, "vm_id") ?? freeVmid(pve);
    const clone = block(planned, "clone");
    const vm = clone ? createFromTemplate(pve, vmid, planned, clone) : createFromNothing(pve, vmid, planned);
    if (flag(planned, "template")) vmCall(pve, "POST", vm, "template");
    else if (flag(planned, "started") ?? true) vmCall(pve, "POST", vm, "status/start");
    return vmAttributes(pve, vm, planned);
  });
}

function update(call: ProviderContext, prior: Attributes, planned: Attributes): Attributes {
  return atPve(call, "Unable to update VM", (pve) => {
    const vm = vmOf(pve, number(prior, "vm_id") ?? 0);
    assertRootForArchitecture(pve, planned);
    const pool = text(planned, "pool_id") ?? "";
    if (pool !== "" && pool !== text(prior, "pool_id"))
      callApi(pve, "PUT", "pools", { poolid: pool, vms: vm.vmid, "allow-move": true });
    const wasRunning = runs(pve, vm);
    const restart = changeConfig(pve, vm, prior, planned);
    if (flag(planned, "template") && vm.config.template !== "1") {
      stop(pve, vm);
      vmCall(pve, "POST", vm, "template");
    } else if (!flag(planned, "template") && vm.config.template === "1") {
      throw failure("Cannot convert a template back to a regular VM");
    }
    if (vm.config.template !== "1") power(pve, vm, planned, wasRunning && restart);
    return vmAttributes(pve, vm, planned);
  });
}

/** Sends what differs. Returns whether a running machine has to be restarted for it. */
function changeConfig(pve: Pve, vm: Vm, prior: Attributes, planned: Attributes): boolean {
  const [before, after] = [parameters(prior), parameters(planned)];
  const changed = Object.entries(after).filter(([key, value]) => before[key] !== value);
  const gone = Object.keys(before).filter((key) => !(key in after) && key in vm.config);
  if (changed.some(([, value]) => value.includes(":cloudinit"))) detachCloudInit(pve, vm);
  if (gone.length > 0)
    changeVm(
      pve,
      vm,
      {},
      gone.filter((key) => key in vm.config),
    );
  if (changed.length > 0) changeVm(pve, vm, Object.fromEntries(changed));
  const disks = (from: Attributes): string[] => blocks(from, "disk").map((disk) => required(disk, "interface"));
  changeDrives(
    pve,
    vm,
    planned,
    disks(prior).filter((key) => !disks(planned).includes(key) && key in vm.config),
  );
  return [...changed.map(([key]) => key), ...gone].some((key) => !WITHOUT_RESTART.test(key));
}

function power(pve: Pve, vm: Vm, planned: Attributes, restart: boolean): void {
  const wanted = flag(planned, "started") ?? true;
  if (!wanted || (restart && flag(planned, "reboot_after_update") !== false)) stop(pve, vm);
  if (wanted && !runs(pve, vm)) vmCall(pve, "POST", vm, "status/start");
}

function stop(pve: Pve, vm: Vm): void {
  if (runs(pve, vm)) vmCall(pve, "POST", vm, "status/stop");
}

/** Client-side in the provider: only a root@pam ticket may name the architecture. */
function assertRootForArchitecture({ user }: Pve, planned: Attributes): void {
  const cpu = block(planned, "cpu");
  if (user === ROOT || !cpu || !text(cpu, "architecture")) return;
  throw new PveError(403, "the `cpu.architecture` can only be set by the root account");
}

/** What bpg checks, and the differences it does not count, before anything is done. */
function plan(
  _call: ProviderContext,
  prior: Attributes | null,
  proposed: Attributes,
  known: (attribute: string) => boolean,
): Attributes {
  const missing = NOT_PLAYED.find((name) => blocks(proposed, name).length > 0);
  if (missing) throw new Refusal("Not in the sandbox", `The sandbox plays no ${missing}.`, missing);
  const vmid = number(proposed, "vm_id");
  if (vmid !== undefined && (vmid < 100 || vmid > 999_999_999)) {
    throw new Refusal("invalid vm_id", `expected vm_id to be in the range (100 - 999999999), got ${vmid}`, "vm_id");
  }
  checkDisks(proposed);
  return {
    ...(known("description") && { description: (text(proposed, "description") ?? "").trim() }),
    ...(known("network_device") && networkDevices(prior, proposed)),
    ...(prior && suppressed(prior, proposed)),
  };
}

function networkDevices(prior: Attributes | null, proposed: Attributes): Attributes {
  const devices = blocks(proposed, "network_device");
  if (devices.length === 0) return {};
  const before = prior ? blocks(prior, "network_device") : [];
  const filled = devices.map((device, index): Json => {
    const said = Object.entries(device).filter(([, value]) => value !== null);
    return {
      mac_address: before[index]?.mac_address ?? null,
      ...NETWORK_DEFAULTS,
      ...Object.fromEntries(said),
    };
  });
  return { network_device: filled };
}

function suppressed(prior: Attributes, proposed: Attributes): Attributes {
  const sorted = (from: Attributes): string => (strings(from, "tags") ?? []).toSorted().join(";");
  return {
    ...(flag(proposed, "template") && { started: prior.started ?? null }),
    ...(text(proposed, "pool_id") === "" && { pool_id: prior.pool_id ?? null }),
    ...(sorted(prior) === sorted(proposed) && { tags: prior.tags ?? null }),
  };
}

function replaces(prior: Attributes, planned: Attributes): readonly string[] {
  const changed = (name: string): boolean => prior[name] !== planned[name];
  const efiType = (from: Attributes): string | undefined => {
    const efi = block(from, "efi_disk");
    return efi && text(efi, "type");
  };
  const [oldEfi, newEfi] = [efiType(prior), efiType(planned)];
  return [
    ...(planned.vm_id !== null && changed("vm_id") ? ["vm_id"] : []),
    ...(changed("node_name") && flag(planned, "migrate") !== true ? ["node_name"] : []),
    ...(isClone(prior) === isClone(planned) ? [] : ["clone"]),
    ...(oldEfi && newEfi && oldEfi !== newEfi ? ["efi_disk.type"] : []),
  ];
}

/** `proxmox_virtual_environment_vm` */
export const virtualMachine: ResourceType = {
  forceNew: FORCE_NEW,
  defaults: DEFAULTS,
  changesOnUpdate: ["ipv4_addresses", "ipv6_addresses", "network_interface_names", "mac_addresses"],
  replaces,
  plan,
  create,
  read: (call, state) =>
    atPve(call, "Unable to read VM", (pve) => {
      const vm = pve.datacenter.vms[required(state, "id")];
      return vm ? shown(pve, `${vmPath(vm)}/config`, vmAttributes(pve, vm, state)) : null;
    }),
  update,
  delete: (call, state) =>
    atPve(call, "Unable to delete VM", (pve) => {
      const vm = pve.datacenter.vms[required(state, "id")];
      if (!vm) return;
      stop(pve, vm);
      callApi(pve, "DELETE", vmPath(vm));
    }),
  importState: (call, id) =>
    atPve(call, "Unable to import VM", (pve) => {
      const [, node = "", vmid = ""] = /^([^/]+)\/(\d+)$/.exec(id) ?? [];
      const vm = pve.datacenter.vms[vmid];
      if (vm?.node !== node) return null;
      // What PVE does not know, such as time-outs, an import sets to its default.
      const defaults = Object.entries(DEFAULTS).filter(([name]) => !name.includes("."));
      return shown(pve, `${vmPath(vm)}/config`, { ...Object.fromEntries(defaults), ...vmAttributes(pve, vm, {}) });
    }),
};
