/** Files that come into a storage: sent with the call, or fetched (pve-storage 9.1.7, API2/Storage/Status.pm). */
import { createHash } from "node:crypto";
import type { Volume } from "../../world/proxmox.ts";
import { again, type Pve } from "../model/context.ts";
import { badParameter, failure } from "../model/errors.ts";
import { checkDownload, download, type Fetched, pathOf, remoteSize } from "../model/downloads.ts";
import { addVolume } from "../model/storage.ts";
import { startTask } from "../model/tasks.ts";
import type { Data, Parameters } from "./http.ts";
import { uploadOf } from "./multipart.ts";
import { unlessEmpty } from "./values.ts";

const PLAIN = /[^-a-zA-Z0-9_.+=]/g;

function requested(pve: Pve, parameters: Parameters) {
  const { storage = "", content = "", filename = "", url = "", compression = null, checksum } = parameters;
  const { "checksum-algorithm": algorithm } = parameters;
  return {
    node: pve.host.name,
    storage,
    content,
    filename: filename.replaceAll(PLAIN, "_"),
    url,
    decompression: compression,
    checksum: checksum === undefined || algorithm === undefined ? null : { algorithm, value: checksum },
  };
}

/** A server of this machine is asked truly; others are not, as the sandbox stays on loopback. */
function isHere(pve: Pve, url: string): boolean {
  return !pve.atOnce && /^(127\.\d+\.\d+\.\d+|localhost|\[::1\])$/.test(URL.parse(url)?.hostname ?? "");
}

async function ask(method: "GET" | "HEAD", url: string, failed: string): Promise<Response> {
  const response = await fetch(url, { method }).catch(() => null);
  if (response === null) throw failure(`${failed}: '500 Can't connect to ${new URL(url).host} (Connection refused)'`);
  if (!response.ok) throw failure(`${failed}: '${response.status} ${response.statusText}'`);
  return response;
}

const MAGIC: Readonly<Record<string, string>> = { qcow2: "QFI\xfb", vmdk: "KDMV" };

/** What qemu-img says of an image that is none. @throws PveError */
function assertImage(content: string, filename: string, magic: string): void {
  const [, format = ""] = /\.([^.]+)$/.exec(filename) ?? [];
  const wanted = MAGIC[format];
  if (content !== "import" || wanted === undefined || magic === wanted) return;
  throw failure(`qemu-img: Could not open '${filename}': Image is not in ${format} format`);
}

async function fetched(url: string, { content, filename }: { content: string; filename: string }): Promise<Fetched> {
  const bytes = Buffer.from(await (await ask("GET", url, "download failed")).arrayBuffer());
  assertImage(content, filename, bytes.toString("latin1", 0, 4));
  return { size: bytes.length, digest: (algorithm) => createHash(algorithm).update(bytes).digest("hex") };
}

/** `POST nodes/{node}/storage/{storage}/download-url` */
export function downloadTask(pve: Pve, parameters: Parameters): Data {
  const request = requested(pve, parameters);
  const { url } = request;
  checkDownload(pve, request);
  const path = pathOf(pve, request);
  const work = (log: (line: string) => void, file?: Fetched): void => {
    log(`downloading ${url} to ${path}`);
    download(again(pve), { ...request, ...(file && { fetched: file }) });
    log(`download of '${url}' to '${path}' finished`);
  };
  const here = isHere(pve, url);
  return startTask(pve, "download", request.filename, (log) =>
    here ? fetched(url, request).then((file) => work(log, file)) : work(log),
  );
}

function nameIn(url: string, disposition: string | null): string {
  const [, given] = /filename="?([^";]+)"?/.exec(disposition ?? "") ?? [];
  return given ?? decodeURIComponent(URL.parse(url)?.pathname.split("/").at(-1) ?? "");
}

/** `GET nodes/{node}/query-url-metadata` */
export function urlMetadata(pve: Pve, { url = "" }: Parameters): Data | Promise<Data> {
  if (!isHere(pve, url))
    return {
      size: remoteSize(url),
      mimetype: "application/octet-stream",
      ...unlessEmpty("filename", nameIn(url, null)),
    };
  return ask("HEAD", url, "invalid server response").then(({ headers }) => ({
    size: Number(headers.get("content-length") ?? 0),
    ...unlessEmpty("mimetype", headers.get("content-type")?.split(";")[0]),
    ...unlessEmpty("filename", nameIn(url, headers.get("content-disposition"))),
  }));
}

/** `POST nodes/{node}/storage/{storage}/upload`: goes over a file that is there. */
export function upload(pve: Pve, parameters: Parameters): Data {
  const { tmpfilename = "", content = "" } = parameters;
  const { size, checksums, magic } = uploadOf(tmpfilename);
  const request = requested(pve, parameters);
  if (content !== "iso" && content !== "vztmpl" && content !== "import")
    throw badParameter({ content: `upload content type '${content}' not allowed` });
  checkDownload(pve, request);
  return startTask(pve, "imgcopy", "", (log) => {
    const { storage, filename, checksum } = request;
    log(`starting file import from: ${tmpfilename}`);
    const got = checksums[checksum?.algorithm ?? ""];
    if (checksum && got !== checksum.value.toLowerCase())
      throw failure(`checksum mismatch: got '${got}' != expect '${checksum.value}'`);
    assertImage(content, filename, magic);
    const later = again(pve);
    const format = /\.([^.]+)$/.exec(filename)?.[1]?.toLowerCase() ?? "raw";
    const volume: Volume = { content, format, size, source: null };
    addVolume(later, later.host, `${storage}:${content}/${filename}`, volume);
    log("finished file import successfully");
  });
}
