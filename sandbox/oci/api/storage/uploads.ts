/** Multipart uploads: started, parts in any order, committed or aborted (docs.oracle.com, Multipart Uploads). */
import { createHash } from "node:crypto";
import { validateHeaderName, validateHeaderValue } from "node:http";
import type { Attributes, Json } from "../../../plugin/resource.ts";
import type { Tags } from "../../../world/oci.ts";
import type { Bucket, BucketObject, MultipartUpload, UploadedPart } from "../../resources/bucket.ts";
import { isObject, maybeTags, maybeText, text } from "../../model/attributes.ts";
import { listed, page } from "../../http/lists.ts";
import type { ApiResponse } from "../../http/response.ts";
import type { ApiRequest, Route } from "../../http/route.ts";
import { requireBucket } from "./buckets.ts";
import { forget, write } from "./files.ts";
import { noteArchive } from "./image-archive.ts";
import { checkConditions, checkMd5, checkName } from "./objects.ts";
import { storageRefusal } from "./refusals.ts";
import { refuseKeys, tierFor } from "./tiers.ts";
import { objectNamed, store } from "./versions.ts";

const MOST_PARTS = 10_000;

interface UploadRecord {
  readonly bucket: Bucket;
  readonly upload: MultipartUpload;
}

function requireUpload(request: ApiRequest): UploadRecord {
  const bucket = requireBucket(request);
  const { object = "" } = request.params;
  const upload = bucket.uploads.find((each) => each.id === request.query.get("uploadId") && each.object === object);
  if (!upload) throw storageRefusal(404, "NoSuchUpload", `There is no such multipart upload of '${object}'`);
  return { bucket, upload };
}

function summary({ call }: ApiRequest, bucket: Bucket, upload: MultipartUpload) {
  return {
    namespace: call.world.state.oci.namespace,
    bucket: bucket.name,
    object: upload.object,
    uploadId: upload.id,
    timeCreated: upload.timeCreated,
    storageTier: upload.storageTier ?? "Standard",
  };
}

/** What comes in JSON here is given back in headers later. @throws ServiceRefusal 400 for what no header can be */
function checkHeaders(headers: Tags): void {
  for (const [name, value] of Object.entries(headers)) {
    try {
      validateHeaderName(name);
      validateHeaderValue(name, value);
    } catch {
      throw storageRefusal(400, "InvalidMetadata", `${name} cannot be a header, or not with that value`);
    }
  }
}

/** What PutObject says in headers, by the body's names. */
const IN_HEADERS = {
  cacheControl: "cache-control",
  contentDisposition: "content-disposition",
  contentEncoding: "content-encoding",
  contentLanguage: "content-language",
};

function ownHeaders(details: Attributes): Tags {
  const said = Object.entries(IN_HEADERS).map(([field, name]) => [name, maybeText(details, field)] as const);
  return Object.fromEntries(said.flatMap(([name, value]) => (value === null ? [] : [[name, value]])));
}

function start(request: ApiRequest): ApiResponse {
  const bucket = requireBucket(request);
  refuseKeys(request.headers);
  const details = request.body;
  const object = text(details, "object");
  checkName(object);
  checkConditions(request, object, objectNamed(bucket, object));
  const metadata = maybeTags(details, "metadata") ?? {};
  const strange = Object.keys(metadata).find((name) => !name.startsWith("opc-meta-"));
  if (strange !== undefined) throw storageRefusal(400, "InvalidMetadata", `${strange} is not of the form opc-meta-*`);
  const contentType = maybeText(details, "contentType") ?? "application/octet-stream";
  const headers = { ...metadata, ...ownHeaders(details) };
  checkHeaders({ ...headers, "content-type": contentType });
  const upload: MultipartUpload = {
    id: request.call.world.random(36),
    object,
    contentType,
    headers,
    storageTier: tierFor(bucket, maybeText(details, "storageTier")),
    timeCreated: request.call.world.now(),
    parts: [],
  };
  bucket.uploads.push(upload);
  request.call.world.changed();
  return { body: summary(request, bucket, upload) };
}

async function putPart(request: ApiRequest): Promise<ApiResponse> {
  const { api, call, query } = request;
  requireUpload(request);
  const number = Number(query.get("uploadPartNum"));
  if (!Number.isInteger(number) || number < 1 || number > MOST_PARTS)
    throw storageRefusal(400, "InvalidUploadPart", `uploadPartNum ${query.get("uploadPartNum")}: 1 to ${MOST_PARTS}`);
  const { file, size, md5 } = await write(api, request.content);
  const drop = (): void => forget(api, [file]);
  checkMd5(request, md5, drop);
  const part: UploadedPart = { number, files: [file], size, md5, etag: call.world.random(32) };
  try {
    // It may have been aborted while the bytes came.
    const { upload } = requireUpload(request);
    const old = upload.parts.find((each) => each.number === number);
    upload.parts = [...upload.parts.filter((each) => each !== old), part];
    call.world.changed();
    if (old) forget(api, old.files);
  } catch (error) {
    drop();
    throw error;
  }
  return { status: 200, headers: { etag: part.etag, "opc-content-md5": md5 } };
}

function partsToCommit({ body }: ApiRequest, upload: MultipartUpload): readonly UploadedPart[] {
  const wanted = body.partsToCommit;
  if (!Array.isArray(wanted) || wanted.length === 0)
    throw storageRefusal(400, "InvalidUploadPart", "partsToCommit is required: a list with at least one part");
  const parts = wanted.map((each: Json) => {
    const { partNum = null, etag = null } = isObject(each) ? each : {};
    const part = upload.parts.find(({ number }) => number === partNum);
    if (part?.etag === etag) return part;
    throw storageRefusal(400, "InvalidUploadPart", `Part ${String(partNum)} with that ETag was not found`);
  });
  const known = parts.filter((part) => part !== undefined).toSorted((a, b) => a.number - b.number);
  if (new Set(known).size < parts.length)
    throw storageRefusal(400, "InvalidUploadPart", "A part is to be committed twice");
  return known;
}

async function commit(request: ApiRequest): Promise<ApiResponse> {
  const { api, call } = request;
  const { bucket, upload } = requireUpload(request);
  checkConditions(request, upload.object, objectNamed(bucket, upload.object));
  const parts = partsToCommit(request, upload);
  const hash = createHash("md5");
  for (const { md5 } of parts) hash.update(Buffer.from(md5, "base64"));
  const multipartMd5 = `${hash.digest("base64")}-${parts.length}`;
  const etag = call.world.random(32);
  const made: BucketObject = {
    name: upload.object,
    files: parts.flatMap(({ files }) => files),
    size: parts.reduce((sum, { size }) => sum + size, 0),
    md5: null,
    multipartMd5,
    etag,
    contentType: upload.contentType,
    headers: upload.headers,
    storageTier: upload.storageTier ?? "Standard",
    versionId: call.world.random(36),
    timeCreated: call.world.now(),
  };
  store(request, bucket, made);
  bucket.uploads = bucket.uploads.filter((each) => each !== upload);
  for (const part of upload.parts.filter((each) => !parts.includes(each))) forget(api, part.files);
  await noteArchive(api, made);
  return { status: 200, headers: { etag, "opc-multipart-md5": multipartMd5, "version-id": made.versionId ?? "" } };
}

function abort(request: ApiRequest): ApiResponse {
  const { bucket, upload } = requireUpload(request);
  bucket.uploads = bucket.uploads.filter((each) => each !== upload);
  request.call.world.changed();
  for (const { files } of upload.parts) forget(request.api, files);
  return { status: 204 };
}

function listParts(request: ApiRequest): ApiResponse {
  const { upload } = requireUpload(request);
  const inOrder = upload.parts.toSorted((a, b) => a.number - b.number);
  const { items, headers } = page(request, inOrder);
  return {
    body: items.map(({ number, size, md5, etag }) => ({ partNumber: number, size, md5, etag })),
    headers,
  };
}

const UPLOADS = "/n/{namespace}/b/{bucket}/u";
const UPLOAD = `${UPLOADS}/{object+}`;

/** Calls on uploads in parts. */
export const uploadRoutes: readonly Route[] = [
  {
    method: "GET",
    path: UPLOADS,
    run(request) {
      const bucket = requireBucket(request);
      return listed(
        request,
        bucket.uploads.map((upload) => summary(request, bucket, upload)),
      );
    },
  },
  { method: "POST", path: UPLOADS, run: start },
  { method: "GET", path: UPLOAD, run: listParts },
  { method: "PUT", path: UPLOAD, raw: true, run: putPart },
  { method: "POST", path: UPLOAD, run: commit },
  { method: "DELETE", path: UPLOAD, run: abort },
];
