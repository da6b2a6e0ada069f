/** Identity: the tenancy and its compartments; regions, availability and fault domains. */
import type { Attributes } from "../../plugin/resource.ts";
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
import { shown } from "../http/collection.ts";
import { listed } from "../http/lists.ts";
import type { Answer } from "../http/answer.ts";
import { needed } from "../model/query.ts";
import type { Asked, Route } from "../http/route.ts";

const BASE = "/20160918";

function homeRegion({ call }: Asked): string {
  return call.world.state.oci.homeRegion ?? regionOf({ world: call.world, provider: {} });
}

function regionFields(name: string): Attributes {
  return { key: REGIONS[name] ?? name.toUpperCase(), name };
}

function subscription(asked: Asked, name: string): Attributes {
  const { key, name: regionName } = regionFields(name);
  return {
    regionKey: key ?? null,
    regionName: regionName ?? null,
    status: "READY",
    isHomeRegion: name === homeRegion(asked),
  };
}

function tenancy(asked: Asked): Answer {
  const { tenancyId } = asked.call.world.state.oci;
  if (asked.params.id !== tenancyId) throw notFound("Identity Tenancy", asked.params.id ?? "");
  return shown({
    id: tenancyId,
    name: "sandbox",
    description: "The sandbox's tenancy",
    homeRegionKey: REGIONS[homeRegion(asked)] ?? homeRegion(asked).toUpperCase(),
    upiIdcsCompatibilityLayerEndpoint: null,
    freeformTags: {},
    definedTags: {},
  });
}

function domains(asked: Asked): Answer {
  const compartmentId = requireCompartment(asked.call, "Identity", needed(asked.query, "compartmentId"));
  const region = regionOf(asked.call);
  const names = availabilityDomains(region, asked.call.world.state.oci.adPrefix);
  return listed(
    asked,
    names.map((name) => ({ id: wellKnownId("availabilitydomain", region, name), name, compartmentId })),
  );
}

function faultDomains(asked: Asked): Answer {
  const { call, query } = asked;
  const compartmentId = requireCompartment(call, "Identity", needed(query, "compartmentId"));
  const availabilityDomain = requireAvailabilityDomain(call, "Identity", needed(query, "availabilityDomain"));
  return listed(
    asked,
    FAULT_DOMAINS.map((name) => ({
      id: wellKnownId("faultdomain", regionOf(call), `${availabilityDomain}/${name}`),
      name,
      compartmentId,
      availabilityDomain,
    })),
  );
}

/** Calls that tell of the tenancy and its regions. */
export const identityRoutes: readonly Route[] = [
  { method: "GET", path: `${BASE}/tenancies/{id}`, run: tenancy },
  {
    method: "GET",
    path: `${BASE}/tenancies/{id}/regionSubscriptions`,
    run: (asked) => ({ body: [subscription(asked, homeRegion(asked))] }),
  },
  { method: "GET", path: `${BASE}/regions`, run: () => ({ body: Object.keys(REGIONS).map(regionFields) }) },
  { method: "GET", path: `${BASE}/availabilityDomains`, run: domains },
  { method: "GET", path: `${BASE}/faultDomains`, run: faultDomains },
];
