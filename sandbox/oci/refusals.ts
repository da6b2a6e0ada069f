/** The services' errors, in the words of the real provider: `404-NotAuthorizedOrNotFound, …`. */
import { Refusal } from "../plugin/resource.ts";

/** @param service such as `Core Vcn`. @param attribute what the diagnostic points at. */
export function notFound(service: string, id: string, attribute?: string): Refusal {
  return new Refusal(
    "404-NotAuthorizedOrNotFound, Authorization failed or requested resource not found.",
    `Service: ${service}. There is no ${id} in this tenancy and region.`,
    attribute,
  );
}

export function invalid(service: string, message: string, attribute?: string): Refusal {
  return new Refusal(`400-InvalidParameter, ${message}`, `Service: ${service}.`, attribute);
}

export function conflict(service: string, message: string, attribute?: string): Refusal {
  return new Refusal(`409-Conflict, ${message}`, `Service: ${service}.`, attribute);
}

/** Something still points at what is to be deleted. */
export function referenced(service: string, id: string, by: string): Refusal {
  return conflict(
    service,
    `${id} is referenced by ${by}. You must remove the reference to proceed with this operation.`,
  );
}

export function limitExceeded(service: string, limits: readonly string[]): Refusal {
  return new Refusal(
    `400-LimitExceeded, The following service limits were exceeded: ${limits.join("; ")}.`,
    `Service: ${service}. Ask for less, delete what is not needed, or upgrade the account to Pay As You Go.`,
  );
}

/** What a launch meets where the hosts are full: a 500, in these very words. */
export function outOfCapacity(service: string): Refusal {
  return new Refusal("500-InternalError, Out of host capacity.", `Service: ${service}.`, "availability_domain");
}
