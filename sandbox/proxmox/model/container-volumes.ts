/** Where a container's files are: its root file system and its mount points (pve-container, LXC/Config.pm and LXC.pm). */
import type { PveHost, Vm } from "../../world/proxmox.ts";
import { badParameter, failure } from "./errors.ts";
import { formatSize, properties, propertyString } from "./properties.ts";
import { allocate, imageStorage, type VmOnHost } from "./vm-drives.ts";

const GIB = 1024 ** 3;
const MIB = 1024 ** 2;
const MOUNT = /^(rootfs|mp\d+)$/;

/** Whether an option is a volume, a directory or a device that a container mounts. */
export const isMount = (key: string): boolean => MOUNT.test(key);

/** Those of a configuration. */
export const mountKeys = (config: Vm["config"]): readonly string[] => Object.keys(config).filter(isMount);

/** A mount point as its options; `volume` is what is mounted. */
export const mountOf = (value: string): Map<string, string> => properties(value, "volume");

/** A mount point in PVE's canonical form. */
export const mountString = (mount: ReadonlyMap<string, string>): string => propertyString(mount, "volume", "mp");

/** The volume that is mounted; undefined for a directory or a device of the host. */
export function mountedVolume(value: string): string | undefined {
  const volume = mountOf(value).get("volume") ?? "";
  return volume.startsWith("/") ? undefined : volume;
}

/** Gives a mount point its volume: allocates one, or checks that it is there. @returns it as the configuration keeps it */
export function placeMount(guest: VmOnHost, key: string, value: string): string {
  const mount = mountOf(value);
  const volume = mount.get("volume") ?? "";
  if (volume.startsWith("/")) {
    if (key === "rootfs") throw failure("the root file system of a container on a directory of its host is not played");
    return mountString(mount);
  }
  const [, storage = "", name = ""] = /^([^/:\s]+):(.+)$/.exec(volume) ?? [];
  if (storage === "") throw badParameter({ [key]: `invalid format - unable to parse volume ID '${volume}'` });
  if (/^\d+(\.\d+)?$/.test(name)) return placeNew(guest, storage, Number(name), mount);
  imageStorage(guest, storage, "rootdir");
  const found = guest.host.volumes[volume];
  if (!found) throw failure(`volume '${volume}' does not exist`);
  return mountString(mount.set("size", formatSize(found.size)));
}

function placeNew(guest: VmOnHost, storage: string, gib: number, mount: Map<string, string>): string {
  const size = (Math.floor((gib * GIB) / MIB) || 0) * MIB;
  const volid = allocate(guest, storage, size, "raw", { source: null, content: "rootdir" });
  return mountString(mount.set("volume", volid).set("size", formatSize(size)));
}

/** A volume that nothing mounts any longer is kept as unused; one that is unused goes. */
export function detachMount(host: PveHost, config: Record<string, string>, key: string): void {
  const value = config[key];
  delete config[key];
  if (value === undefined) return;
  if (/^unused\d+$/.test(key)) delete host.volumes[value];
  const volid = isMount(key) ? mountedVolume(value) : undefined;
  if (volid !== undefined) keepUnused(config, volid);
}

/** Notes a volume that nothing mounts. */
export function keepUnused(config: Record<string, string>, volid: string): void {
  let n = 0;
  while (`unused${n}` in config) n += 1;
  config[`unused${n}`] = volid;
}
