/** Backups of guests: their options and the sizes of their disks, out of which a guest is made again (pve-manager 9.2, VZDump.pm). */
import type { PveHost, Vm, Volume } from "../../world/proxmox.ts";
import { mountKeys, mountedVolume, mountOf, mountString } from "./container-volumes.ts";
import { assertUnusedByContainer, newContainer } from "./containers.ts";
import { assertQuorum, type Pve } from "./context.ts";
import { failure } from "./errors.ts";
import type { GuestType } from "./guests.ts";
import { assignWhereFree } from "./ipam.ts";
import { moveToPool } from "./pools.ts";
import { properties, propertyString } from "./properties.ts";
import { addVolume, volumeOn } from "./storage.ts";
import { assertUnused, newVm } from "./vm-config.ts";
import { allocate, driveKeys, isCdrom, isCloudInit, placeDrive, volumeId } from "./vm-drives.ts";
import { assertUnlocked } from "./vm-lock.ts";

/** Of the guest alone, or of how it is now. */
const NOT_KEPT = /^(lock|parent|snaptime|vmstate|runningmachine|template|unused\d+)$/;
/** So much of a disk a backup takes: nobody knows what is in it. */
const SHARE = 0.25;

/** The disks of a guest that are backed up, by key. */
export function backedUp(type: GuestType, { config }: Pick<Vm, "config">): Readonly<Record<string, string>> {
  const volumeOf = (key: string): string | undefined => {
    const value = config[key] ?? "";
    if (type === "lxc") return key === "rootfs" || /(^|,)backup=1/.test(value) ? mountedVolume(value) : undefined;
    return isCdrom(value) || /(^|,)backup=0/.test(value) ? undefined : volumeId(value);
  };
  const keys = type === "lxc" ? mountKeys(config) : driveKeys(config);
  return Object.fromEntries(keys.flatMap((key) => (volumeOf(key) === undefined ? [] : [[key, volumeOf(key) ?? ""]])));
}

interface BackupRequest {
  readonly storage: string;
  readonly compress: string;
  readonly notes: string;
  readonly isProtected: boolean;
}

const EXTENSIONS: Readonly<Record<string, string>> = { gzip: ".gz", "1": ".lzo", lzo: ".lzo", zstd: ".zst" };

/** Backs a guest up. @returns the volume id @throws PveError */
export function backUp(pve: Pve, type: GuestType, guest: Vm, request: BackupRequest): string {
  const { host, world } = pve;
  assertUnlocked(guest);
  const { storage, compress, notes, isProtected } = request;
  const [date = "", time = ""] = world.now().split(/[T.Z]/);
  const format = `${type === "lxc" ? "tar" : "vma"}${EXTENSIONS[compress] ?? ""}`;
  const name = `vzdump-${type}-${guest.vmid}-${date.replaceAll("-", "_")}-${time.replaceAll(":", "_")}`;
  const volid = `${storage}:backup/${name}.${format}`;
  const config = Object.fromEntries(Object.entries(guest.config).filter(([key]) => !NOT_KEPT.test(key)));
  const sizes = Object.fromEntries(
    Object.entries(backedUp(type, guest)).map(([key, id]) => [key, host.volumes[id]?.size ?? 0]),
  );
  const size = Math.ceil(Object.values(sizes).reduce((sum, each) => sum + each, 0) * SHARE);
  const backup = {
    type,
    vmid: guest.vmid,
    config,
    sizes,
    ...(notes && { notes }),
    ...(isProtected && { isProtected }),
  };
  addVolume(pve, host, volid, { content: "backup", format, size, source: null, backup });
  return volid;
}

/** What a backup holds. @throws PveError where it is none */
export function backupIn(host: PveHost, volid: string): NonNullable<Volume["backup"]> {
  const { backup } = volumeOn(host, volid);
  if (!backup) throw failure(`'${volid}' is not a backup`);
  return backup;
}

interface Restore {
  readonly vmid: number;
  readonly volid: string;
  /** @default that of each disk */
  readonly storage?: string;
  readonly pool: string;
}

/** Makes a machine of its backup, stopped. @throws PveError */
export function restoreVm(pve: Pve, { vmid, volid, storage, pool }: Restore): Vm {
  const { host } = pve;
  const { type, config: kept, sizes } = backupIn(host, volid);
  if (type !== "qemu") throw failure(`unable to restore VM ${vmid} - ERROR: archive is not a VMA file`);
  assertUnused(pve, vmid);
  assertQuorum(pve);
  const config = { ...kept };
  const on = { pve, host, vmid, config };
  for (const key of driveKeys(config)) {
    const value = config[key] ?? "";
    const to = storage ?? volumeId(value)?.split(":")[0] ?? "";
    const size = sizes[key];
    if (isCloudInit(value)) config[key] = placeDrive({ ...on, config: {} }, key, `${to}:cloudinit`);
    if (size === undefined) continue;
    const made = allocate(on, to, size, properties(value, "file").get("format") ?? "raw", { source: null });
    config[key] = propertyString(properties(value, "file").set("file", made), "file");
  }
  const vm = newVm(pve, host, vmid, config);
  if (pool !== "") moveToPool(pve, vmid, pool);
  assignWhereFree(pve, vm);
  return vm;
}

/** Makes a container of its backup, stopped. @throws PveError */
export function restoreContainer(pve: Pve, { vmid, volid, storage, pool }: Restore): Vm {
  const { host } = pve;
  const { type, config: kept, sizes } = backupIn(host, volid);
  if (type !== "lxc") throw failure(`unable to restore CT ${vmid} - '${volid}' is not a backup of a container`);
  assertUnusedByContainer(pve, vmid);
  assertQuorum(pve);
  const config = { ...kept };
  for (const [key, size] of Object.entries(sizes)) {
    const mount = mountOf(config[key] ?? "");
    const to = storage ?? mount.get("volume")?.split(":")[0] ?? "";
    const made = allocate({ pve, host, vmid, config }, to, size, "raw", { source: null, content: "rootdir" });
    config[key] = mountString(mount.set("volume", made));
  }
  const container = newContainer(pve, host, vmid, config);
  if (pool !== "") moveToPool(pve, vmid, pool);
  assignWhereFree(pve, container);
  return container;
}
