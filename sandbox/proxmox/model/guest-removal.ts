/** The end of a guest, whichever it is. */
import type { Vm } from "../../world/proxmox.ts";
import type { Pve } from "./context.ts";
import { releaseAddresses } from "./ipam.ts";
import { moveToPool } from "./pools.ts";

/** What else speaks of a guest that is destroyed: its volumes, pool, access rules, addresses and firewall. */
export function forgetGuest(pve: Pve, { vmid, instanceId }: Vm): void {
  const { datacenter, world } = pve;
  const volumes = world.state.proxmox.hosts[instanceId]?.volumes ?? {};
  for (const volid of Object.keys(volumes))
    if (new RegExp(`[:/](vm|base|subvol)-${vmid}-`).test(volid)) delete volumes[volid];
  moveToPool(pve, vmid, "");
  datacenter.acl = datacenter.acl.filter((entry) => entry.path !== `/vms/${vmid}`);
  releaseAddresses(pve, vmid, {});
  delete datacenter.firewalls?.[vmid];
}
