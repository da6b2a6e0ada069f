/** Guests of a datacenter: virtual machines and containers, which share their ids. */
import type { Datacenter, Vm } from "../../world/proxmox.ts";
import type { Pve } from "./context.ts";

const MIN_VMID = 100;

/** What a guest is, as `cluster/resources` has it. */
export type GuestType = "qemu" | "lxc";

interface Guest {
  readonly type: GuestType;
  readonly guest: Vm;
}

/** A guest by its id. */
export function guestOf({ vms, containers = {} }: Datacenter, vmid: number | string): Guest | undefined {
  const [vm, container] = [vms[vmid], containers[vmid]];
  if (vm) return { type: "qemu", guest: vm };
  return container && { type: "lxc", guest: container };
}

/** All of them. */
export function guestsOf({ vms, containers = {} }: Datacenter): readonly Guest[] {
  return [
    ...Object.values(vms).map((guest): Guest => ({ type: "qemu", guest })),
    ...Object.values(containers).map((guest): Guest => ({ type: "lxc", guest })),
  ];
}

/** `CT 100 already exists on node 'pve'`; undefined where no guest has this id (`check_vmid_unused`). */
export function takenBy(datacenter: Datacenter, vmid: number | string): string | undefined {
  const found = guestOf(datacenter, vmid);
  return found && `${found.type === "lxc" ? "CT" : "VM"} ${vmid} already exists on node '${found.guest.node}'`;
}

/** The lowest id from 100 on that no guest has. */
export function freeVmid({ datacenter }: Pve): number {
  let vmid = MIN_VMID;
  while (guestOf(datacenter, vmid)) vmid += 1;
  return vmid;
}
