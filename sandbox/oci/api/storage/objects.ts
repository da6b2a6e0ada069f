/** Objects of a bucket: put, get, listed by name. */
import type { IncomingHttpHeaders } from "node:http";
import type { Attributes } from "../../../plugin/resource.ts";
import type { Tags } from "../../../world/oci.ts";
import type { BucketObject } from "../../resources/bucket.ts";
import { limitOf } from "../../http/lists.ts";
import type { ApiResponse } from "../../http/response.ts";
import type { ApiRequest, Route } from "../../http/route.ts";
import { requireBucket } from "./buckets.ts";
import { forget, read, write } from "./files.ts";
import { noteArchive } from "./image-archive.ts";
import { selection } from "./names.ts";
import { storageRefusal } from "./refusals.ts";
import { refuseKeys, requireRestored, tierFor, tierOf } from "./tiers.ts";
import { objectNamed, remove as removeVersion, requireVersion, store } from "./versions.ts";

/** Headers that an object keeps and gives back. */
const KEPT = ["cache-control", "content-disposition", "content-encoding", "content-language"];

function ownHeaders(headers: IncomingHttpHeaders): Tags {
  const own = Object.entries(headers).filter(([name]) => name.startsWith("opc-meta-") || KEPT.includes(name));
  return Object.fromEntries(own.map(([name, value]) => [name, String(value)]));
}

/** In bytes of UTF-8 (Object Storage, "Object names"). */
const LONGEST_NAME = 1024;

/** @throws ServiceRefusal 400 for a name that no object can have */
export function checkName(name: string): void {
  // oxlint-disable-next-line no-control-regex
  if (name === "" || Buffer.byteLength(name) > LONGEST_NAME || /[\0\r\n]/.test(name))
    throw storageRefusal(
      400,
      "InvalidParameter",
      `The object name must be 1 to ${LONGEST_NAME} bytes of UTF-8, without NUL, CR and LF`,
    );
}

/** @throws ServiceRefusal 412 for a change that the client wants only as long as something else did not happen */
export function checkConditions(
  { headers }: Pick<ApiRequest, "headers">,
  name: string,
  present: BucketObject | null,
): void {
  const [none, match] = [headers["if-none-match"], headers["if-match"]];
  if (none === "*" && present)
    throw storageRefusal(412, "IfNoneMatchFailed", `The If-None-Match header is '*', and there is an object '${name}'`);
  if (match !== undefined && match !== "*" && match.replaceAll('"', "") !== present?.etag)
    throw storageRefusal(412, "IfMatchFailed", `The If-Match header does not have the ETag of '${name}'`);
}

function rfc1123(time: string): string {
  return new Date(time).toUTCString();
}

/** @throws ServiceRefusal 400 when the bytes are not those that the client says it sent */
export function checkMd5({ headers }: ApiRequest, md5: string, drop: () => void): void {
  const sent = headers["content-md5"];
  if (sent === undefined || sent === md5) return;
  drop();
  throw storageRefusal(
    400,
    "UnmatchedContentMD5",
    `The computed MD5 of the request body (${md5}) does not match the Content-MD5 header (${String(sent)})`,
  );
}

/** PutObject: takes the content that comes. @throws ServiceRefusal for a digest that is another */
export async function put(request: ApiRequest): Promise<ApiResponse> {
  const { api, call, params, headers } = request;
  const { object: name = "" } = params;
  refuseKeys(headers);
  const into = requireBucket(request);
  checkName(name);
  checkConditions(request, name, objectNamed(into, name));
  const tier = headers["storage-tier"];
  const storageTier = tierFor(into, typeof tier === "string" ? tier : null);
  const { file, size, md5 } = await write(api, request.content);
  const drop = (): void => forget(api, [file]);
  checkMd5(request, md5, drop);
  const made: BucketObject = {
    name,
    files: [file],
    size,
    md5,
    multipartMd5: null,
    etag: call.world.random(32),
    contentType: headers["content-type"] ?? "application/octet-stream",
    headers: ownHeaders(headers),
    storageTier,
    versionId: call.world.random(36),
    timeCreated: call.world.now(),
  };
  try {
    // While the bytes came, the bucket or the object may have gone or come.
    const bucket = requireBucket(request);
    checkConditions(request, name, objectNamed(bucket, name));
    store(request, bucket, made);
  } catch (error) {
    drop();
    throw error;
  }
  await noteArchive(api, made);
  return {
    status: 200,
    headers: {
      etag: made.etag,
      "opc-content-md5": md5,
      "last-modified": rfc1123(made.timeCreated),
      "version-id": made.versionId ?? "",
    },
  };
}

function about(object: BucketObject): Record<string, string> {
  return {
    ...object.headers,
    "content-type": object.contentType,
    "content-length": String(object.size),
    "accept-ranges": "bytes",
    etag: object.etag,
    "last-modified": rfc1123(object.timeCreated),
    "storage-tier": tierOf(object),
    ...(tierOf(object) === "Archive" && { "archival-state": "Archived" }),
    ...(object.versionId && { "version-id": object.versionId }),
    ...(object.md5 && { "content-md5": object.md5 }),
    ...(object.multipartMd5 && { "opc-multipart-md5": object.multipartMd5 }),
  };
}

/** `bytes=0-99`, `bytes=100-`, `bytes=-50`; null without such a header. */
export function rangeOf(header: string | undefined, size: number): { start: number; end: number } | null {
  const [, first = "", last = ""] = /^bytes=(\d{0,15})-(\d{0,15})$/.exec(header ?? "") ?? [];
  if (first === "" && last === "") return null;
  const start = first === "" ? Math.max(0, size - Number(last)) : Number(first);
  const end = first === "" || last === "" ? size : Math.min(size, Number(last) + 1);
  if (start < end) return { start, end };
  throw storageRefusal(416, "InvalidRange", `The range ${header} is not in an object of ${size} bytes`);
}

/** HeadObject: everything but the content. */
export function head(request: ApiRequest): ApiResponse {
  return { status: 200, headers: about(requireVersion(request)) };
}

/** Headers that a client may have otherwise than the object has them. */
const WANTED = [
  "cache-control",
  "content-disposition",
  "content-encoding",
  "content-language",
  "content-type",
  "expires",
];

/** `httpResponseContentType=text/plain` */
function wanted(query: URLSearchParams): Record<string, string> {
  const said = WANTED.map((name): [string, string | null] => [
    name,
    query.get(`httpResponse-${name}`.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase())),
  ]);
  return Object.fromEntries(said.flatMap(([name, value]): [string, string][] => (value ? [[name, value]] : [])));
}

/** GetObject: the content, or the range of it that is requested. */
export function get(request: ApiRequest): ApiResponse {
  const found = requireVersion(request);
  checkConditions({ headers: { "if-match": request.headers["if-match"] } }, found.name, found);
  requireRestored(found);
  const range = rangeOf(request.headers.range, found.size);
  const { start, end } = range ?? { start: 0, end: found.size };
  return {
    status: range ? 206 : 200,
    headers: {
      ...about(found),
      ...wanted(request.query),
      "content-length": String(end - start),
      ...(range && { "content-range": `bytes ${start}-${end - 1}/${found.size}` }),
    },
    content: read(request.api, found.files, start, end),
  };
}

function remove(request: ApiRequest): ApiResponse {
  const { "if-match": match } = request.headers;
  const gone = removeVersion(request, (found) =>
    checkConditions({ headers: { "if-match": match } }, found.name, found),
  );
  return {
    status: 204,
    headers: {
      "last-modified": rfc1123(request.call.world.now()),
      ...(gone.versionId && { "version-id": gone.versionId }),
    },
  };
}

/** What a list tells beside the name, if it is requested. */
function listFields(object: BucketObject, fields: readonly string[]): Attributes {
  const { name, size, etag, md5, timeCreated } = object;
  const all: Attributes = {
    name,
    size,
    etag,
    md5: md5 ?? object.multipartMd5,
    timeCreated,
    timeModified: timeCreated,
    storageTier: tierOf(object),
  };
  return Object.fromEntries(Object.entries(all).filter(([field]) => field === "name" || fields.includes(field)));
}

/** ListObjects: by prefix, folded at a delimiter, in pages. */
export function list(request: ApiRequest): ApiResponse {
  const { query } = request;
  const { found: names, folder } = selection(query, requireBucket(request).objects);
  const limit = limitOf(query, 1000);
  const page = names.slice(0, limit);
  const fields = query.get("fields")?.split(",") ?? [];
  const prefixes = [...new Set(page.map(({ name }) => folder(name)).filter((name) => name !== null))];
  return {
    body: {
      objects: page.filter(({ name }) => folder(name) === null).map((each) => listFields(each, fields)),
      prefixes,
      nextStartWith: names[limit]?.name ?? null,
    },
  };
}

const OBJECTS = "/n/{namespace}/b/{bucket}/o";
const OBJECT = `${OBJECTS}/{object+}`;

/** Calls on objects. */
export const objectRoutes: readonly Route[] = [
  { method: "GET", path: OBJECTS, run: list },
  { method: "PUT", path: OBJECT, raw: true, run: put },
  { method: "GET", path: OBJECT, run: get },
  { method: "HEAD", path: OBJECT, run: head },
  { method: "DELETE", path: OBJECT, run: remove },
];
