/** A host's capacity for guests, and a guest's use of it. Some of the memory overheads are our estimates. */
import type { HostConfig, NodeConfig } from "../config/schema.ts";

/**
 * Memory that Proxmox VE and its services take, in MB; hosts under SMALL_HOST_GB get less. Our estimate, not measured
 * on A1 yet; pve-docs ask for 2 GB beside the guests.
 */
const PVE_MEMORY_MB = { small: 1536, usual: 2048 } as const;
const SMALL_HOST_GB = 8;

/** Translated code that QEMU keeps for a VM under TCG: an eighth of the host's memory, at most 1 GB (QEMU `tcg/region.c`). */
const TRANSLATION_SHARE = 8;
const TRANSLATION_MAX_MB = 1024;
/** QEMU beside it, in MB. Our estimate, not measured yet. */
const QEMU_MEMORY_MB = 256;

/** Memory a VM takes beyond its own under TCG once its translation buffer is full, in MB. */
export function tcgMemoryMb({ memoryGb }: Pick<HostConfig, "memoryGb">): number {
  return Math.min(TRANSLATION_MAX_MB, (memoryGb * 1024) / TRANSLATION_SHARE) + QEMU_MEMORY_MB;
}

/** Root file system of a host, in GB: the images cap it here, LVM-thin gets the rest. */
const ROOT_GB = 20;
/** EFI partition, LVM-thin metadata, the template and slack, in GB. */
const SLACK_GB = 5;

/** What Proxmox VE takes of a host for itself, in MB. */
export function pveMemoryMb({ memoryGb }: Pick<HostConfig, "memoryGb">): number {
  return memoryGb < SMALL_HOST_GB ? PVE_MEMORY_MB.small : PVE_MEMORY_MB.usual;
}

/** What a host has for guests before there are any. On A1 one OCPU is one vCPU. */
export function roomOf(host: HostConfig): {
  readonly vcpus: number;
  readonly memoryMb: number;
  readonly diskGb: number;
} {
  return {
    vcpus: host.ocpus,
    memoryMb: host.memoryGb * 1024 - pveMemoryMb(host),
    diskGb: host.bootVolumeGb - ROOT_GB - SLACK_GB,
  };
}

/** What a VM takes of a host's memory, in MB. */
export function vmMemoryMb({ memoryMb }: Pick<NodeConfig, "memoryMb">, host: Pick<HostConfig, "memoryGb">): number {
  return memoryMb + tcgMemoryMb(host);
}

/** A host during placement. */
export interface Spot {
  readonly host: HostConfig;
  readonly vcpus: number;
  memoryMb: number;
  diskGb: number;
  controlPlanes: number;
  /** Memory left if there were no workers: what decides where control planes go. */
  besideControlPlanesMb: number;
}

/** All the room of a host, before anything is placed on it. */
export function newSpot(host: HostConfig): Spot {
  const room = roomOf(host);
  return { host, ...room, controlPlanes: 0, besideControlPlanesMb: room.memoryMb };
}

/** Whether a host has as many vCPUs as a node wants: nodes share them, but none has more. */
export const hasCpus = (spot: Spot, node: NodeConfig): boolean => node.vcpus <= spot.vcpus;
/** Whether the memory that is left holds a node, with what emulation adds. */
export const hasMemory = (spot: Spot, node: NodeConfig): boolean => vmMemoryMb(node, spot.host) <= spot.memoryMb;
/** Whether the disk that is left holds a node's. */
const hasDisk = (spot: Spot, node: NodeConfig): boolean => node.diskGb <= spot.diskGb;

/** Whether a node has room on a host. */
export function fits(spot: Spot, node: NodeConfig): boolean {
  return hasCpus(spot, node) && hasMemory(spot, node) && hasDisk(spot, node);
}

/** Takes the room of a node from a host. */
export function take(spot: Spot, node: NodeConfig): void {
  spot.memoryMb -= vmMemoryMb(node, spot.host);
  spot.diskGb -= node.diskGb;
  if (node.role !== "control-plane") return;
  spot.controlPlanes += 1;
  spot.besideControlPlanesMb -= vmMemoryMb(node, spot.host);
}
