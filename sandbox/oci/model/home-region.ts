/** Compartments, budgets and quotas are made in the tenancy's home region; the last two in its root compartment. */
import type { ProviderContext } from "../../plugin/resource.ts";
import { invalid, ServiceRefusal } from "./refusals.ts";
import { regionOf } from "./regions.ts";

/** @throws 403 as identity, budgets and quotas do outside the home region. */
export function requireHomeRegion(call: ProviderContext, service: string): void {
  const home = call.world.state.oci.homeRegion;
  if (home !== null && regionOf(call) !== home)
    throw new ServiceRefusal(
      403,
      "NotAllowed",
      `Please go to your home region ${home} to execute CREATE, UPDATE and DELETE operations.`,
      `Service: ${service}. The provider works in ${regionOf(call)}.`,
    );
}

/** @throws ServiceRefusal 400 for another compartment than the tenancy itself */
export function requireRoot(call: ProviderContext, service: string, compartmentId: string): void {
  if (compartmentId !== call.world.state.oci.tenancyId)
    throw invalid(service, "compartmentId must be the root compartment (the tenancy).", "compartment_id");
}
