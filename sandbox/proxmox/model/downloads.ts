/**
 * Files that a host fetches into a storage (pve-storage 9.1.7, API2/Storage/Status.pm; pve-common, Tools.pm). Of
 * other machines nothing is fetched.
 */
import { createHash } from "node:crypto";
import type { PveHost, Volume } from "../../world/proxmox.ts";
import { nodeNamed, type Pve } from "./context.ts";
import { badParameter, failure } from "./errors.ts";
import { addVolume, storageOf, storageOn, usage } from "./storage.ts";

const MIB = 1024 ** 2;
const EXTENSIONS: Readonly<Record<string, RegExp>> = {
  iso: /^[^/]+\.(iso|img)$/i,
  vztmpl: /^[^/]+\.tar\.(gz|xz|zst|bz2)$/i,
  import: /^[a-zA-Z0-9_.+=-]+\.(ova|qcow2|raw|vmdk)$/,
};
const FOLDERS: Readonly<Record<string, string>> = { iso: "template/iso", vztmpl: "template/cache" };

interface Checksum {
  readonly algorithm: string;
  readonly value: string;
}

interface Download {
  readonly node: string;
  readonly storage: string;
  readonly content: string;
  readonly filename: string;
  readonly url: string;
  readonly decompression: string | null;
  readonly checksum: Checksum | null;
  /** What was fetched, where something was. */
  readonly fetched?: Fetched;
}

/** A file that a server of this machine has. */
export interface Fetched {
  readonly size: number;
  readonly digest: (algorithm: string) => string;
}

/** What a call to download is checked for before its task starts; the rest the task finds out. */
export function checkDownload(pve: Pve, { node, storage: id, content, filename }: Download): void {
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
}

/** Where a file of a storage is on its host. */
export function pathOf(pve: Pve, { storage, content, filename }: Download): string {
  return `${storageOf(pve, storage).path}/${FOLDERS[content] ?? content}/${filename}`;
}

/** Fetches a file into a storage, as the task does. */
export function download(pve: Pve, request: Download): void {
  const { node, storage, content, filename, url, decompression, checksum } = request;
  const host = nodeNamed(pve, node);
  if (decompression !== null && content !== "iso") throw failure(`decompression not supported for ${content}`);
  const volid = `${storage}:${content}/${filename}`;
  const path = pathOf(pve, request);
  if (host.volumes[volid]) {
    assertSame(host.volumes[volid], path, checksum);
    return;
  }
  const { hostname } = new URL(url);
  if (isNowhere(hostname)) throw failure(`download failed: wget: unable to resolve host address '${hostname}'`);
  const { fetched } = request;
  const size = fetched?.size ?? sizeOf(url);
  assertFits(pve, host, storage, size, path);
  if (checksum !== null) verify(checksum, url, fetched);
  const format = /\.([^.]+)$/.exec(filename)?.[1]?.toLowerCase() ?? "raw";
  const kind: Volume["content"] = content === "import" || content === "vztmpl" ? content : "iso";
  addVolume(pve, host, volid, { content: kind, format, size, source: url, ...(checksum && { checksum }) });
}

function verify(checksum: Checksum, url: string, fetched: Fetched | undefined): void {
  const { algorithm, value } = checksum;
  if (!fetched && isDigest(checksum)) return;
  const got = fetched?.digest(algorithm) ?? madeUp(algorithm, url);
  if (got !== value.toLowerCase()) throw failure(mismatch(checksum, got));
}

/** @throws PveError where a file is there that is not known to be the one that is wanted */
function assertSame(file: Volume, path: string, checksum: Checksum | null): void {
  if (checksum === null) throw failure(`refusing to override existing file '${path}'`);
  const known = file.checksum?.algorithm === checksum.algorithm ? file.checksum.value : checksum.value;
  if (known.toLowerCase() !== checksum.value.toLowerCase())
    throw failure(`${mismatch(checksum, known.toLowerCase())}, aborting`);
}

function assertFits(pve: Pve, host: PveHost, id: string, size: number, path: string): void {
  const { total, used } = usage(host, id, storageOf(pve, id));
  if (used + size <= total) return;
  throw failure(`download failed: Cannot write to '${path}.tmp_dwnl.${process.pid}' (No space left on device).`);
}

/** What is said of the checksum of a file that is not fetched is believed: but for what no file can have. */
function isDigest({ algorithm, value }: Checksum): boolean {
  return /^[0-9a-fA-F]+$/.test(value) && value.length === madeUp(algorithm, "").length;
}

function madeUp(algorithm: string, text: string): string {
  return createHash(algorithm).update(text).digest("hex");
}

function mismatch({ value }: Checksum, got: string): string {
  return `checksum mismatch: got '${got}' != expect '${value}'`;
}

/** Names that end in `.invalid` do not resolve (RFC 2606). */
function isNowhere(hostname: string): boolean {
  return hostname.endsWith(".invalid");
}

function sizeOf(url: string): number {
  return 96 * MIB + (createHash("sha256").update(url).digest().readUInt32BE() % (32 * MIB));
}

/** Size in bytes of what is behind a URL, as `query-url-metadata` tells it: the same for the same URL. */
export function remoteSize(url: string): number {
  const parsed = URL.parse(url);
  if (!parsed) throw badParameter({ url: "value does not look like a valid URL" });
  const { hostname, port, protocol } = parsed;
  if (!isNowhere(hostname)) return sizeOf(url);
  const target = `${hostname}:${port || (protocol === "https:" ? 443 : 80)}`;
  throw failure(`invalid server response: '500 Can't connect to ${target} (Name or service not known)'`);
}
