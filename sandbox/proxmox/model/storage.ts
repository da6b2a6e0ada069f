/** Storages, and the files and volumes on each host (pve-storage 9.1.7). Every storage of the sandbox is local to its node. */
import type { PveHost, Storage, Volume } from "../../world/proxmox.ts";
import { assertWritable, nodeNamed, nodeNames, type Pve } from "./context.ts";
import { badParameter, failure, PveError } from "./errors.ts";
import { checkChangedOptions, checkNewOptions } from "./storage-options.ts";

const VOLUME_GROUP = "pve";
const THIN_POOL = "data";
const CONTENT: Readonly<Record<Storage["type"], readonly string[]>> = {
  dir: ["backup", "images", "import", "iso", "none", "rootdir", "snippets", "vztmpl"],
  lvmthin: ["images", "none", "rootdir"],
};
/** The root file system that the image caps, which `local` is on. */
const ROOT_BYTES = 20 * 1024 ** 3;

/** A storage by its id. @throws PveError where there is none */
export function storageOf({ datacenter }: Pve, id: string): Storage {
  const storage = datacenter.storages[id];
  if (!storage) throw failure(`storage '${id}' does not exist`);
  return storage;
}

/** A storage that a node may use. */
export function storageOn(pve: Pve, id: string, node: string): Storage {
  const storage = storageOf(pve, id);
  if (storage.nodes.length > 0 && !storage.nodes.includes(node)) {
    throw failure(`storage '${id}' is not available on node '${node}'`);
  }
  if (storage.disable) throw failure(`storage '${id}' is disabled`);
  return storage;
}

/** What an update can say of a storage. */
export interface StorageChange {
  readonly content?: readonly string[];
  readonly disable?: boolean;
  readonly nodes?: readonly string[];
  /** What else is set, by name. */
  readonly options?: Readonly<Record<string, string>>;
  /** What of that is taken away. */
  readonly cleared?: readonly string[];
}

/** A storage on the hosts' thin pool. @throws PveError */
export function createLvmThin(pve: Pve, id: string, vgname: string, thinpool: string, change: StorageChange): void {
  assertWritable(pve);
  const { world, datacenter } = pve;
  assertNewStorage(pve, id);
  if (vgname !== VOLUME_GROUP) throw failure(`create storage failed: no such volume group '${vgname}'`);
  if (thinpool !== THIN_POOL) throw failure(`create storage failed: no such logical volume ${vgname}/${thinpool}`);
  const storage: Storage = {
    type: "lvmthin",
    vgname,
    thinpool,
    content: ["images", "rootdir"],
    disable: false,
    nodes: [],
  };
  checkNewOptions("lvmthin", change.options ?? {});
  apply(pve, storage, change);
  datacenter.storages[id] = storage;
  world.changed();
}

/** A directory of the host's root file system. */
export function createDirectory(pve: Pve, id: string, path: string, change: StorageChange): void {
  assertWritable(pve);
  assertNewStorage(pve, id);
  const storage: Storage = { type: "dir", path, content: ["images"], disable: false, nodes: [] };
  checkNewOptions("dir", change.options ?? {});
  apply(pve, storage, change);
  pve.datacenter.storages[id] = storage;
  pve.world.changed();
}

function assertNewStorage({ datacenter }: Pve, id: string): void {
  if (datacenter.storages[id]) throw failure(`create storage failed: storage ID '${id}' already defined`);
}

/** Changes a storage. @throws PveError */
export function updateStorage(pve: Pve, id: string, change: StorageChange): void {
  assertWritable(pve);
  const storage = storageOf(pve, id);
  checkChangedOptions(storage.type, change.options ?? {}, change.cleared ?? []);
  apply(pve, storage, change);
  pve.world.changed();
}

/** Removes a storage from the configuration; what is on it stays. */
export function deleteStorage(pve: Pve, id: string): void {
  assertWritable(pve);
  storageOf(pve, id);
  delete pve.datacenter.storages[id];
  pve.world.changed();
}

function apply(pve: Pve, storage: Storage, change: StorageChange): void {
  const { content, disable, nodes, options, cleared = [] } = change;
  const wrong = content?.find((type) => !CONTENT[storage.type].includes(type));
  if (wrong) throw badParameter({ content: `storage does not support content type '${wrong}'` });
  const stranger = nodes?.find((node) => !nodeNames(pve).includes(node));
  if (stranger) throw failure(`no such cluster node '${stranger}'`);
  if (content) storage.content = [...content].sort();
  if (disable !== undefined) storage.disable = disable;
  if (nodes) storage.nodes = [...nodes].sort();
  const kept = Object.entries(storage.options ?? {}).filter(([name]) => !cleared.includes(name));
  storage.options = { ...Object.fromEntries(kept), ...options };
}

/** Bytes that are there and that are taken; a thin pool is as full as what was written into it, of which nothing is known. */
export function usage(host: PveHost, id: string, { type }: Storage): { readonly total: number; readonly used: number } {
  const mine = Object.entries(host.volumes).filter(([volid]) => volid.startsWith(`${id}:`));
  const used = mine.reduce((sum, [, volume]) => sum + volume.size, 0);
  const total = type === "lvmthin" ? host.thinPoolBytes : (host.rootBytes ?? ROOT_BYTES);
  return { total, used: Math.min(total, used) };
}

/** Deletes a volume. @throws PveError where there is none */
export function removeVolume(pve: Pve, node: string, volid: string): void {
  const host = nodeNamed(pve, node);
  volumeOn(host, volid);
  delete host.volumes[volid];
  pve.world.changed();
}

/** A volume of a host by its id. @throws PveError where there is none */
export function volumeOn(host: PveHost, volid: string): Volume {
  const volume = host.volumes[volid];
  if (!volume) throw new PveError(500, `volume '${volid}' does not exist`);
  return volume;
}
