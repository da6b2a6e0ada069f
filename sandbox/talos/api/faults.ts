/** Faults in the words of gRPC. */
import { Metadata, type ServiceError, status } from "@grpc/grpc-js";
import type { Fault } from "../../faults/calls.ts";

/** HTTP's status as gRPC maps it (grpc/grpc doc/http-grpc-status-mapping.md). */
const FROM_HTTP: Readonly<Record<number, status>> = {
  400: status.INTERNAL,
  401: status.UNAUTHENTICATED,
  403: status.PERMISSION_DENIED,
  404: status.UNIMPLEMENTED,
  429: status.UNAVAILABLE,
  502: status.UNAVAILABLE,
  503: status.UNAVAILABLE,
  504: status.UNAVAILABLE,
};

/** `code` is a name of gRPC's own, such as `Unavailable` or `RESOURCE_EXHAUSTED`; else the status says it. */
function grpcCode({ code, status: number }: Extract<Fault, { kind: "status" }>): status {
  const wanted = code?.replaceAll("_", "").toUpperCase();
  const named = Object.entries(status).find(
    ([name, value]) => typeof value === "number" && name.replaceAll("_", "") === wanted,
  )?.[1];
  if (typeof named === "number") return named;
  return number <= status.UNAUTHENTICATED ? number : (FROM_HTTP[number] ?? status.UNKNOWN);
}

/** A status that was asked for, as gRPC carries it. */
export function faultError(fault: Extract<Fault, { kind: "status" }>): Partial<ServiceError> {
  const metadata = new Metadata();
  if (fault.retryAfterSeconds !== undefined)
    metadata.set("grpc-retry-pushback-ms", String(fault.retryAfterSeconds * 1000));
  return { code: grpcCode(fault), details: fault.message ?? "the sandbox was told to fail this call", metadata };
}
