/** Faults in words, for people. */
import type { Fault } from "./calls.ts";
import type { ActiveFault } from "./state.ts";
import type { CallFault } from "./spec.ts";

/** One in one line. */
export function faultText({ spec }: Pick<ActiveFault, "spec">): string {
  switch (spec.what) {
    case "capacity":
      return `out of host capacity: availability domain ${spec.availabilityDomain}, fault domain ${spec.faultDomain}, shape ${spec.shape}`;
    case "down":
      return `host ${spec.host} is down`;
    case "boot":
      return `host ${spec.host} does not boot: ${spec.stop}`;
    case "schema":
      return "imports attach a capability schema by themselves";
    case "quorum":
      return `no quorum: cluster ${spec.cluster}`;
    case "unready":
      return `node ${spec.node} is not ready`;
    case "clock":
      return `the clock is ${Math.abs(spec.seconds)} s ${spec.seconds < 0 ? "behind" : "ahead"}`;
    case "call":
      return `${faultWords(spec.fault)}: ${spec.interface ?? "any interface"} ${spec.method ?? "*"} ${spec.target ?? "*"}, ${when(spec)}`;
  }
}

function faultWords(fault: Fault): string {
  if (fault.kind === "slow") return `slow by ${fault.ms} ms`;
  return fault.kind === "status" ? [fault.kind, fault.status, fault.code ?? ""].join(" ").trim() : fault.kind;
}

function when({ nth, times, share }: CallFault): string {
  const part = share < 1 ? `, with a chance of ${share}` : "";
  if (times === 1 && share === 1) return nth === 1 ? "the next call" : `call ${nth}`;
  const from = nth === 1 ? "" : ` from call ${nth} on`;
  return `${times === 0 ? "every call" : `${times} calls`}${from}${part}`;
}
