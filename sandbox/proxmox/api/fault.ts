/** What a call meets that is to fail: PVE's own status line and body, or a connection that breaks. */
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Fault } from "../../faults/calls.ts";
import { PveError } from "../model/errors.ts";
import { reset } from "./connection.ts";
import { refuse } from "./http.ts";

/** How pveproxy calls the statuses that come from it and not from the API. */
const REASONS: Readonly<Record<number, string>> = {
  429: "too many requests",
  500: "internal error",
  501: "not implemented",
  503: "service unavailable",
  595: "No route to host",
  596: "Broken pipe",
  599: "Too many redirections",
};

/**
 * Plays a fault that comes instead of the call, or before it.
 *
 * @returns what was done; null where the call is to be done after all (slow, lost).
 */
export async function playFault(
  fault: Fault,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<string | null> {
  if (fault.kind === "slow") await new Promise((resolve) => setTimeout(resolve, fault.ms));
  if (fault.kind === "slow" || fault.kind === "lost") return null;
  if (fault.kind === "hang") {
    request.resume();
    return "hang";
  }
  if (fault.kind === "reset") {
    reset(request.socket);
    return "reset";
  }
  request.resume();
  if (fault.retryAfterSeconds !== undefined) response.setHeader("Retry-After", fault.retryAfterSeconds);
  const { status } = fault;
  refuse(response, new PveError(status, fault.message ?? REASONS[status] ?? "error"));
  return String(status);
}
