/** Calls of the plugin protocol that are to fail: told of before they are done, and answered as a provider would. */
import { setTimeout as sleep } from "node:timers/promises";
import type { Call, Calls, Fault } from "../faults/calls.ts";
import { wireName } from "./codec.ts";
import type { Diagnosed, Diagnostic, DynamicValue } from "./messages.ts";

/** What of a request tells what it is about. */
interface Request {
  readonly type_name?: string;
  readonly planned_state?: DynamicValue;
  readonly prior_state?: DynamicValue;
  readonly current_state?: DynamicValue;
  readonly config?: DynamicValue;
}

/** Type of a resource, and its name where the service knows one: `oci_core_vcn lab`. */
function targetOf(source: string, request: Request): string {
  const { type_name, planned_state, config, current_state, prior_state } = request;
  if (type_name === undefined) return source;
  const states = [planned_state, config, current_state, prior_state];
  const name = states.flatMap((state) => (state ? (wireName(state.msgpack) ?? []) : []))[0];
  return name === undefined ? type_name : `${type_name} ${name}`;
}

type Status = Extract<Fault, { kind: "status" }>;

/** A failed call of the provider's own API, in the words in which that provider tells of it. */
function diagnosticOf(
  source: string,
  target: string,
  { status, code, message, retryAfterSeconds }: Status,
): Diagnostic {
  const wait = retryAfterSeconds === undefined ? "" : ` Retry after ${retryAfterSeconds} seconds.`;
  const what = message ?? "The service failed as it was asked to.";
  if (source === "oracle/oci")
    return {
      severity: 1,
      summary: `${status}-${code ?? "InternalError"}, ${what}`,
      detail: `Service: ${target}.${wait}`,
    };
  if (source === "siderolabs/talos")
    return { severity: 1, summary: target, detail: `rpc error: code = ${code ?? "Unavailable"} desc = ${what}${wait}` };
  return { severity: 1, summary: target, detail: `received an HTTP ${status} response - Reason: ${what}${wait}` };
}

/** @param refused the reply that carries a diagnostic, where more belongs into it */
export type Announce = <Asked extends Request, Reply extends Diagnosed>(
  method: string,
  work: (request: Asked) => Promise<Reply>,
  refused?: (diagnosed: Diagnosed, request: Asked) => Reply | Diagnosed,
) => (request: Asked) => Promise<Reply | Diagnosed>;

/** Until the connection is gone, there is no answer. */
function never<Reply>(): Promise<Reply> {
  return new Promise(() => undefined);
}

/**
 * Announces each call of a method, does it, and tells its end; or plays the fault that it is to meet.
 *
 * @param source the provider, such as `oracle/oci`
 * @param disconnect ends the connection that the calls come over
 */
export function announced(calls: Calls, source: string, disconnect: () => void): Announce {
  return (method, work, refused = (diagnosed) => diagnosed) =>
    async (request) => {
      const call: Call = { interface: "provider", method, target: targetOf(source, request) };
      const fault = calls.begin(call);
      if (fault?.kind === "status") {
        calls.end(call, `${fault.status} ${fault.code ?? ""}`.trim());
        return refused({ diagnostics: [diagnosticOf(source, call.target, fault)] }, request);
      }
      if (fault?.kind === "hang") return never();
      if (fault?.kind === "reset") {
        calls.end(call, "reset");
        disconnect();
        return never();
      }
      if (fault?.kind === "slow") await sleep(fault.ms);
      const reply = await work(request);
      if (fault?.kind === "lost") {
        calls.end(call, "lost");
        disconnect();
        return never();
      }
      calls.end(call, reply.diagnostics?.[0]?.summary ?? "ok");
      return reply;
    };
}
