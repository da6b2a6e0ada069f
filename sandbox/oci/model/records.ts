/** Records of the tenancy, by their ids. */
import type { ProviderContext } from "../../plugin/resource.ts";
import type { OciObject } from "../../world/oci.ts";
import { notFound } from "./refusals.ts";
import { regionOf } from "./regions.ts";

/** As Go prints a time, which is what the real provider keeps in state. */
export function providerTime(time: string): string {
  return `${time.slice(0, 10)} ${time.slice(11, -1)} +0000 UTC`;
}

/** The name that the service gives what was created without one. */
export function defaultName(call: ProviderContext, prefix: string): string {
  return `${prefix}${call.world.now().replace(/\D/g, "").slice(0, 14)}`;
}

/** @throws 404 for a compartment that is neither the root nor an active one. */
export function requireCompartment(call: ProviderContext, service: string, id: string): string {
  const { tenancyId, compartments } = call.world.state.oci;
  if (id !== tenancyId && !compartments.some((compartment) => compartment.id === id))
    throw notFound(service, `compartment ${id}`, "compartment_id");
  return id;
}

/** Whether a compartment is the outer one, or somewhere in it. */
export function isWithin(call: ProviderContext, outer: string, id: string): boolean {
  const found = call.world.state.oci.compartments.find((each) => each.id === id);
  return id === outer || (found !== undefined && isWithin(call, outer, found.compartmentId));
}

/** The record with this id in the call's region; what is in another region is not there. */
export function find<T extends OciObject>(call: ProviderContext, list: readonly T[], id: string): T | null {
  const region = regionOf(call);
  return list.find((record) => record.id === id && (record.region === region || id.includes("oc1.."))) ?? null;
}

/** @throws 404 when there is none. */
export function requireObject<T extends OciObject>(
  call: ProviderContext,
  service: string,
  list: readonly T[],
  id: string,
  attribute?: string,
): T {
  const found = find(call, list, id);
  if (found === null) throw notFound(service, id, attribute);
  return found;
}
