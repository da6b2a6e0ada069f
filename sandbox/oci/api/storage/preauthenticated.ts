/** Preauthenticated requests: addresses of objects that need no signature (docs.oracle.com, Using Pre-Authenticated Requests). */
import { createHash } from "node:crypto";
import type { Attributes } from "../../../plugin/resource.ts";
import type { Bucket } from "../../resources/bucket.ts";
import type { PreauthenticatedRequest } from "../../resources/bucket.ts";
import { maybeText, text } from "../../model/attributes.ts";
import { notFound, notPlayed } from "../../model/refusals.ts";
import { listed } from "../../http/lists.ts";
import type { ApiResponse } from "../../http/response.ts";
import type { ApiRequest, Route } from "../../http/route.ts";
import { requireBucket, requireOneOf } from "./buckets.ts";
import { get, head, list, put } from "./objects.ts";
import { noBucket, storageRefusal } from "./refusals.ts";

const OF_AN_OBJECT = ["ObjectRead", "ObjectWrite", "ObjectReadWrite"];
const OF_A_BUCKET = ["AnyObjectRead", "AnyObjectWrite", "AnyObjectReadWrite"];

type Use = "Read" | "Write" | "List";

function hashOf(token: string): string {
  return createHash("sha256").update(token).digest("hex");
}

/** All but the address, which only the response to the creation has. */
function summary({ tokenSha256: _hash, ...shown }: PreauthenticatedRequest): Attributes {
  return { ...shown };
}

function timeOf(details: Attributes): string {
  const said = text(details, "timeExpires");
  const time = Date.parse(said);
  if (Number.isFinite(time)) return new Date(time).toISOString();
  throw storageRefusal(400, "InvalidParameter", `timeExpires ${said} is not valid: a time of RFC 3339`);
}

function listingAction(details: Attributes, accessType: string): string | null {
  const action = maybeText(details, "bucketListingAction");
  if (action === null) return null;
  requireOneOf("bucketListingAction", action, ["Deny", "ListObjects"]);
  if (["AnyObjectRead", "AnyObjectReadWrite"].includes(accessType)) return action;
  throw storageRefusal(
    400,
    "InvalidParameter",
    "bucketListingAction goes with accessType AnyObjectRead or AnyObjectReadWrite",
  );
}

function create(request: ApiRequest): ApiResponse {
  const bucket = requireBucket(request);
  const { call, headers } = request;
  const details = request.body;
  const accessType = requireOneOf("accessType", text(details, "accessType"), [...OF_AN_OBJECT, ...OF_A_BUCKET]);
  const objectName = maybeText(details, "objectName");
  if (objectName === null && OF_AN_OBJECT.includes(accessType))
    throw storageRefusal(400, "InvalidParameter", `objectName is required with accessType ${accessType}`);
  const token = call.world.random(64);
  const made: PreauthenticatedRequest = {
    id: call.world.random(64),
    name: text(details, "name"),
    accessType,
    objectName,
    bucketListingAction: listingAction(details, accessType),
    tokenSha256: hashOf(token),
    timeCreated: call.world.now(),
    timeExpires: timeOf(details),
  };
  bucket.preauthenticatedRequests = [...(bucket.preauthenticatedRequests ?? []), made];
  call.world.changed();
  const path = OF_AN_OBJECT.includes(accessType) ? (objectName ?? "").split("/").map(encodeURIComponent).join("/") : "";
  const accessUri = `/p/${token}/n/${call.world.state.oci.namespace}/b/${encodeURIComponent(bucket.name)}/o/${path}`;
  return { body: { ...summary(made), accessUri, fullPath: `http://${headers.host ?? ""}${accessUri}` } };
}

function requireRequest({ params }: ApiRequest, bucket: Bucket): PreauthenticatedRequest {
  const found = bucket.preauthenticatedRequests?.find(({ id }) => id === params.par);
  if (!found) throw notFound("Object Storage Preauthenticated Request", params.par ?? "");
  return found;
}

function remove(request: ApiRequest): ApiResponse {
  const bucket = requireBucket(request);
  const found = requireRequest(request, bucket);
  bucket.preauthenticatedRequests = bucket.preauthenticatedRequests?.filter((each) => each !== found) ?? [];
  request.call.world.changed();
  return { status: 204 };
}

function allows({ accessType, objectName, bucketListingAction }: PreauthenticatedRequest, use: Use, object: string) {
  if (use === "List") return bucketListingAction === "ListObjects";
  if (!accessType.includes(use)) return false;
  return OF_AN_OBJECT.includes(accessType) ? object === objectName : object.startsWith(objectName ?? "");
}

/**
 * What is expired, deleted or for something else is answered as if there were no bucket
 * (rosalexander/oci-object-storage-desktop#5).
 */
function requireAllowed(request: ApiRequest, use: Use): void {
  const { token = "", object = "" } = request.params;
  const bucket = requireBucket(request);
  const hash = hashOf(token);
  const now = request.call.world.now();
  const found = bucket.preauthenticatedRequests?.find((each) => each.tokenSha256 === hash && each.timeExpires > now);
  if (!found || !allows(found, use, object)) throw noBucket(bucket.name);
}

function opened(use: Use, run: Route["run"]): Route["run"] {
  return (request) => {
    requireAllowed(request, use);
    if (request.headers["opc-multipart"] === "true")
      throw notPlayed("a multipart upload by a preauthenticated request");
    return run(request);
  };
}

const REQUESTS = "/n/{namespace}/b/{bucket}/p";
const OPEN = "/p/{token}/n/{namespace}/b/{bucket}/o";
const OBJECT = `${OPEN}/{object+}`;

/** Calls on preauthenticated requests, and by them. */
export const preauthenticatedRoutes: readonly Route[] = [
  {
    method: "GET",
    path: REQUESTS,
    run(request) {
      const prefix = request.query.get("objectNamePrefix") ?? "";
      const all = requireBucket(request).preauthenticatedRequests ?? [];
      return listed(request, all.filter(({ objectName }) => (objectName ?? "").startsWith(prefix)).map(summary));
    },
  },
  { method: "POST", path: REQUESTS, run: create },
  {
    method: "GET",
    path: `${REQUESTS}/{par}`,
    run: (request) => ({ body: summary(requireRequest(request, requireBucket(request))) }),
  },
  { method: "DELETE", path: `${REQUESTS}/{par}`, run: remove },
  { method: "GET", path: OPEN, anonymous: true, run: opened("List", list) },
  { method: "GET", path: OBJECT, anonymous: true, run: opened("Read", get) },
  { method: "HEAD", path: OBJECT, anonymous: true, run: opened("Read", head) },
  { method: "PUT", path: OBJECT, anonymous: true, raw: true, run: opened("Write", put) },
];
