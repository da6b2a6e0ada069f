/** Identity: the tenancy and its compartments; regions, availability and fault domains. */
import type { Attributes } from "../../plugin/resource.ts";
import { change, parsed } from "../kernel/operations.ts";
import { text } from "../model/attributes.ts";
import { notFound } from "../model/refusals.ts";
import {
  availabilityDomains,
  FAULT_DOMAINS,
  REGIONS,
  regionOf,
  requireAvailabilityDomain,
  wellKnownId,
} from "../model/regions.ts";
import { requireCompartment } from "../model/records.ts";
import { current, shown, viewOf } from "../http/collection.ts";
import { listed } from "../http/lists.ts";
import { actionHeader } from "../http/work.ts";
import type { ApiResponse } from "../http/response.ts";
import { needed } from "../model/query.ts";
import type { ApiRequest, Route } from "../http/route.ts";
import { compartment } from "../resources/compartment.ts";
import { capabilities, user } from "../resources/user.ts";

const BASE = "/20160918";

function homeRegion({ call }: ApiRequest): string {
  return call.world.state.oci.homeRegion ?? regionOf({ world: call.world, provider: {} });
}

function regionFields(name: string): Attributes {
  return { key: REGIONS[name] ?? name.toUpperCase(), name };
}

function subscription(request: ApiRequest, name: string): Attributes {
  const { key, name: regionName } = regionFields(name);
  return {
    regionKey: key ?? null,
    regionName: regionName ?? null,
    status: "READY",
    isHomeRegion: name === homeRegion(request),
  };
}

function tenancy(request: ApiRequest): ApiResponse {
  const { tenancyId } = request.call.world.state.oci;
  if (request.params.id !== tenancyId) throw notFound("Identity Tenancy", request.params.id ?? "");
  return shown({
    id: tenancyId,
    name: "sandbox",
    description: "The sandbox's tenancy",
    homeRegionKey: REGIONS[homeRegion(request)] ?? homeRegion(request).toUpperCase(),
    upiIdcsCompatibilityLayerEndpoint: null,
    freeformTags: {},
    definedTags: {},
  });
}

function domains(request: ApiRequest): ApiResponse {
  const compartmentId = requireCompartment(request.call, "Identity", needed(request.query, "compartmentId"));
  const region = regionOf(request.call);
  const names = availabilityDomains(region, request.call.world.state.oci.adPrefix);
  return listed(
    request,
    names.map((name) => ({ id: wellKnownId("availabilitydomain", region, name), name, compartmentId })),
  );
}

function faultDomains(request: ApiRequest): ApiResponse {
  const { call, query } = request;
  const compartmentId = requireCompartment(call, "Identity", needed(query, "compartmentId"));
  const availabilityDomain = requireAvailabilityDomain(call, "Identity", needed(query, "availabilityDomain"));
  return listed(
    request,
    FAULT_DOMAINS.map((name) => ({
      id: wellKnownId("faultdomain", regionOf(call), `${availabilityDomain}/${name}`),
      name,
      compartmentId,
      availabilityDomain,
    })),
  );
}

function moveCompartment(request: ApiRequest): ApiResponse {
  const found = current(request, compartment);
  change(compartment, request.call, found, { compartmentId: text(request.body, "targetCompartmentId") });
  return { status: 202, headers: actionHeader(request, compartment, found, "move") };
}

/** What a user may sign in with, which a call of its own changes. */
function updateCapabilities(request: ApiRequest): ApiResponse {
  const found = current(request, user);
  found.capabilities = parsed(user.service, capabilities, { ...found.capabilities, ...request.body });
  request.call.world.changed();
  return shown(viewOf(request, user, found));
}

/** Calls on the tenancy and its regions, and those that move a compartment, and change what a user may. */
export const identityRoutes: readonly Route[] = [
  { method: "POST", path: `${compartment.path}/{id}/actions/moveCompartment`, run: moveCompartment },
  { method: "PUT", path: `${user.path}/{id}/capabilities`, run: updateCapabilities },
  { method: "GET", path: `${BASE}/tenancies/{id}`, run: tenancy },
  {
    method: "GET",
    path: `${BASE}/tenancies/{id}/regionSubscriptions`,
    run: (request) => ({ body: [subscription(request, homeRegion(request))] }),
  },
  { method: "GET", path: `${BASE}/regions`, run: () => ({ body: Object.keys(REGIONS).map(regionFields) }) },
  { method: "GET", path: `${BASE}/availabilityDomains`, run: domains },
  { method: "GET", path: `${BASE}/faultDomains`, run: faultDomains },
];
