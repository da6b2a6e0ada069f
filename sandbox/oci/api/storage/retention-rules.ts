/** Retention rules of buckets (docs.oracle.com, Data Retention Rules): for how long objects can neither be changed nor deleted. */
import { z } from "zod";
import type { Attributes, ProviderContext } from "../../../plugin/resource.ts";
import type { Bucket, BucketObject, RetentionRule } from "../../resources/bucket.ts";
import { parsed } from "../../kernel/operations.ts";
import { listed } from "../../http/lists.ts";
import type { ApiResponse } from "../../http/response.ts";
import type { ApiRequest, Route } from "../../http/route.ts";
import { requireBucket } from "./buckets.ts";
import { storageRefusal } from "./refusals.ts";

const SERVICE = "Object Storage Retention Rule";

const MOST_RULES = 100;

const DAY = 24 * 3600 * 1000;
const DAYS: Readonly<Record<string, number>> = { DAYS: 1, YEARS: 365 };

/** It locks two weeks after it is said to, at the earliest. */
const DELAY = 14 * DAY;

const body = z.object({
  displayName: z.string().nullish(),
  duration: z
    .object({ timeAmount: z.coerce.number().int().min(1), timeUnit: z.enum(["DAYS", "YEARS"]) })
    .nullish()
    .transform((value) => value ?? null),
  timeRuleLocked: z.iso
    .datetime({ offset: true })
    .nullish()
    .transform((value) => value ?? null),
});

function lengthOf({ duration }: Pick<RetentionRule, "duration">): number {
  return duration ? duration.timeAmount * (DAYS[duration.timeUnit] ?? 1) * DAY : Infinity;
}

/** @throws ServiceRefusal 409 for an object that a rule of its bucket retains */
export function requireUnretained(
  bucket: Bucket,
  { name, timeCreated }: BucketObject,
  { world }: ProviderContext,
): void {
  const age = Date.parse(world.now()) - Date.parse(timeCreated);
  const rule = bucket.retentionRules?.find((each) => age < lengthOf(each));
  if (!rule) return;
  const message = `The object '${name}' is retained by the rule '${rule.displayName}' of the bucket '${bucket.name}'`;
  throw storageRefusal(409, "IncorrectState", message);
}

function isLocked({ timeRuleLocked }: RetentionRule, now: string): boolean {
  return timeRuleLocked !== null && Date.parse(timeRuleLocked) <= Date.parse(now);
}

/** @throws ServiceRefusal for what the service does not do */
function ruleOf({ call, body: said }: ApiRequest, before: RetentionRule | null): RetentionRule {
  const { world } = call;
  const now = world.now();
  const next = parsed(SERVICE, body, { ...before, ...said });
  if (next.timeRuleLocked !== null && next.duration === null)
    throw storageRefusal(400, "InvalidParameter", "timeRuleLocked needs a duration");
  const isNew = next.timeRuleLocked !== (before?.timeRuleLocked ?? null);
  if (isNew && next.timeRuleLocked !== null && Date.parse(next.timeRuleLocked) < Date.parse(now) + DELAY)
    throw storageRefusal(400, "InvalidParameter", "timeRuleLocked is at least 14 days from now");
  if (before && isLocked(before, now) && (isNew || lengthOf(next) < lengthOf(before)))
    throw storageRefusal(409, "IncorrectState", `The rule '${before.displayName}' is locked: it can only get longer`);
  return {
    ...next,
    id: before?.id ?? world.random(36),
    displayName: next.displayName ?? `retention-rule-${now.slice(0, 16).replaceAll(/[-:]/g, "").replace("T", "-")}`,
    etag: world.random(32),
    timeCreated: before?.timeCreated ?? now,
    timeModified: now,
  };
}

function viewOf(rule: RetentionRule): Attributes {
  return { ...rule, duration: rule.duration && { ...rule.duration } };
}

function shown(rule: RetentionRule): ApiResponse {
  return { body: viewOf(rule), headers: { etag: rule.etag } };
}

function create(request: ApiRequest): ApiResponse {
  const bucket = requireBucket(request);
  const rules = bucket.retentionRules ?? [];
  if (bucket.versioning === "Enabled")
    throw storageRefusal(409, "IncorrectState", "A bucket with versions cannot have retention rules");
  if (rules.length >= MOST_RULES)
    throw storageRefusal(400, "LimitExceeded", `A bucket has at most ${MOST_RULES} retention rules`);
  const made = ruleOf(request, null);
  bucket.retentionRules = [...rules, made];
  request.call.world.changed();
  return shown(made);
}

function requireRule(request: ApiRequest): RetentionRule {
  const { retentionRules = [], name } = requireBucket(request);
  const found = retentionRules.find(({ id }) => id === request.params.rule);
  if (found) return found;
  throw storageRefusal(404, "RetentionRuleNotFound", `Bucket '${name}' has no retention rule ${request.params.rule}`);
}

/** @param next null: it goes */
function replace(request: ApiRequest, found: RetentionRule, next: RetentionRule | null): void {
  const bucket = requireBucket(request);
  const rules = bucket.retentionRules ?? [];
  bucket.retentionRules = rules.flatMap((each) => (each === found ? (next ?? []) : each));
  request.call.world.changed();
}

function update(request: ApiRequest): ApiResponse {
  const found = requireRule(request);
  const next = ruleOf(request, found);
  replace(request, found, next);
  return shown(next);
}

function remove(request: ApiRequest): ApiResponse {
  const found = requireRule(request);
  if (isLocked(found, request.call.world.now()))
    throw storageRefusal(409, "IncorrectState", `The rule '${found.displayName}' is locked: it goes with its bucket`);
  replace(request, found, null);
  return { status: 204 };
}

const RULES = "/n/{namespace}/b/{bucket}/retentionRules";
const RULE = `${RULES}/{rule}`;

/** Calls on a bucket's retention rules. */
export const retentionRuleRoutes: readonly Route[] = [
  {
    method: "GET",
    path: RULES,
    run: (request) => listed(request, (requireBucket(request).retentionRules ?? []).map(viewOf), "items"),
  },
  { method: "POST", path: RULES, run: create },
  { method: "GET", path: RULE, run: (request) => shown(requireRule(request)) },
  { method: "PUT", path: RULE, run: update },
  { method: "DELETE", path: RULE, run: remove },
];
