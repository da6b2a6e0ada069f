/** Conditions of the world that somebody asked for, as the model asks after them. */
import { matches } from "./pattern.ts";
import type { BootStop } from "./boot-stops.ts";
import type { FaultSpec } from "./spec.ts";
import type { FaultState } from "./state.ts";

/** What of a world's state faults are in. */
interface Faulty {
  readonly faults?: FaultState;
}

/** A world, as far as faults go. */
interface FaultyWorld {
  readonly state: Faulty;
}

function asked<What extends FaultSpec["what"]>(state: Faulty, what: What): Extract<FaultSpec, { what: What }>[] {
  const isOne = (spec: FaultSpec): spec is Extract<FaultSpec, { what: What }> => spec.what === what;
  return (state.faults?.active ?? []).map(({ spec }) => spec).filter(isOne);
}

/** Where an instance is to be launched. */
interface LaunchPlace {
  /** Such as `Uocm:EU-FRANKFURT-1-AD-1`. */
  readonly availabilityDomain: string;
  readonly faultDomain: string;
  readonly shape: string;
}

/** Whether the place is out of host capacity. */
export function isExhausted(world: FaultyWorld, place: LaunchPlace): boolean {
  return asked(world.state, "capacity").some(
    (fault) =>
      matches(fault.availabilityDomain, place.availabilityDomain) &&
      matches(fault.faultDomain, place.faultDomain) &&
      matches(fault.shape, place.shape),
  );
}

/** Whether a host was switched off, by its name. */
export function isDown(world: FaultyWorld, host: string): boolean {
  return asked(world.state, "down").some((fault) => fault.host === host);
}

/** Where the boot of a host was made to end, by its name; null: nobody asked for that. */
export function bootStopAsked(world: FaultyWorld, host: string): BootStop | null {
  return asked(world.state, "boot").find((fault) => fault.host === host)?.stop ?? null;
}

/** Whether OCI attaches a capability schema of its own to what is imported. */
export function schemasAreAttached(world: FaultyWorld): boolean {
  return asked(world.state, "schema").length > 0;
}

/** Whether a cluster was made to lose its quorum, whatever its hosts say. */
export function lostQuorum(world: FaultyWorld, cluster: string): boolean {
  return asked(world.state, "quorum").some((fault) => matches(fault.cluster, cluster));
}

/** Whether a node of Kubernetes was made to be not ready, by its name. */
export function isUnready(state: Faulty, node: string): boolean {
  return asked(state, "unready").some((fault) => fault.node === node);
}

/** How far the world's clock is ahead of the real one. */
export function clockAheadMs(state: Faulty): number {
  return asked(state, "clock").reduce((sum, { seconds }) => sum + seconds * 1000, 0);
}
