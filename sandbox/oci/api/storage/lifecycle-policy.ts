/** A bucket's lifecycle policy: kept and read back; no object is moved or deleted by it. */
import type { Attributes, Json } from "../../../plugin/resource.ts";
import type { Bucket } from "../../resources/bucket.ts";
import type { LifecyclePolicy, LifecycleRule, NameFilter } from "../../resources/bucket.ts";
import { isObject, maybeTexts } from "../../model/attributes.ts";
import { notFound } from "../../model/refusals.ts";
import type { ApiResponse } from "../../http/response.ts";
import type { ApiRequest, Route } from "../../http/route.ts";
import { requireBucket, requireOneOf } from "./buckets.ts";
import { requirePermission } from "./permission.ts";
import { storageRefusal } from "./refusals.ts";

/** docs.oracle.com, Using Object Lifecycle Management. */
const MOST_RULES = 1000;
const ACTIONS = ["ARCHIVE", "INFREQUENT_ACCESS", "DELETE", "ABORT"];
const TARGETS = ["objects", "previous-object-versions", "multipart-uploads"];

function invalid(message: string) {
  return storageRefusal(400, "InvalidParameter", message);
}

function textOf(rule: Attributes, field: string): string {
  const value = rule[field];
  if (typeof value === "string" && value !== "") return value;
  throw invalid(`${field} is required in a lifecycle rule`);
}

function filterOf(rule: Attributes): NameFilter | null {
  const filter = rule.objectNameFilter ?? null;
  if (!isObject(filter)) return null;
  return {
    inclusionPatterns: maybeTexts(filter, "inclusionPatterns") ?? [],
    exclusionPatterns: maybeTexts(filter, "exclusionPatterns") ?? [],
    inclusionPrefixes: maybeTexts(filter, "inclusionPrefixes") ?? [],
  };
}

function ruleOf(item: Json, bucket: Bucket): LifecycleRule {
  if (!isObject(item)) throw invalid("items must be a list of lifecycle rules");
  const name = textOf(item, "name");
  const { isEnabled = null, timeAmount = null } = item;
  if (typeof isEnabled !== "boolean") throw invalid(`isEnabled is required in the rule '${name}'`);
  if (typeof timeAmount !== "number" || !Number.isInteger(timeAmount) || timeAmount < 0)
    throw invalid(`timeAmount of the rule '${name}' must be a whole number`);
  const rule: LifecycleRule = {
    name,
    action: requireOneOf("action", textOf(item, "action"), ACTIONS),
    timeAmount,
    timeUnit: requireOneOf("timeUnit", textOf(item, "timeUnit"), ["DAYS", "YEARS"]),
    isEnabled,
    target: requireOneOf("target", typeof item.target === "string" ? item.target : "objects", TARGETS),
    objectNameFilter: filterOf(item),
  };
  if ((rule.action === "ABORT") !== (rule.target === "multipart-uploads"))
    throw invalid(`The rule '${name}': the action ABORT goes with the target multipart-uploads, and only with it`);
  if (rule.target === "multipart-uploads" && rule.objectNameFilter)
    throw invalid(`The rule '${name}': multipart-uploads cannot be filtered by name`);
  if (rule.action === "INFREQUENT_ACCESS" && bucket.autoTiering === "InfrequentAccess")
    throw invalid(`The rule '${name}': the bucket's auto-tiering excludes the action INFREQUENT_ACCESS`);
  return rule;
}

function shown({ timeCreated, items, etag }: LifecyclePolicy): ApiResponse {
  const rules = items.map(({ objectNameFilter, ...rule }) => ({
    ...rule,
    objectNameFilter: objectNameFilter && { ...objectNameFilter },
  }));
  return { body: { timeCreated, items: rules }, headers: { etag } };
}

function put(request: ApiRequest): ApiResponse {
  const bucket = requireBucket(request);
  const { items = [] } = request.body;
  if (!Array.isArray(items)) throw invalid("items must be a list of lifecycle rules");
  if (items.length > MOST_RULES) throw invalid(`A lifecycle policy has at most ${MOST_RULES} rules`);
  const rules = items.map((item: Json) => ruleOf(item, bucket));
  const twin = rules.find(({ name }, index) => rules.findIndex((other) => other.name === name) < index);
  if (twin) throw invalid(`There are two rules with the name '${twin.name}'`);
  requirePermission(request.call, bucket);
  const { world } = request.call;
  bucket.lifecyclePolicy = { timeCreated: world.now(), etag: world.random(32), items: rules };
  world.changed();
  return shown(bucket.lifecyclePolicy);
}

function requirePolicy(bucket: Bucket): LifecyclePolicy {
  if (bucket.lifecyclePolicy) return bucket.lifecyclePolicy;
  throw notFound("Object Storage Object Lifecycle Policy", `lifecycle policy of ${bucket.name}`);
}

function remove(request: ApiRequest): ApiResponse {
  const bucket = requireBucket(request);
  requirePolicy(bucket);
  delete bucket.lifecyclePolicy;
  request.call.world.changed();
  return { status: 204 };
}

const POLICY = "/n/{namespace}/b/{bucket}/l";

/** Calls on a bucket's lifecycle policy. */
export const lifecyclePolicyRoutes: readonly Route[] = [
  { method: "GET", path: POLICY, run: (request) => shown(requirePolicy(requireBucket(request))) },
  { method: "PUT", path: POLICY, run: put },
  { method: "DELETE", path: POLICY, run: remove },
];
