/** Versions of objects (docs.oracle.com, Managing Object Versioning): what stays when a bucket with versions changes or loses one. */
import type { Attributes, ProviderContext } from "../../../plugin/resource.ts";
import type { Bucket, BucketObject, ObjectVersion } from "../../resources/bucket.ts";
import { page } from "../../http/lists.ts";
import type { ApiResponse } from "../../http/response.ts";
import type { ApiRequest, Route } from "../../http/route.ts";
import { requireBucket } from "./buckets.ts";
import { forget } from "./files.ts";
import { selection } from "./names.ts";
import { noObject } from "./refusals.ts";
import { requireUnretained } from "./retention-rules.ts";
import { tierOf } from "./tiers.ts";

/** The object of this name, where the bucket has it. */
export function objectNamed(bucket: Bucket, name: string): BucketObject | null {
  return bucket.objects.find((each) => each.name === name) ?? null;
}

/** In a world of before an object had one version, without an id. */
function versionIdOf({ versionId, etag }: BucketObject): string {
  return versionId ?? etag;
}

/** What the path names: the newest, or the version that the query asks for. @throws ServiceRefusal 404 */
export function requireVersion(request: ApiRequest): BucketObject {
  const bucket = requireBucket(request);
  const { object: name = "" } = request.params;
  const wanted = request.query.get("versionId");
  const found = wanted
    ? [...bucket.objects, ...(bucket.previous ?? [])].find((each) => each.name === name && versionIdOf(each) === wanted)
    : objectNamed(bucket, name);
  if (!found || isMarker(found)) throw noObject(bucket.name, name);
  return found;
}

function isMarker(version: BucketObject | ObjectVersion): boolean {
  return "isDeleteMarker" in version && version.isDeleteMarker;
}

function keep(bucket: Bucket, version: BucketObject, isDeleteMarker = false): void {
  bucket.previous = [...(bucket.previous ?? []), { ...version, isDeleteMarker }];
}

/** Puts the object in the place of the one of its name. @throws ServiceRefusal 409 for one that a rule retains */
export function store({ api, call }: ApiRequest, bucket: Bucket, made: BucketObject): void {
  const old = objectNamed(bucket, made.name);
  if (old) requireUnretained(bucket, old, call);
  bucket.objects = [...bucket.objects.filter((each) => each !== old), made];
  call.world.changed();
  if (old && bucket.versioning === "Enabled") keep(bucket, old);
  else if (old) forget(api, old.files);
}

/** What says that the object is deleted: a version without content. */
function marker(call: ProviderContext, { name, contentType }: BucketObject): BucketObject {
  const [etag, versionId] = [call.world.random(32), call.world.random(36)];
  const none = { files: [], size: 0, md5: null, multipartMd5: null, headers: {} };
  return { ...none, name, contentType, etag, versionId, timeCreated: call.world.now() };
}

/** Takes one version away for good; the newest that is left is the object again. */
function removeVersion({ api }: ApiRequest, bucket: Bucket, found: BucketObject): void {
  const isNewest = bucket.objects.includes(found);
  bucket.objects = bucket.objects.filter((each) => each !== found);
  bucket.previous = (bucket.previous ?? []).filter((each) => each !== found);
  const [next] = isNewest || isMarker(found) ? bucket.previous.filter(({ name }) => name === found.name).slice(-1) : [];
  if (next && !next.isDeleteMarker && !objectNamed(bucket, next.name)) {
    const { isDeleteMarker: _, ...object } = next;
    bucket.previous = bucket.previous.filter((each) => each !== next);
    bucket.objects = [...bucket.objects, object];
  }
  forget(api, found.files);
}

/** DeleteObject: in a bucket with versions the object stays behind a marker, unless a version is named. */
export function remove(request: ApiRequest, check: (found: BucketObject) => void): BucketObject {
  const { call, query, params } = request;
  const bucket = requireBucket(request);
  const versionId = query.get("versionId");
  const marked = (bucket.previous ?? []).find((each) => each.name === params.object && each.versionId === versionId);
  const found = marked ?? requireVersion(request);
  check(found);
  requireUnretained(bucket, found, call);
  if (versionId || bucket.versioning !== "Enabled") {
    removeVersion(request, bucket, found);
  } else {
    bucket.objects = bucket.objects.filter((each) => each !== found);
    keep(bucket, found);
    keep(bucket, marker(call, found), true);
  }
  call.world.changed();
  return found;
}

function shown(version: BucketObject | ObjectVersion): Attributes {
  const { name, size, etag, md5, multipartMd5, timeCreated } = version;
  const isDeleteMarker = isMarker(version);
  return {
    name,
    versionId: versionIdOf(version),
    isDeleteMarker,
    timeModified: timeCreated,
    timeCreated,
    etag,
    ...(!isDeleteMarker && { size, md5: md5 ?? multipartMd5, storageTier: tierOf(version) }),
    ...(!isDeleteMarker && tierOf(version) === "Archive" && { archivalState: "Archived" }),
  };
}

/** ListObjectVersions: by name, the newest first. */
function list(request: ApiRequest): ApiResponse {
  const { objects, previous = [] } = requireBucket(request);
  const { found, folder, prefixes } = selection(request.query, [...previous, ...objects].toReversed());
  const { items, headers } = page(
    request,
    found.filter(({ name }) => folder(name) === null),
  );
  return { body: { items: items.map(shown), prefixes }, headers };
}

/** Calls on versions. */
export const versionRoutes: readonly Route[] = [
  { method: "GET", path: "/n/{namespace}/b/{bucket}/objectversions", run: list },
];
