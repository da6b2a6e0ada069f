/** Drives of a virtual machine: where their volumes come from and where they go (qemu-server 9.2.6, create_disks). */
import type { PveHost, Storage, Vm, Volume } from "../../world/proxmox.ts";
import { assertQuorum, type Pve } from "./context.ts";
import { badParameter, failure } from "./errors.ts";
import { formatSize, properties, propertyString } from "./properties.ts";
import { addVolume, storageOn } from "./storage.ts";

const GIB = 1024 ** 3;
const MIB = 1024 ** 2;
const DRIVE = /^(ide[0-3]|sata[0-5]|scsi([0-9]|[12][0-9]|30)|virtio([0-9]|1[0-5])|efidisk0|tpmstate0)$/;
/** AAVMF keeps its variables in 64 MiB; a TPM state and a cloud-init drive are 4 MiB. */
const EFI_VARS_BYTES = 64 * MIB;
const OVMF_VARS_BYTES = 528 * 1024;
const SMALL_BYTES = 4 * MIB;
/** Size of the disk in a cloud image of Talos: what `qemu-img info` calls its virtual size. */
const CLOUD_IMAGE_BYTES = 1246 * MIB;

/** A guest whose volumes are made on a host. */
export interface VmOnHost {
  readonly pve: Pve;
  readonly host: PveHost;
  readonly vmid: number;
  readonly config: Readonly<Record<string, string>>;
}

/** Whether an option is a drive: `scsi0`, `efidisk0`, … */
export function isDrive(key: string): boolean {
  return DRIVE.test(key);
}

/** The drives of a configuration. */
export function driveKeys(config: Readonly<Record<string, string>>): readonly string[] {
  return Object.keys(config).filter(isDrive);
}

/** Volume id behind a drive; undefined for an empty one. */
export function volumeId(drive: string): string | undefined {
  const file = properties(drive, "file").get("file");
  return file?.includes(":") ? file : undefined;
}

/** The virtual machine that a volume is made for, by its name. */
export function vmidOf(volid: string): number | undefined {
  const [, vmid] = /[:/](?:vm|base)-(\d+)-/.exec(volid) ?? [];
  return vmid === undefined ? undefined : Number(vmid);
}

/** Whether a drive is the one that cloud-init reads. */
export function isCloudInit(drive: string): boolean {
  return /-cloudinit(\.\w+)?$/.test(volumeId(drive) ?? "");
}

/** Whether a drive is a medium that can be taken out. */
export function isCdrom(drive: string): boolean {
  return properties(drive, "file").get("media") === "cdrom";
}

/** Gives a drive its volume: allocates, imports, or checks that it is there. Returns the drive as the configuration keeps it. */
export function placeDrive(vm: VmOnHost, key: string, value: string): string {
  const drive = properties(value, "file");
  const file = drive.get("file") ?? "";
  const [, storage = "", name = ""] = /^([^/:\s]+):(.+)$/.exec(file) ?? [];
  if (file === "none" || file === "cdrom") drive.delete("size");
  else if (storage === "") throw badParameter({ [key]: "unable to parse drive options" });
  else if (name === "cloudinit") placeCloudInit(vm, key, drive, storage);
  else if (/^\d+(\.\d+)?$/.test(name)) placeNewDisk(vm, key, drive, storage, Number(name) * GIB);
  else checkExisting(vm, key, drive, file);
  drive.delete("format");
  drive.delete("import-from");
  return propertyString(drive, "file");
}

function placeCloudInit(vm: VmOnHost, key: string, drive: Map<string, string>, storage: string): void {
  const { host, vmid, config } = vm;
  const attached = driveKeys(config).find((other) => other !== key && isCloudInit(config[other] ?? ""));
  if (attached) throw failure(`${key} - cloud-init drive is already attached at '${attached}'`);
  const format = drive.get("format") ?? (imageStorage(vm, storage) === "dir" ? "qcow2" : "raw");
  const volid = volumeName(vm, storage, `vm-${vmid}-cloudinit`, format);
  addVolume(vm.pve, host, volid, { content: "images", format, size: SMALL_BYTES, source: null });
  drive.set("file", volid).set("media", "cdrom");
}

function placeNewDisk(
  vm: VmOnHost,
  key: string,
  drive: Map<string, string>,
  storage: string,
  requestedBytes: number,
): void {
  const type = imageStorage(vm, storage);
  const importFrom = drive.get("import-from");
  if (importFrom !== undefined && requestedBytes !== 0) {
    const why = "'import-from' requires special syntax - use <storage ID>:0,import-from=<source>";
    throw badParameter({ [key]: why });
  }
  const source = importFrom === undefined ? null : importable(vm, key, importFrom);
  const size =
    key === "efidisk0"
      ? efiBytes(vm, type)
      : key === "tpmstate0"
        ? SMALL_BYTES
        : source
          ? imageBytes(source)
          : requestedBytes;
  const format = type === "dir" ? (drive.get("format") ?? "raw") : "raw";
  const made = { source: importFrom ?? null, origin: source?.origin ?? source?.source ?? null };
  const volid = allocate(vm, storage, size, format, made, vm.config.template === "1");
  drive.set("file", volid).set("size", formatSize(size));
}

/** Imports a file as a disk that nothing is attached to, as `qm disk import` does. Returns its key and volume. */
export function importUnused(
  pve: Pve,
  vm: Vm,
  source: Volume,
  storage: string,
  format: string | undefined,
): { readonly key: string; readonly volid: string } {
  assertQuorum(pve);
  const on = { pve, host: pve.host, vmid: vm.vmid, config: vm.config };
  const kept = imageStorage(on, storage) === "dir" ? (format ?? "raw") : "raw";
  const origin = source.origin ?? source.source;
  const volid = allocate(on, storage, imageBytes(source), kept, { source: source.source, origin });
  let n = 0;
  while (`unused${n}` in vm.config) n += 1;
  vm.config[`unused${n}`] = volid;
  pve.world.changed();
  return { key: `unused${n}`, volid };
}

/** OVMF's variables are 528 KiB, of which LVM makes a whole extent. */
function efiBytes({ host }: VmOnHost, type: Storage["type"]): number {
  if (host.kind !== "x86-kvm") return EFI_VARS_BYTES;
  return type === "dir" ? OVMF_VARS_BYTES : SMALL_BYTES;
}

/** Allocates the next free `vm-<id>-disk-<n>`, or `base-<id>-disk-<n>`, of which linked clones are made. Returns its volume id. */
export function allocate(
  vm: VmOnHost,
  storage: string,
  size: number,
  format: string,
  { source, origin, content = "images" }: Pick<Volume, "source" | "origin"> & Partial<Pick<Volume, "content">>,
  base = false,
): string {
  imageStorage(vm, storage, content);
  assertFits(vm.host, storage, size);
  const prefix = base ? "base" : "vm";
  for (let n = 0; ; n += 1) {
    const volid = volumeName(vm, storage, `${prefix}-${vm.vmid}-disk-${n}`, format);
    if (vm.host.volumes[volid]) continue;
    addVolume(vm.pve, vm.host, volid, { content, format, size, source, ...(origin && { origin }) });
    return volid;
  }
}

/** A thin pool may promise more than it has, but a disk that is larger than the whole pool could never be filled. */
export function assertFits(host: PveHost, storage: string, size: number): void {
  if (storage === "local" || size <= host.thinPoolBytes) return;
  const pool = `${Math.floor(host.thinPoolBytes / GIB)} GiB`;
  throw failure(`lvcreate 'pve/data' error: a disk of ${formatSize(size)} does not fit the thin pool of ${pool}`);
}

function checkExisting({ host }: VmOnHost, key: string, drive: Map<string, string>, volid: string): void {
  const volume = host.volumes[volid];
  if (!volume) throw failure(`volume ${volid} does not exist`);
  if (volume.content === "iso" && drive.get("media") !== "cdrom") {
    throw badParameter({ [key]: "explicit 'media=cdrom' is required for iso images" });
  }
  if (volume.content !== "images" && volume.content !== "iso") {
    throw badParameter({ [key]: "content type needs to be 'images' or 'iso'" });
  }
  drive.set("size", formatSize(volume.size));
}

function importable({ pve, host }: VmOnHost, key: string, volid: string): Volume {
  storageOn(pve, volid.split(":")[0] ?? "", host.name);
  const volume = host.volumes[volid];
  if (!volume) throw failure(`cannot import from '${volid}' - volume '${volid}' does not exist`);
  if (volume.content === "images" || volume.content === "import") return volume;
  const why = `${volid} has wrong type '${volume.content}' - needs to be 'images' or 'import'`;
  throw badParameter({ [key]: why });
}

function imageBytes(volume: Volume): number {
  return volume.content === "images" ? volume.size : CLOUD_IMAGE_BYTES;
}

/** The type of a storage that takes disks, or volumes of containers. @throws PveError */
export function imageStorage(
  { pve, host }: Pick<VmOnHost, "pve" | "host">,
  id: string,
  content: Volume["content"] = "images",
): Storage["type"] {
  const storage = storageOn(pve, id, host.name);
  if (!storage.content.includes(content)) {
    const what = content === "rootdir" ? "container directories" : "vm images";
    throw badParameter({ storage: `storage '${id}' does not support ${what}` });
  }
  return storage.type;
}

function volumeName({ pve, vmid }: VmOnHost, storage: string, name: string, format: string): string {
  const directory = pve.datacenter.storages[storage]?.type === "dir";
  return directory ? `${storage}:${vmid}/${name}.${format}` : `${storage}:${name}`;
}
