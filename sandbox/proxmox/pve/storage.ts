/** Storages, and the files and volumes on each host (pve-storage 9.1.7). Every storage of the sandbox is local to its node. */
import { createHash } from "node:crypto";
import type { PveHost, Storage, Volume } from "../../world/proxmox.ts";
import { assertWritable, nodeNamed, nodeNames, type Pve } from "./context.ts";
import { badParameter, failure, PveError } from "./errors.ts";

const MIB = 1024 ** 2;
const VOLUME_GROUP = "pve";
const THIN_POOL = "data";
const CONTENT: Readonly<Record<Storage["type"], readonly string[]>> = {
  dir: ["backup", "images", "import", "iso", "none", "rootdir", "snippets", "vztmpl"],
  lvmthin: ["images", "none", "rootdir"],
};
const EXTENSIONS: Readonly<Record<string, RegExp>> = {
  iso: /^[^/]+\.(iso|img)$/i,
  vztmpl: /^[^/]+\.tar\.(gz|xz|zst|bz2)$/i,
  import: /^[a-zA-Z0-9_.+=-]+\.(ova|qcow2|raw|vmdk)$/,
};

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

export interface StorageChange {
  readonly content?: readonly string[];
  readonly disable?: boolean;
  readonly nodes?: readonly string[];
}

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
  apply(pve, storage, change);
  datacenter.storages[id] = storage;
  world.changed();
}

/** A directory of the host's root file system. */
export function createDirectory(pve: Pve, id: string, path: string, change: StorageChange): void {
  assertWritable(pve);
  assertNewStorage(pve, id);
  const storage: Storage = { type: "dir", path, content: ["images"], disable: false, nodes: [] };
  apply(pve, storage, change);
  pve.datacenter.storages[id] = storage;
  pve.world.changed();
}

function assertNewStorage({ datacenter }: Pve, id: string): void {
  if (!/^[a-z][a-z0-9\-_.]*[a-z0-9]$/i.test(id)) {
    throw badParameter({ storage: `storage ID '${id}' contains illegal characters` });
  }
  if (datacenter.storages[id]) throw failure(`create storage failed: storage ID '${id}' already defined`);
}

export function updateStorage(pve: Pve, id: string, change: StorageChange): void {
  assertWritable(pve);
  apply(pve, storageOf(pve, id), change);
  pve.world.changed();
}

export function deleteStorage(pve: Pve, id: string): void {
  assertWritable(pve);
  storageOf(pve, id);
  delete pve.datacenter.storages[id];
  pve.world.changed();
}

function apply(pve: Pve, storage: Storage, change: StorageChange): void {
  const { content, disable, nodes } = change;
  const wrong = content?.find((type) => !CONTENT[storage.type].includes(type));
  if (wrong) throw badParameter({ content: `storage does not support content type '${wrong}'` });
  const stranger = nodes?.find((node) => !nodeNames(pve).includes(node));
  if (stranger) throw failure(`no such cluster node '${stranger}'`);
  if (content) storage.content = [...content].sort();
  if (disable !== undefined) storage.disable = disable;
  if (nodes) storage.nodes = [...nodes].sort();
}

export interface Download {
  readonly node: string;
  readonly storage: string;
  readonly content: string;
  readonly filename: string;
  readonly url: string;
  readonly decompression: string | null;
}

/** What a call to download is checked for before its task starts. Returns the volume id. */
export function checkDownload(pve: Pve, { node, storage: id, content, filename, decompression }: Download): string {
  const host = nodeNamed(pve, node);
  const storage = storageOn(pve, id, node);
  if (storage.type !== "dir")
    throw failure(`can't upload to storage type '${storage.type}', not a file based storage!`);
  if (!storage.content.includes(content)) {
    throw failure(`storage '${id}' is not configured for content-type '${content}'`);
  }
  const extension = EXTENSIONS[content];
  if (!extension) throw badParameter({ content: `upload content-type '${content}' is not allowed` });
  if (!extension.test(filename)) {
    const why = content === "import" ? "invalid filename or wrong extension" : "wrong file extension";
    throw badParameter({ filename: why });
  }
  if (decompression !== null && content !== "iso") throw failure(`decompression not supported for ${content}`);
  const volid = `${id}:${content}/${filename}`;
  if (host.volumes[volid]) {
    throw failure(`refusing to override existing file '${storage.path}/${content}/${filename}'`);
  }
  return volid;
}

/** Fetches a file into a storage. Returns its volume id. */
export function download(pve: Pve, request: Download): string {
  const { node, content, filename, url } = request;
  const volid = checkDownload(pve, request);
  const volume: Volume = {
    content: fileContent(content),
    format: format(filename),
    size: remoteSize(url),
    source: url,
  };
  nodeNamed(pve, node).volumes[volid] = volume;
  pve.world.changed();
  return volid;
}

/** Size in bytes of what is behind a URL: the same for the same URL. Names that end in `.invalid` do not resolve (RFC 2606). */
export function remoteSize(url: string): number {
  const parsed = URL.parse(url);
  if (!parsed) throw badParameter({ url: "value does not look like a valid URL" });
  const { hostname, port, protocol } = parsed;
  if (hostname.endsWith(".invalid")) {
    const target = `${hostname}:${port || (protocol === "https:" ? 443 : 80)}`;
    throw failure(`invalid server response: '500 Can't connect to ${target} (Name or service not known)'`);
  }
  return 96 * MIB + (createHash("sha256").update(url).digest().readUInt32BE() % (32 * MIB));
}

export function removeVolume(pve: Pve, node: string, volid: string): void {
  const host = nodeNamed(pve, node);
  volumeOn(host, volid);
  delete host.volumes[volid];
  pve.world.changed();
}

export function volumeOn(host: PveHost, volid: string): Volume {
  const volume = host.volumes[volid];
  if (!volume) throw new PveError(500, `volume '${volid}' does not exist`);
  return volume;
}

function fileContent(content: string): Volume["content"] {
  return content === "import" || content === "vztmpl" ? content : "iso";
}

function format(filename: string): string {
  return /\.([^.]+)$/.exec(filename)?.[1]?.toLowerCase() ?? "raw";
}
