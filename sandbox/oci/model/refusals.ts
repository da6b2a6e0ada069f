/** The services' errors: a diagnostic in the words of the real provider, and status and code on the wire. */
import { Refusal } from "../../plugin/resource.ts";

/** What a service refuses with: `404-NotAuthorizedOrNotFound, …`. */
export class ServiceRefusal extends Refusal {
  /** HTTP status. */
  readonly status: number;
  /** As docs.oracle.com, API Errors, lists them. */
  readonly code: string;
  /** What the wire's `message` says. */
  readonly reason: string;

  constructor(status: number, code: string, reason: string, detail: string, attribute?: string) {
    super(`${status}-${code}, ${reason}`, detail, attribute);
    this.status = status;
    this.code = code;
    this.reason = reason;
  }
}

/** @param service such as `Core Vcn`. @param attribute what the diagnostic points at. */
export function notFound(service: string, id: string, attribute?: string): ServiceRefusal {
  return new ServiceRefusal(
    404,
    "NotAuthorizedOrNotFound",
    "Authorization failed or requested resource not found.",
    `Service: ${service}. There is no ${id} in this tenancy and region.`,
    attribute,
  );
}

/** 400: what was said is wrong. */
export function invalid(service: string, message: string, attribute?: string): ServiceRefusal {
  return new ServiceRefusal(400, "InvalidParameter", message, `Service: ${service}.`, attribute);
}

/** 409: what was said does not go with what there is. */
export function conflict(service: string, message: string, attribute?: string): ServiceRefusal {
  return new ServiceRefusal(409, "Conflict", message, `Service: ${service}.`, attribute);
}

/** The object is in no state for that. */
export function incorrectState(service: string, message: string): ServiceRefusal {
  return new ServiceRefusal(409, "IncorrectState", message, `Service: ${service}.`);
}

/** Something still points at what is to be deleted. */
export function referenced(service: string, id: string, by: string): ServiceRefusal {
  return conflict(
    service,
    `${id} is referenced by ${by}. You must remove the reference to proceed with this operation.`,
  );
}

/** Addresses are IPv4 here. @throws ServiceRefusal for another version, which is not played */
export function requireIpv4(version: string | null, attribute: string): string {
  if (version === null || version === "IPV4") return "IPV4";
  throw notPlayed(`${attribute} ${version}`, attribute);
}

/** 400: over a service limit. @param limits each with its name, what is used and what was asked for */
export function limitExceeded(service: string, limits: readonly string[]): ServiceRefusal {
  return new ServiceRefusal(
    400,
    "LimitExceeded",
    `The following service limits were exceeded: ${limits.join("; ")}.`,
    `Service: ${service}. Ask for less, delete what is not needed, or upgrade the account to Pay As You Go.`,
  );
}

/** What a launch meets where the hosts are full: a 500, in these very words. */
export function outOfCapacity(service: string): ServiceRefusal {
  const detail = `Service: ${service}.`;
  return new ServiceRefusal(500, "InternalError", "Out of host capacity.", detail, "availability_domain");
}

/** The sandbox's own code: Oracle has none like it. */
export const NOT_PLAYED = "NotPlayed";

/**
 * 400: a 404 would say that an object is gone, which clients swallow, and any other status the real provider repeats for two
 * minutes (oracle/oci, internal/tfresource/retry.go).
 */
export function notPlayed(what: string, attribute?: string): ServiceRefusal {
  const reason = `${what} is not played here: the sandbox has no such part of OCI (docs/played.md).`;
  return new ServiceRefusal(400, NOT_PLAYED, reason, "", attribute);
}
