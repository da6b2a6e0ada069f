/**
 * Which host each virtual machine runs on: written hosts first, then control planes spread, then each worker where the
 * most memory is left. A VM that moves is replaced, so a choice depends on as little as possible: a control
 * plane's on hosts and control planes, a worker's on those and its own number and size, unless room is short.
 */
import type { ConfigIssue } from "../config/errors.ts";
import { slotOf } from "../config/fields.ts";
import type { HostConfig, LabConfig, NodeConfig } from "../config/schema.ts";
import { fits, newSpot, type Spot, take, vmMemoryMb } from "./capacity.ts";
import { refusal } from "./refusal.ts";

/** Which node is on which host, and which has none. */
interface Placement {
  /** Host by node name; nodes that fit nowhere are missing. */
  readonly hostOf: ReadonlyMap<string, string>;
  readonly issues: readonly ConfigIssue[];
}

type Choose = (node: NodeConfig, spots: readonly Spot[]) => Spot | undefined;

const bySlot = (a: { readonly name: string }, b: { readonly name: string }): number => slotOf(a.name) - slotOf(b.name);

/** Fewest control planes, then most memory not taken by them, then lowest number. */
const leastControlPlanes: Choose = (_node, spots) =>
  spots.toSorted((a, b) => a.controlPlanes - b.controlPlanes || b.besideControlPlanesMb - a.besideControlPlanesMb)[0];

const mostMemory: Choose = (_node, spots) => spots.toSorted((a, b) => b.memoryMb - a.memoryMb)[0];

/**
 * For each size of worker, the hosts that worker 1, 2, 3, … go to if all workers had that size: so worker 2 stays where
 * it is when worker 1 goes. `spots` are as the control planes leave them.
 */
function turns(spots: readonly Spot[]): (node: NodeConfig) => string | undefined {
  const bySize = new Map<number, { readonly left: Map<HostConfig, number>; readonly order: string[] }>();
  return (node) => {
    const size = node.memoryMb;
    const turn = bySize.get(size) ?? {
      left: new Map(spots.map(({ host, besideControlPlanesMb }) => [host, besideControlPlanesMb])),
      order: [],
    };
    bySize.set(size, turn);
    while (turn.order.length < slotOf(node.name)) {
      const [host, left] = [...turn.left].reduce((best, next) => (next[1] > best[1] ? next : best));
      turn.order.push(host.name);
      turn.left.set(host, left - vmMemoryMb(node, host));
    }
    return turn.order[slotOf(node.name) - 1];
  };
}

/** Places every node, or reports for each that does not fit what is left on each host. */
export function placeNodes(config: LabConfig): Placement {
  const spots = config.hosts.toSorted(bySlot).map(newSpot);
  const hostOf = new Map<string, string>();
  const issues: ConfigIssue[] = [];

  function place(
    nodes: readonly NodeConfig[],
    candidates: (node: NodeConfig) => readonly Spot[],
    choose: Choose,
  ): void {
    for (const node of nodes.toSorted(bySlot)) {
      const offered = candidates(node);
      const spot = choose(
        node,
        offered.filter((candidate) => fits(candidate, node)),
      );
      if (spot === undefined) {
        issues.push(refusal(config, node, offered));
      } else {
        take(spot, node);
        hostOf.set(node.name, spot.host.name);
      }
    }
  }

  const written = config.kubernetes.nodes.filter(({ host }) => host !== undefined);
  const free = config.kubernetes.nodes.filter(({ host }) => host === undefined);
  place(written, (node) => spots.filter(({ host }) => host.name === node.host), mostMemory);
  place(
    free.filter(({ role }) => role === "control-plane"),
    () => spots,
    leastControlPlanes,
  );
  const turnOf = turns(spots);
  place(
    free.filter(({ role }) => role === "worker"),
    () => spots,
    (node, fitting) => fitting.find(({ host }) => host.name === turnOf(node)) ?? mostMemory(node, fitting),
  );
  return { hostOf, issues };
}
