/** Storages, and the files and volumes on each host (pve-storage 9.1.7). What is played is local to its node. */
import type { PveHost, Storage, Volume } from "../../world/proxmox.ts";
import { assertWritable, nodeNamed, type Pve } from "./context.ts";
import { failure, PveError, within } from "./errors.ts";
import { changedOptions, newOptions, normalContent, possibleContent, unreached } from "./storage-types.ts";

const VOLUME_GROUP = "pve";
const THIN_POOL = "data";
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
  if (storage.disable) throw failure(`storage '${id}' is disabled`);
  if (!isOn(storage, node)) throw failure(`storage '${id}' is not available on node '${node}'`);
  const why = unreached(id, storage);
  if (why !== undefined) throw failure(why ?? `storage '${id}' is not online`);
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

/** Makes a storage. @throws PveError */
export function createStorage(pve: Pve, id: string, type: Storage["type"], change: StorageChange): void {
  assertWritable(pve);
  const { path, vgname, thinpool, ...options } = newOptions(id, type, change.options ?? {});
  const { content, disable = false, nodes = [] } = change;
  const storage: Storage = {
    type,
    content: content ? possibleContent(type, content) : normalContent(type),
    disable,
    nodes: nodes.toSorted(),
    ...(path !== undefined && { path }),
    ...(vgname !== undefined && { vgname }),
    ...(thinpool !== undefined && { thinpool }),
    options,
  };
  within("create storage failed: ", () => {
    if (pve.datacenter.storages[id]) throw failure(`storage ID '${id}' already defined`);
    if (!disable && isOn(storage, pve.host.name)) activate(id, storage);
  });
  pve.datacenter.storages[id] = storage;
  pve.world.changed();
}

/** A host looks for what a storage names. @throws PveError where it is not there */
function activate(id: string, storage: Storage): void {
  const { type, vgname = "", thinpool = "" } = storage;
  const why = unreached(id, storage);
  if (why) throw failure(why);
  if (type === "lvmthin" && (vgname !== VOLUME_GROUP || thinpool !== THIN_POOL))
    throw failure(`no such logical volume ${vgname}/${thinpool}`);
}

/** Whether a node may use a storage. */
export function isOn({ nodes }: Storage, node: string): boolean {
  return nodes.length === 0 || nodes.includes(node);
}

/** Changes a storage. @throws PveError */
export function updateStorage(pve: Pve, id: string, change: StorageChange): void {
  assertWritable(pve);
  const { content, disable, nodes, options = {}, cleared = [] } = change;
  within("update storage failed: ", () => {
    const storage = storageOf(pve, id);
    const next = changedOptions(storage, options, cleared);
    if (content) storage.content = possibleContent(storage.type, content);
    storage.options = next;
    if (disable !== undefined) storage.disable = disable;
    if (nodes) storage.nodes = nodes.toSorted();
  });
  pve.world.changed();
}

/** Removes a storage from the configuration; what is on it stays. */
export function deleteStorage(pve: Pve, id: string): void {
  assertWritable(pve);
  within("delete storage failed: ", () => storageOf(pve, id));
  delete pve.datacenter.storages[id];
  pve.world.changed();
}

/** Whether a host has what a storage names. */
export function isActive({ name }: PveHost, id: string, storage: Storage): boolean {
  return !storage.disable && isOn(storage, name) && unreached(id, storage) === undefined;
}

/** Bytes that are there and that are taken; a thin pool is as full as what was written into it, of which nothing is known. */
export function usage(host: PveHost, id: string, storage: Storage): { readonly total: number; readonly used: number } {
  const { type } = storage;
  if (!isActive(host, id, storage)) return { total: 0, used: 0 };
  const mine = Object.entries(host.volumes).filter(([volid]) => volid.startsWith(`${id}:`));
  const used = mine.reduce((sum, [, volume]) => sum + volume.size, 0);
  const total = type === "lvmthin" ? host.thinPoolBytes : (host.rootBytes ?? ROOT_BYTES);
  return { total, used: Math.min(total, used) };
}

/** Puts a volume on a host, as made now. */
export function addVolume({ world }: Pick<Pve, "world">, host: PveHost, volid: string, volume: Volume): void {
  host.volumes[volid] = { ...volume, ctime: Math.floor(Date.parse(world.now()) / 1000) };
  world.changed();
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

/** Whether a volume can be cloned without a copy: a base image can, on a thin pool a snapshot too (pve-storage, `volume_has_feature`). */
export function isLinkable({ datacenter }: Pick<Pve, "datacenter">, volid: string, inSnapshot: boolean): boolean {
  if (!inSnapshot) return /[:/]base-[^/]+$/.test(volid);
  return datacenter.storages[volid.split(":")[0] ?? ""]?.type === "lvmthin";
}
