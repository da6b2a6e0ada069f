/** The line for a node that fits on none of the hosts it may run on: the first size that none of them has. */
import { type ConfigIssue, shown } from "../config/errors.ts";
import type { LabConfig, NodeConfig } from "../config/schema.ts";
import { hasCpus, hasMemory, pveMemoryMb, type Spot, tcgMemoryMb } from "./capacity.ts";

const most = (numbers: readonly number[]): number => Math.max(0, ...numbers);

const each = (spots: readonly Spot[], has: (spot: Spot) => string): string =>
  spots.map((spot) => `${spot.host.name} has ${has(spot)}`).join(", ");

function vcpusAllowed(spots: readonly Spot[]): string {
  const limit = most(spots.map(({ vcpus }) => vcpus));
  const range = limit === 1 ? "1" : `1 to ${limit}`;
  return `${range} (a VM has at most as many vCPUs as its host; ${each(spots, ({ vcpus }) => `${vcpus}`)})`;
}

function memoryAllowed(spots: readonly Spot[]): string {
  const limit = most(spots.map(({ memoryMb, host }) => memoryMb - tcgMemoryMb(host)));
  const left = each(spots, ({ memoryMb, host }) => `${memoryMb} of ${host.memoryGb * 1024} MB left`);
  const system = most(spots.map(({ host }) => pveMemoryMb(host)));
  const vm = most(spots.map(({ host }) => tcgMemoryMb(host)));
  const costs = `Proxmox VE takes ${system}, each VM ${vm} beyond its own`;
  return `at most ${limit} (MB; ${left}; ${costs})`;
}

function diskAllowed(spots: readonly Spot[]): string {
  const left = each(spots, ({ diskGb, host }) => `${diskGb} of ${host.bootVolumeGb} GB left beside the system`);
  return `at most ${most(spots.map(({ diskGb }) => diskGb))} (GB; ${left})`;
}

/** Why a node fits on none of these hosts. */
export function refusal(config: LabConfig, node: NodeConfig, spots: readonly Spot[]): ConfigIssue {
  const path = ["kubernetes", "nodes", config.kubernetes.nodes.indexOf(node)];
  const withCpus = spots.filter((spot) => hasCpus(spot, node));
  if (withCpus.length === 0) {
    return { path: [...path, "vcpus"], got: shown(node.vcpus), allowed: vcpusAllowed(spots) };
  }
  const withMemory = withCpus.filter((spot) => hasMemory(spot, node));
  if (withMemory.length === 0) {
    return { path: [...path, "memoryMb"], got: shown(node.memoryMb), allowed: memoryAllowed(withCpus) };
  }
  return { path: [...path, "diskGb"], got: shown(node.diskGb), allowed: diskAllowed(withMemory) };
}
