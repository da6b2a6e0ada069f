/** Copies of objects (docs.oracle.com, Copying Objects): to a bucket of any region, by a work request. And objects that are renamed. */
import { copyFileSync } from "node:fs";
import { join } from "node:path";
import type { Attributes } from "../../../plugin/resource.ts";
import type { Bucket, BucketObject } from "../../resources/bucket.ts";
import { maybeTags, maybeText, text } from "../../model/attributes.ts";
import type { ApiResponse } from "../../http/response.ts";
import type { ApiRequest, Route } from "../../http/route.ts";
import { requireBucket } from "./buckets.ts";
import { noteArchive } from "./image-archive.ts";
import { checkConditions, checkName } from "./objects.ts";
import { requirePermission } from "./permission.ts";
import { storageRefusal } from "./refusals.ts";
import { requireUnretained } from "./retention-rules.ts";
import { requireRestored, tierFor, tierOf } from "./tiers.ts";
import { objectNamed, requireVersion, store } from "./versions.ts";

/** @throws ServiceRefusal 404 */
function destinationOf({ api, call, headers, query, content, body }: ApiRequest): ApiRequest {
  const [region, namespace] = [text(body, "destinationRegion"), text(body, "destinationNamespace")];
  const params = { namespace, bucket: text(body, "destinationBucket"), object: text(body, "destinationObjectName") };
  return { api, call: { ...call, provider: { ...call.provider, region } }, params, headers, query, content, body };
}

/** The same bytes, in files of their own: either may go before the other. */
function contentOf({ api, call }: ApiRequest, { files }: BucketObject): readonly string[] {
  return files.map((file) => {
    const copy = call.world.random(32);
    copyFileSync(join(api.objects, file), join(api.objects, copy));
    return copy;
  });
}

function conditions(body: Attributes, which: string): { headers: Record<string, string> } {
  const [match, none] = [maybeText(body, `${which}IfMatchETag`), maybeText(body, `${which}IfNoneMatchETag`)];
  return { headers: { ...(match && { "if-match": match }), ...(none && { "if-none-match": none }) } };
}

function copyOf(request: ApiRequest, bucket: Bucket, source: BucketObject, name: string): BucketObject {
  const { call, body } = request;
  const metadata = maybeTags(body, "destinationObjectMetadata");
  const own = Object.entries(source.headers).filter(([header]) => !metadata || !header.startsWith("opc-meta-"));
  return {
    ...source,
    name,
    files: contentOf(request, source),
    headers: { ...Object.fromEntries(own), ...metadata },
    storageTier: tierFor(bucket, maybeText(body, "destinationObjectStorageTier") ?? tierOf(source)),
    etag: call.world.random(32),
    versionId: call.world.random(36),
    timeCreated: call.world.now(),
  };
}

async function copy(request: ApiRequest): Promise<ApiResponse> {
  const { api, call, body, params } = request;
  const from = requireBucket(request);
  const versionId = maybeText(body, "sourceVersionId");
  const query = new URLSearchParams(versionId ? { versionId } : {});
  const source = requireVersion({ ...request, params: { ...params, object: text(body, "sourceObjectName") }, query });
  checkConditions(conditions(body, "sourceObject"), source.name, source);
  requireRestored(source);
  const destination = destinationOf(request);
  const into = requireBucket(destination);
  const { object: name = "" } = destination.params;
  checkName(name);
  checkConditions(conditions(body, "destinationObject"), name, objectNamed(into, name));
  requirePermission(call, from);
  requirePermission(call, into);
  const made = copyOf(request, into, source, name);
  store(destination, into, made);
  await noteArchive(api, made);
  const work = api.workRequests.accept(call, {
    operationType: "COPY_OBJECT",
    compartmentId: into.compartmentId,
    entityType: "object",
    actionType: "CREATED",
    identifier: name,
    entityUri: `/n/${destination.params.namespace}/b/${into.name}/o/${encodeURIComponent(name)}`,
  });
  return { status: 202, headers: { "opc-work-request-id": work } };
}

/** An object of another name, in the same bucket: its bytes stay where they are. */
function rename(request: ApiRequest): ApiResponse {
  const { call, body, params } = request;
  const bucket = requireBucket(request);
  const [from, to] = [text(body, "sourceName"), text(body, "newName")];
  const source = requireVersion({ ...request, params: { ...params, object: from }, query: new URLSearchParams() });
  checkConditions(conditions(body, "srcObj"), from, source);
  checkName(to);
  checkConditions(conditions(body, "newObj"), to, objectNamed(bucket, to));
  if (from === to) throw storageRefusal(400, "InvalidParameter", `The object '${from}' has that name already`);
  requireUnretained(bucket, source, call);
  const [etag, versionId] = [call.world.random(32), call.world.random(36)];
  bucket.objects = bucket.objects.filter((each) => each !== source);
  store(request, bucket, { ...source, name: to, etag, versionId });
  return { status: 200, headers: { etag, "version-id": versionId } };
}

/** As this service tells a work request (oracle/oci-go-sdk v65, objectstorage/work_request.go). */
function workShown({ api, params }: ApiRequest): ApiResponse {
  const work = api.workRequests.get(params.id ?? "");
  return { body: { ...work, status: work.status === "SUCCEEDED" ? "COMPLETED" : (work.status ?? null) } };
}

/** Calls on copies. */
export const copyRoutes: readonly Route[] = [
  { method: "POST", path: "/n/{namespace}/b/{bucket}/actions/copyObject", run: copy },
  { method: "POST", path: "/n/{namespace}/b/{bucket}/actions/renameObject", run: rename },
  { method: "GET", path: "/workRequests/{id}", run: workShown },
];
