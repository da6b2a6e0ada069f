/** Service limits and quotas, and whether there is capacity. */
import { isExhausted } from "../../faults/conditions.ts";
import type { Attributes, Json } from "../../plugin/resource.ts";
import { isObject, maybeNumber, text } from "../model/attributes.ts";
import { requireRoot } from "../model/home-region.ts";
import { LIMITS } from "../model/limits.ts";
import { invalid, notFound } from "../model/refusals.ts";
import { availabilityDomains, FAULT_DOMAINS, regionOf, requireAvailabilityDomain } from "../model/regions.ts";
import { shapeSize } from "../model/shapes.ts";
import { listed } from "../http/lists.ts";
import type { ApiResponse } from "../http/response.ts";
import { needed } from "../model/query.ts";
import type { ApiRequest, Route } from "../http/route.ts";

const LIMITS_BASE = "/20190729";

/** Limits by the service that has them in OCI. */
const SERVICES: Readonly<Record<string, string>> = {
  "Core Instance": "compute",
  "Core Vcn": "vcn",
  "Network Load Balancer": "network-load-balancer-api",
  "Load Balancer": "load-balancer",
};

const limits = Object.values(LIMITS).map((limit) => ({
  ...limit,
  // Storage is counted with the instances that boot from it, and is block storage's.
  serviceName: limit.name === "total-storage-gb" ? "block-storage" : (SERVICES[limit.service] ?? "compute"),
  scopeType: ["standard-a1-core-count", "standard-a1-memory-count", "total-storage-gb"].includes(limit.name)
    ? "AD"
    : "REGION",
}));

function ofService(request: ApiRequest): typeof limits {
  const name = request.query.get("serviceName");
  return limits.filter(({ serviceName }) => !name || serviceName === name);
}

function limitNamed(request: ApiRequest, name: string | null): typeof limits {
  return ofService(request).filter((limit) => !name || limit.name === name);
}

function values(request: ApiRequest): ApiResponse {
  needed(request.query, "serviceName");
  const { oci } = request.call.world.state;
  const domains = availabilityDomains(regionOf(request.call), oci.adPrefix);
  const rows = limitNamed(request, request.query.get("name")).flatMap(({ name, scopeType, allowed }): Attributes[] =>
    scopeType === "AD"
      ? domains.map((domain) => ({ name, scopeType, availabilityDomain: domain, value: allowed[oci.account] }))
      : [{ name, scopeType, availabilityDomain: null, value: allowed[oci.account] }],
  );
  return listed(request, rows);
}

/** Known by name (oracle/oci 8.28.0, its acceptance tests), not by its value: nothing here is held to it. */
const ONLY_NAMED = [{ name: "custom-image-count", serviceName: "compute", scopeType: "REGION" }];

function definitions(request: ApiRequest): ApiResponse {
  const { name: wanted, serviceName: of } = Object.fromEntries(request.query);
  const named = ONLY_NAMED.filter(
    ({ name, serviceName }) => [undefined, name].includes(wanted) && [undefined, serviceName].includes(of),
  );
  return listed(
    request,
    [...limitNamed(request, request.query.get("name")), ...named].map(({ name, serviceName, scopeType }) => ({
      name,
      serviceName,
      scopeType,
      description: name,
      areQuotasSupported: true,
      isResourceAvailabilitySupported: true,
      isDeprecated: false,
      isEligibleForLimitIncrease: true,
      isDynamic: false,
    })),
  );
}

function availability(request: ApiRequest): ApiResponse {
  const { params, call } = request;
  const found = limits.find(({ name, serviceName }) => name === params.limit && serviceName === params.service);
  if (!found) throw notFound("Limits", `limit ${params.limit} of service ${params.service}`);
  if (found.scopeType === "AD") requireAvailabilityDomain(call, "Limits", needed(request.query, "availabilityDomain"));
  const { oci } = call.world.state;
  const used = found.used(oci);
  const available = Math.max(0, found.allowed[oci.account] - used);
  return {
    body: { used, available, fractionalUsage: used, fractionalAvailability: available, effectiveQuotaValue: null },
  };
}

/** One shape of a report: in one fault domain, or in the availability domain. */
function availabilityOf(request: ApiRequest, availabilityDomain: string, wanted: Json): Attributes {
  if (!isObject(wanted)) throw invalid("Core Compute Capacity Report", "shapeAvailabilities has objects.");
  const shape = text(wanted, "instanceShape");
  const config = isObject(wanted.instanceShapeConfig) ? wanted.instanceShapeConfig : {};
  const size = { ocpus: maybeNumber(config, "ocpus") ?? 1, memoryInGBs: maybeNumber(config, "memoryInGBs") };
  shapeSize(request.call.world.state.oci.account, shape, size);
  const faultDomain = typeof wanted.faultDomain === "string" ? wanted.faultDomain : null;
  const places = faultDomain === null ? FAULT_DOMAINS : [faultDomain];
  const free = places.some(
    (name) => !isExhausted(request.call.world, { availabilityDomain, faultDomain: name, shape }),
  );
  return {
    instanceShape: shape,
    instanceShapeConfig: wanted.instanceShapeConfig ?? null,
    faultDomain,
    availabilityStatus: free ? "AVAILABLE" : "OUT_OF_HOST_CAPACITY",
    availableCount: free ? null : 0,
  };
}

function capacityReport(request: ApiRequest): ApiResponse {
  const { body, call } = request;
  requireRoot(call, "Core Compute Capacity Report", text(body, "compartmentId"));
  const availabilityDomain = requireAvailabilityDomain(
    call,
    "Core Compute Capacity Report",
    text(body, "availabilityDomain"),
  );
  const wanted = body.shapeAvailabilities;
  if (!Array.isArray(wanted) || wanted.length === 0)
    throw invalid("Core Compute Capacity Report", "shapeAvailabilities is required: a list with at least one.");
  return {
    body: {
      compartmentId: text(body, "compartmentId"),
      availabilityDomain,
      timeCreated: call.world.now(),
      shapeAvailabilities: wanted.map((each: Json) => availabilityOf(request, availabilityDomain, each)),
    },
  };
}

/** Calls on limits, and on capacity. */
export const limitRoutes: readonly Route[] = [
  ...["/20181025", LIMITS_BASE].flatMap((base): Route[] => [
    {
      method: "GET",
      path: `${base}/services`,
      run: (request) =>
        listed(
          request,
          [...new Set(limits.map(({ serviceName }) => serviceName))].map((name) => ({ name, description: name })),
        ),
    },
    { method: "GET", path: `${base}/limitDefinitions`, run: definitions },
    { method: "GET", path: `${base}/limitValues`, run: values },
    { method: "GET", path: `${base}/services/{service}/limits/{limit}/resourceAvailability`, run: availability },
  ]),
  { method: "POST", path: "/20160918/computeCapacityReports", run: capacityReport },
];
