/** Namespaces and buckets. */
import type { Attributes } from "../../../plugin/resource.ts";
import type { Bucket } from "../../resources/bucket.ts";
import { maybeFlag, maybeTags, maybeText, text } from "../../model/attributes.ts";
import { regionOf } from "../../model/regions.ts";
import { refuse } from "../../model/not-played.ts";
import { requireCompartment } from "../../model/records.ts";
import { commonFields } from "../../kernel/operations.ts";
import { nestedTags } from "../../model/fields.ts";
import { listed } from "../../http/lists.ts";
import type { ApiResponse } from "../../http/response.ts";
import { needed } from "../../model/query.ts";
import type { ApiRequest, Route } from "../../http/route.ts";
import { noBucket, storageRefusal } from "./refusals.ts";
import { requireVersioning } from "./versioning.ts";

const SERVICE = "Object Storage Bucket";
const KIND = { service: SERVICE, idType: "bucket" };

/** Arguments that lead to what the sandbox has not, by the provider's paths. */
export const BUCKET_NOT_PLAYED = ["kms_key_id"];

/** @throws ServiceRefusal 404 for another namespace than the tenancy's */
function requireNamespace({ call, params }: ApiRequest): string {
  const { namespace } = call.world.state.oci;
  if (params.namespace === namespace) return namespace;
  throw storageRefusal(
    404,
    "NamespaceNotFound",
    `You do not have authorization to perform this request, or the namespace ${params.namespace} does not exist.`,
  );
}

/** @throws ServiceRefusal 404 */
export function requireBucket(request: ApiRequest): Bucket {
  requireNamespace(request);
  const { bucket = "" } = request.params;
  const region = regionOf(request.call);
  const found = request.call.world.state.oci.buckets.find((each) => each.name === bucket && each.region === region);
  if (!found) throw noBucket(bucket);
  return found;
}

/** The compartments that Swift and S3 clients make buckets in: the root, where nobody has said another. */
function namespaceShown(request: ApiRequest): ApiResponse {
  const { oci } = request.call.world.state;
  const { s3 = oci.tenancyId, swift = oci.tenancyId } = oci.storageDefaults ?? {};
  const defaults = { defaultS3CompartmentId: s3, defaultSwiftCompartmentId: swift };
  return { body: { namespace: requireNamespace(request), ...defaults } };
}

function updateNamespace(request: ApiRequest): ApiResponse {
  const { call, body } = request;
  requireNamespace(request);
  const { oci } = call.world.state;
  const compartment = (name: string): string | undefined => {
    const id = maybeText(body, name);
    return id === null ? undefined : requireCompartment(call, SERVICE, id);
  };
  const [s3, swift] = [compartment("defaultS3CompartmentId"), compartment("defaultSwiftCompartmentId")];
  oci.storageDefaults = { ...oci.storageDefaults, ...(s3 && { s3 }), ...(swift && { swift }) };
  call.world.changed();
  return namespaceShown(request);
}

function summary(request: ApiRequest, each: Bucket): Attributes {
  const { compartmentId, timeCreated, freeformTags, definedTags } = each;
  const { oci } = request.call.world.state;
  return {
    namespace: oci.namespace,
    name: each.name,
    compartmentId,
    createdBy: oci.apiKey?.userId ?? null,
    timeCreated,
    etag: each.etag,
    bucketScope: each.bucketScope ?? "NAMESPACE",
    freeformTags,
    definedTags: nestedTags(definedTags),
  };
}

/**
 * Unique in the namespace, or in the region: such a name is part of a host's, and stays so (UpdateBucketDetails,
 * oracle/oci-go-sdk v65).
 */
function scopeOf(name: string, said: string, before = "NAMESPACE"): string {
  const scope = requireOneOf("bucketScope", said, before === "REGION" ? ["REGION"] : ["NAMESPACE", "REGION"]);
  if (scope === "NAMESPACE" || /^[a-z0-9](?:[a-z0-9-]{1,61})[a-z0-9]$/.test(name)) return scope;
  const rule = "3 to 63 lowercase letters, digits and dashes";
  throw storageRefusal(
    400,
    "InvalidBucketName",
    `The bucket name '${name}' is invalid with bucketScope REGION: ${rule}`,
  );
}

function whole(request: ApiRequest, each: Bucket): Attributes {
  const fields = request.query.get("fields")?.split(",") ?? [];
  return {
    ...summary(request, each),
    id: each.id,
    metadata: each.metadata,
    publicAccessType: each.publicAccessType,
    storageTier: each.storageTier,
    versioning: each.versioning,
    autoTiering: each.autoTiering ?? "Disabled",
    objectEventsEnabled: each.objectEventsEnabled ?? false,
    isBucketKeyEnabled: each.isBucketKeyEnabled ?? false,
    replicationEnabled: false,
    isReadOnly: false,
    kmsKeyId: null,
    objectLifecyclePolicyEtag: each.lifecyclePolicy?.etag ?? null,
    ...(fields.includes("approximateCount") && { approximateCount: each.objects.length }),
    ...(fields.includes("approximateSize") && {
      approximateSize: each.objects.reduce((sum, { size }) => sum + size, 0),
    }),
  };
}

function responseOf(request: ApiRequest, each: Bucket): ApiResponse {
  return { body: whole(request, each), headers: { etag: each.etag } };
}

/** @throws ServiceRefusal 400 */
export function requireOneOf(field: string, value: string, allowed: readonly string[]): string {
  if (allowed.includes(value)) return value;
  throw storageRefusal(400, "InvalidParameter", `${field} ${value} is not valid: ${allowed.join(", ")}`);
}

const ACCESS = ["NoPublicAccess", "ObjectRead", "ObjectReadWithoutList"];

function create(request: ApiRequest): ApiResponse {
  requireNamespace(request);
  refuse(BUCKET_NOT_PLAYED, request.body);
  const { call } = request;
  const details = request.body;
  const name = text(details, "name");
  if (!/^(?!\.{1,2}$)[\w.-]{1,256}$/.test(name))
    throw storageRefusal(400, "InvalidBucketName", `The bucket name '${name}' is invalid`);
  if (call.world.state.oci.buckets.some((each) => each.name === name && each.region === regionOf(call)))
    throw storageRefusal(
      409,
      "BucketAlreadyExists",
      `Either the bucket '${name}' already exists or you are not authorized`,
    );
  const made: Bucket = {
    ...commonFields(KIND, details, { call, before: null }),
    name,
    publicAccessType: requireOneOf(
      "publicAccessType",
      maybeText(details, "publicAccessType") ?? "NoPublicAccess",
      ACCESS,
    ),
    storageTier: requireOneOf("storageTier", maybeText(details, "storageTier") ?? "Standard", ["Standard", "Archive"]),
    bucketScope: scopeOf(name, maybeText(details, "bucketScope") ?? "NAMESPACE"),
    versioning: requireOneOf("versioning", maybeText(details, "versioning") ?? "Disabled", ["Enabled", "Disabled"]),
    autoTiering: maybeText(details, "autoTiering") ?? "Disabled",
    objectEventsEnabled: maybeFlag(details, "objectEventsEnabled") ?? false,
    isBucketKeyEnabled: maybeFlag(details, "isBucketKeyEnabled") ?? false,
    metadata: maybeTags(details, "metadata") ?? {},
    etag: call.world.random(32),
    objects: [],
    uploads: [],
  };
  call.world.state.oci.buckets.push(made);
  call.world.changed();
  return responseOf(request, made);
}

function update(request: ApiRequest): ApiResponse {
  const found = requireBucket(request);
  const match = request.headers["if-match"];
  if (match !== undefined && match !== "*" && match.replaceAll('"', "") !== found.etag)
    throw storageRefusal(412, "IfMatchFailed", `The If-Match header does not have the ETag of bucket '${found.name}'`);
  refuse(BUCKET_NOT_PLAYED, request.body);
  const details = request.body;
  const access = requireOneOf(
    "publicAccessType",
    maybeText(details, "publicAccessType") ?? found.publicAccessType,
    ACCESS,
  );
  const versioning = requireVersioning(maybeText(details, "versioning") ?? found.versioning, found);
  const { bucketScope: scope = "NAMESPACE" } = found;
  const bucketScope = scopeOf(found.name, maybeText(details, "bucketScope") ?? scope, scope);
  Object.assign(found, commonFields(KIND, details, { call: request.call, before: found }));
  found.publicAccessType = access;
  found.versioning = versioning;
  found.bucketScope = bucketScope;
  found.autoTiering = maybeText(details, "autoTiering") ?? found.autoTiering ?? "Disabled";
  found.objectEventsEnabled = maybeFlag(details, "objectEventsEnabled") ?? found.objectEventsEnabled ?? false;
  found.isBucketKeyEnabled = maybeFlag(details, "isBucketKeyEnabled") ?? found.isBucketKeyEnabled ?? false;
  found.metadata = maybeTags(details, "metadata") ?? found.metadata;
  found.etag = request.call.world.random(32);
  request.call.world.changed();
  return responseOf(request, found);
}

function remove(request: ApiRequest): ApiResponse {
  const found = requireBucket(request);
  // DeleteBucket (oracle/oci-go-sdk v65, objectstorage).
  if ((found.preauthenticatedRequests ?? []).length > 0)
    throw storageRefusal(
      409,
      "BucketNotEmpty",
      `Bucket named '${found.name}' has preauthenticated requests. Delete them first.`,
    );
  const versions = [...found.objects, ...(found.previous ?? [])];
  if (versions.length > 0 || found.uploads.length > 0)
    throw storageRefusal(
      409,
      "BucketNotEmpty",
      `Bucket named '${found.name}' is not empty. Delete all object versions and multipart uploads first.`,
    );
  const { oci } = request.call.world.state;
  oci.buckets = oci.buckets.filter((each) => each !== found);
  request.call.world.changed();
  return { status: 204 };
}

const BUCKETS = "/n/{namespace}/b";
const BUCKET = `${BUCKETS}/{bucket}`;

/** Calls on the namespace and on buckets. */
export const bucketRoutes: readonly Route[] = [
  { method: "GET", path: "/n", run: ({ call }) => ({ body: call.world.state.oci.namespace }) },
  { method: "GET", path: "/n/{namespace}", run: namespaceShown },
  { method: "PUT", path: "/n/{namespace}", run: updateNamespace },
  {
    method: "GET",
    path: BUCKETS,
    run(request) {
      requireNamespace(request);
      const compartmentId = requireCompartment(request.call, SERVICE, needed(request.query, "compartmentId"));
      const here = request.call.world.state.oci.buckets.filter(
        (each) => each.compartmentId === compartmentId && each.region === regionOf(request.call),
      );
      return listed(
        request,
        here.map((each) => summary(request, each)),
      );
    },
  },
  { method: "POST", path: BUCKETS, run: create },
  { method: "GET", path: BUCKET, run: (request) => responseOf(request, requireBucket(request)) },
  { method: "HEAD", path: BUCKET, run: (request) => ({ status: 200, headers: { etag: requireBucket(request).etag } }) },
  { method: "POST", path: BUCKET, run: update },
  { method: "DELETE", path: BUCKET, run: remove },
];
