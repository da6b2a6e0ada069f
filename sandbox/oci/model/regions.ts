/** Regions, their availability domains, and ids as OCI writes them. */
import { createHash } from "node:crypto";
import type { ProviderContext } from "../../plugin/resource.ts";
import { maybeText } from "./attributes.ts";
import { notFound } from "./refusals.ts";
import { MICRO_SHAPE } from "./shapes.ts";

/** Regions with three availability domains; every other one has one. Oracle's list of regions. */
const NAMES_OF_THREE: Readonly<Record<string, string>> = {
  "eu-frankfurt-1": "EU-FRANKFURT-1",
  "uk-london-1": "UK-LONDON-1",
  "us-ashburn-1": "US-ASHBURN",
  "us-chicago-1": "US-CHICAGO-1",
  "us-phoenix-1": "PHX",
};

/** Some of Oracle's regions, with the keys that identity calls them by. */
export const REGIONS: Readonly<Record<string, string>> = {
  "ap-sydney-1": "SYD",
  "ap-tokyo-1": "NRT",
  "ca-toronto-1": "YYZ",
  "eu-amsterdam-1": "AMS",
  "eu-frankfurt-1": "FRA",
  "eu-zurich-1": "ZRH",
  "sa-saopaulo-1": "GRU",
  "uk-london-1": "LHR",
  "us-ashburn-1": "IAD",
  "us-chicago-1": "ORD",
  "us-phoenix-1": "PHX",
};

/** The two oldest regions go by their airport in ids. */
const REGION_KEYS: Readonly<Record<string, string>> = { "us-ashburn-1": "iad", "us-phoenix-1": "phx" };

/** Of every availability domain. */
export const FAULT_DOMAINS = ["FAULT-DOMAIN-1", "FAULT-DOMAIN-2", "FAULT-DOMAIN-3"] as const;

/** Whether this is how Oracle names regions: `eu-frankfurt-1`. */
export function regionNamed(text: string): boolean {
  return /^[a-z]{2,3}(-[a-z]+)+-\d{1,2}$/.test(text);
}

/** Where the provider of this call works. */
export function regionOf(call: ProviderContext): string {
  return maybeText(call.provider, "region") ?? call.world.state.oci.homeRegion ?? "eu-frankfurt-1";
}

/** Every tenancy has its own four letters in front of the names. */
export function availabilityDomains(region: string, prefix: string): readonly string[] {
  const name = NAMES_OF_THREE[region];
  if (name === undefined) return [`${prefix}:${region.toUpperCase()}-AD-1`];
  return [1, 2, 3].map((number) => `${prefix}:${name}-AD-${number}`);
}

/** Number of the one domain that has E2.1.Micro. Which it is differs between tenancies; here between regions. */
const MICRO_DOMAIN: Readonly<Record<string, number>> = { "uk-london-1": 3, "us-ashburn-1": 2, "us-phoenix-1": 3 };

/** Whether an availability domain of the region has a shape: of several, only one has the micro. */
export function hasShape(call: ProviderContext, availabilityDomain: string, shape: string): boolean {
  if (shape !== MICRO_SHAPE) return true;
  const region = regionOf(call);
  const domains = availabilityDomains(region, call.world.state.oci.adPrefix);
  return domains[(MICRO_DOMAIN[region] ?? 1) - 1] === availabilityDomain;
}

/** @throws as the services do for a name that this tenancy does not have in the region. */
export function requireAvailabilityDomain(call: ProviderContext, service: string, name: string): string {
  const known = availabilityDomains(regionOf(call), call.world.state.oci.adPrefix);
  const found = known.find((domain) => domain.toLowerCase() === name.toLowerCase());
  if (found === undefined)
    throw notFound(service, `availability domain ${name} (there is ${known.join(", ")})`, "availability_domain");
  return found;
}

function ocid(type: string, key: string, unique: string): string {
  return `ocid1.${type}.oc1.${key}.${unique}`;
}

/** A new id of an object in the call's region. */
export function regionalId(call: ProviderContext, type: string): string {
  const region = regionOf(call);
  return ocid(type, REGION_KEYS[region] ?? region, `an${call.world.random(58)}`);
}

/** A new id of an object that has no region: compartments, tenancies. */
export function globalId(type: string, random: (length: number) => string): string {
  return ocid(type, "", `aaaaaaaa${random(52)}`);
}

/** The id of what Oracle provides: the same in every world. */
export function wellKnownId(type: string, region: string, name: string): string {
  const alphabet = "abcdefghijklmnopqrstuvwxyz234567";
  const hash = createHash("sha512").update(`${region}/${name}`).digest();
  const unique = Array.from(hash.subarray(0, 52), (byte) => alphabet[byte % 32]).join("");
  return ocid(type, REGION_KEYS[region] ?? region, `aaaaaaaa${unique}`);
}
