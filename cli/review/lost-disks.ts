/** What is lost with the disk of a host that is made anew, machine by machine. */
import type { Stack } from "../terraform/stack.ts";
import type { StackReview } from "./review.ts";

export interface LostDisk {
  readonly host: string;
  /** Names of the machines on it, templates among them. */
  readonly machines: readonly string[];
}

/** The generation of a host's disk (constructs/oci/host.ts). */
const DISK = /^terraform_data\.(.+)_disk$/;

/** @param resources of all stacks, as synthesized */
export function lostDisks(
  reviews: readonly Pick<StackReview, "changes">[],
  resources: readonly Stack["resources"][],
): readonly LostDisk[] {
  const vms = resources.flatMap((types) => Object.values(types["proxmox_virtual_environment_vm"] ?? {}));
  const hosts = reviews.flatMap(({ changes }) =>
    changes.filter(({ action }) => action === "replace").flatMap(({ address }) => DISK.exec(address)?.[1] ?? []),
  );
  return hosts.map((host) => ({
    host,
    machines: vms.filter((vm) => vm["node_name"] === host).map((vm) => String(vm["name"])),
  }));
}

/** `pve-1 gets a new disk, and what is on it is lost: cp-1, worker-1` */
export function lostDiskLine({ host, machines }: LostDisk): string {
  return `${host} gets a new disk, and what is on it is lost${machines.length === 0 ? "" : `: ${machines.join(", ")}`}`;
}
