/** The `disk` and `efi_disk` blocks of a virtual machine, to PVE's drives and back. */
import { type Attributes, Refusal } from "../../plugin/resource.ts";
import type { PveHost, Vm } from "../../world/proxmox.ts";
import type { Pve } from "../model/context.ts";
import { failure } from "../model/errors.ts";
import { parseSize, properties, propertyString } from "../model/properties.ts";
import { hostOf, type VmParameters } from "../model/vm-config.ts";
import { driveKeys, isCdrom, isDrive, volumeId } from "../model/vm-drives.ts";
import { block, blocks, flag, number, required, text } from "./values.ts";
import { changeVm, vmCall } from "./vm-operations.ts";

const GIB = 1024 ** 3;
const SPEEDS = {
  iops_read: "iops_rd",
  iops_read_burstable: "iops_rd_max",
  iops_write: "iops_wr",
  iops_write_burstable: "iops_wr_max",
  read: "mbps_rd",
  read_burstable: "mbps_rd_max",
  write: "mbps_wr",
  write_burstable: "mbps_wr_max",
} as const;

/** bpg's own checks of a disk block. */
export function checkDisks(vm: Attributes): void {
  for (const disk of blocks(vm, "disk")) {
    const name = required(disk, "interface");
    if (name !== "" && !isDrive(name)) {
      const why = `Interface was ${name}, but only [ide sata scsi virtio] are supported`;
      throw new Refusal("Defined disk interface not supported", why, "disk.interface");
    }
    if (text(disk, "file_id")) {
      const why = "The sandbox has no SSH for the import that file_id needs; use import_from with content type import.";
      throw new Refusal("Not in the sandbox", why, "disk.file_id");
    }
  }
}

function options(disk: Attributes): Map<string, string> {
  const name = required(disk, "interface");
  const bit = (key: string): string => (flag(disk, key) ? "1" : "0");
  const parts = new Map([
    ["aio", text(disk, "aio") ?? "io_uring"],
    ["backup", (flag(disk, "backup") ?? true) ? "1" : "0"],
    ["cache", text(disk, "cache") ?? "none"],
    ["discard", text(disk, "discard") ?? "ignore"],
    ["replicate", (flag(disk, "replicate") ?? true) ? "1" : "0"],
  ]);
  if (!/^(sata|ide)/.test(name)) parts.set("iothread", bit("iothread"));
  if (!name.startsWith("virtio")) parts.set("ssd", bit("ssd"));
  const queues = number(disk, "queues") ?? 0;
  if (queues > 0) parts.set("queues", String(queues));
  const serial = text(disk, "serial");
  if (serial) parts.set("serial", serial);
  const speed = block(disk, "speed");
  for (const [attribute, key] of Object.entries(SPEEDS)) {
    const limit = speed && number(speed, attribute);
    if (limit) parts.set(key, String(limit));
  }
  return parts;
}

function sizeOf(disk: Attributes): number {
  return (number(disk, "size") ?? 8) * GIB;
}

function storageOfDisk(disk: Attributes): string {
  return text(disk, "datastore_id") ?? "local-lvm";
}

/** A drive to allocate, or to import. */
function newDrive(disk: Attributes): string {
  const importFrom = text(disk, "import_from");
  const parts = options(disk);
  parts.set("file", `${storageOfDisk(disk)}:${importFrom ? 0 : (number(disk, "size") ?? 8)}`);
  if (importFrom) parts.set("import-from", importFrom);
  const format = text(disk, "file_format");
  if (format) parts.set("format", format);
  return propertyString(parts, "file");
}

/** The drives of a machine that is made from nothing. */
export function newDrives(vm: Attributes): VmParameters {
  const drives = blocks(vm, "disk").map((disk) => [required(disk, "interface"), newDrive(disk)]);
  return Object.fromEntries([...drives, ...efiDrive(vm)]);
}

function efiDrive(vm: Attributes): string[][] {
  const efi = block(vm, "efi_disk");
  if (!efi) return [];
  const keys = flag(efi, "pre_enrolled_keys") ? 1 : 0;
  const storage = text(efi, "datastore_id") ?? "local-lvm";
  return [["efidisk0", `${storage}:1,efitype=${text(efi, "type") ?? "2m"},format=raw,pre-enrolled-keys=${keys}`]];
}

function resize(pve: Pve, vm: Vm, disk: string, bytes: number): void {
  vmCall(pve, "PUT", vm, "resize", { disk, size: `${bytes / GIB}G` });
}

function move(pve: Pve, vm: Vm, disk: string, storage: string): void {
  vmCall(pve, "POST", vm, "move_disk", { disk, storage, delete: true });
}

/** Gives imported disks the size they shall have: an import takes that of its source. */
export function growImported(pve: Pve, vm: Vm, planned: Attributes): void {
  for (const disk of blocks(planned, "disk")) {
    if (text(disk, "import_from")) resize(pve, vm, required(disk, "interface"), sizeOf(disk));
  }
}

/** Brings the drives of an existing machine to what is planned: adds, moves, grows, sets options. Removes those of `gone`. */
export function changeDrives(pve: Pve, vm: Vm, planned: Attributes, gone: readonly string[]): void {
  for (const key of gone) {
    const order =
      properties(vm.config.boot ?? "", "legacy")
        .get("order")
        ?.split(";") ?? [];
    if (order.includes(key)) {
      const fix = "Please remove it from boot order first or change boot order before deleting";
      throw failure(`cannot delete boot disk "${key}". ${fix}`);
    }
    changeVm(pve, vm, {}, [key]);
  }
  for (const disk of blocks(planned, "disk")) {
    const key = required(disk, "interface");
    if (vm.config[key] === undefined) changeVm(pve, vm, { [key]: newDrive(disk) });
    else changeDrive(pve, vm, key, disk);
  }
  const efi = efiDrive(planned)[0]?.[1];
  if (efi !== undefined && vm.config.efidisk0 === undefined) changeVm(pve, vm, { efidisk0: efi });
  const efiStorage = efi?.split(":")[0] ?? "";
  if (efi !== undefined && !vm.config.efidisk0?.startsWith(`${efiStorage}:`)) move(pve, vm, "efidisk0", efiStorage);
}

function changeDrive(pve: Pve, vm: Vm, key: string, disk: Attributes): void {
  const current = properties(vm.config[key] ?? "", "file");
  const currentSize = hostOf(pve, vm).volumes[current.get("file") ?? ""]?.size ?? 0;
  if (sizeOf(disk) < currentSize) {
    const sizes = `requested size (${sizeOf(disk) / GIB}G) is lower than current size (${current.get("size")})`;
    throw failure(`disk resize failure: ${sizes}`);
  }
  const wanted = options(disk);
  wanted.set("file", current.get("file") ?? "");
  if ([...wanted].some(([name, value]) => current.get(name) !== value)) {
    changeVm(pve, vm, { [key]: propertyString(wanted, "file") });
  }
  const storage = storageOfDisk(disk);
  if (!current.get("file")?.startsWith(`${storage}:`)) move(pve, vm, key, storage);
  if (sizeOf(disk) > currentSize) resize(pve, vm, key, sizeOf(disk));
}

/** The `disk` blocks of a machine, in the order of those the state has. */
export function diskAttributes(host: PveHost, vm: Vm, state: Attributes): readonly Attributes[] {
  const keys = driveKeys(vm.config).filter(
    (key) => /^(ide|sata|scsi|virtio)/.test(key) && !isCdrom(vm.config[key] ?? ""),
  );
  const known = new Map(blocks(state, "disk").map((disk) => [required(disk, "interface"), disk]));
  const ordered = [...[...known.keys()].filter((key) => keys.includes(key)), ...keys.filter((key) => !known.has(key))];
  return ordered.map((key) => diskAttribute(host, key, vm.config[key] ?? "", known.get(key) ?? {}));
}

function diskAttribute(host: PveHost, key: string, value: string, state: Attributes): Attributes {
  const drive = properties(value, "file");
  const volid = volumeId(value) ?? "";
  const [storage = "", path = ""] = volid.split(/:(.*)/s);
  const bytes = host.volumes[volid]?.size ?? parseSize(drive.get("size") ?? "") ?? 0;
  const bit = (name: string, otherwise: string): boolean => (drive.get(name) ?? otherwise) === "1";
  const limits = Object.entries(SPEEDS).map(([name, option]) => [name, Number(drive.get(option) ?? 0)] as const);
  return {
    interface: key,
    datastore_id: storage,
    path_in_datastore: path,
    file_format: host.volumes[volid]?.format ?? "raw",
    size: Math.ceil(bytes / GIB),
    import_from: text(state, "import_from") ?? "",
    file_id: text(state, "file_id") ?? "",
    aio: drive.get("aio") ?? "io_uring",
    backup: bit("backup", "1"),
    cache: drive.get("cache") ?? "none",
    discard: drive.get("discard") ?? "ignore",
    iothread: bit("iothread", "0"),
    queues: Number(drive.get("queues") ?? 0),
    replicate: bit("replicate", "1"),
    serial: drive.get("serial") ?? "",
    ssd: bit("ssd", "0"),
    speed:
      limits.some(([, limit]) => limit > 0) || blocks(state, "speed").length > 0 ? [Object.fromEntries(limits)] : [],
  };
}

/** The `efi_disk` block of a machine; none where it has no such disk. */
export function efiAttributes(host: PveHost, vm: Vm): readonly Attributes[] {
  const value = vm.config.efidisk0;
  if (value === undefined) return [];
  const drive = properties(value, "file");
  const volid = volumeId(value) ?? "";
  return [
    {
      datastore_id: volid.split(":")[0] ?? "",
      file_format: host.volumes[volid]?.format ?? "raw",
      type: drive.get("efitype") ?? "2m",
      pre_enrolled_keys: drive.get("pre-enrolled-keys") === "1",
    },
  ];
}
