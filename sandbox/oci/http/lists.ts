/** Lists: filtered by the query, sorted, in pages (docs.oracle.com, List Pagination). */
import type { Attributes, Json } from "../../plugin/resource.ts";
import { isObject } from "../model/attributes.ts";
import { ServiceRefusal } from "../model/refusals.ts";
import type { ApiResponse } from "./response.ts";
import type { ApiRequest } from "./route.ts";

const MOST = 1000;

function invalidQuery(message: string): ServiceRefusal {
  return new ServiceRefusal(400, "InvalidParameter", message, "");
}

/** How many items a page is to have. @throws ServiceRefusal 400 */
export function limitOf(query: URLSearchParams, usual: number): number {
  const limit = Number(query.get("limit") ?? usual);
  if (Number.isInteger(limit) && limit >= 1 && limit <= MOST) return limit;
  throw invalidQuery(`limit ${query.get("limit")} is not valid: 1 to ${MOST}.`);
}

/** Tokens are opaque to clients: they only say where to go on. */
function pageToken(offset: number): string {
  return Buffer.from(`from ${offset}`).toString("base64url");
}

function offsetOf(query: URLSearchParams): number {
  const token = query.get("page");
  if (!token) return 0;
  const offset = /^from (\d{1,9})$/.exec(Buffer.from(token, "base64url").toString())?.[1];
  if (offset === undefined) throw invalidQuery(`page ${token} is no page of this list.`);
  return Number(offset);
}

/** One page of the items; `opc-next-page` says where the next one starts. */
export function page<T>(
  { query }: ApiRequest,
  items: readonly T[],
  usual = 100,
): { readonly items: readonly T[]; readonly headers: Readonly<Record<string, string>> } {
  const [offset, limit] = [offsetOf(query), limitOf(query, usual)];
  const next = offset + limit;
  return {
    items: items.slice(offset, next),
    headers: next < items.length ? { "opc-next-page": pageToken(next) } : {},
  };
}

/** What lists can be narrowed to: fields of their items, those of services that are not played among them, which none has. */
const FILTERS = [
  "availabilityDomain",
  "bootVolumeId",
  "capacityReservationId",
  "clusterPlacementGroupId",
  "computeClusterId",
  "direction",
  "displayName",
  "drgId",
  "drgNatPolicyId",
  "drgRouteTableId",
  "externalIdentifier",
  "faultDomain",
  "groupId",
  "id",
  "identityProviderId",
  "imageId",
  "importDrgRouteDistributionId",
  "instanceId",
  "ipAddress",
  "ipState",
  "lifecycleState",
  "lifetime",
  "name",
  "networkId",
  "operatingSystem",
  "operatingSystemVersion",
  "publicIpPoolId",
  "routeType",
  "scope",
  "scopeType",
  "sourceBootVolumeBackupId",
  "sourceVolumeBackupId",
  "subnetId",
  "tagDefinitionId",
  "targetType",
  "userId",
  "vcnId",
  "vlanId",
  "vnicId",
  "volumeGroupId",
  "volumeId",
] as const;

/** What a query names, of an item: the network of a DRG's attachment is told in its details. */
function valueOf(item: Attributes, name: string): Json {
  const { networkDetails = null } = item;
  return name === "networkId" && isObject(networkDetails) ? (networkDetails.id ?? null) : (item[name] ?? null);
}

/** Exactly; of states the case does not count. */
function matches(query: URLSearchParams, item: Attributes): boolean {
  return FILTERS.every((name) => {
    const wanted = query.get(name);
    if (!wanted) return true;
    return name === "lifecycleState"
      ? String(item[name]).toUpperCase() === wanted.toUpperCase()
      : valueOf(item, name) === wanted;
  });
}

/** Newest first by time, A to Z and then a to z by name; `sortOrder` turns either around. */
function sorted(query: URLSearchParams, items: readonly Attributes[]): readonly Attributes[] {
  const by = query.get("sortBy")?.toUpperCase();
  if (by === undefined) return items;
  const key = (item: Attributes): string =>
    by === "TIMECREATED" ? String(item.timeCreated) : String(item.displayName ?? item.name);
  const up = items.toSorted((a, b) => (key(a) < key(b) ? -1 : key(a) > key(b) ? 1 : 0));
  const order = query.get("sortOrder")?.toUpperCase() ?? (by === "TIMECREATED" ? "DESC" : "ASC");
  if (order !== "ASC" && order !== "DESC") throw invalidQuery(`sortOrder ${order} is not valid: ASC or DESC.`);
  return order === "ASC" ? up : up.toReversed();
}

/** A list's answer: an array, or `{items: […]}` of the newer services. */
export function listed(
  request: ApiRequest,
  items: readonly Attributes[],
  wrap: "array" | "items" = "array",
): ApiResponse {
  const { query } = request;
  const { items: some, headers } = page(
    request,
    sorted(
      query,
      items.filter((item) => matches(query, item)),
    ),
  );
  const body: Json = wrap === "array" ? some : { items: some };
  return { body, headers };
}
