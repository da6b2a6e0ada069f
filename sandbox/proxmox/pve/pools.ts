/** Resource pools. A virtual machine is in one at most. */
import type { Pool } from "../../world/proxmox.ts";
import { assertQuorum, type Pve } from "./context.ts";
import { failure } from "./errors.ts";

export function createPool(pve: Pve, id: string, comment: string): void {
  assertQuorum(pve);
  if (pve.datacenter.pools[id]) throw failure(`create pool failed: pool '${id}' already exists`);
  if (!/^[A-Za-z]/.test(id)) throw failure("create pool failed: pool name must start with a letter");
  pve.datacenter.pools[id] = { comment, vms: [] };
  pve.world.changed();
}

export function updatePool(pve: Pve, id: string, comment: string): void {
  assertQuorum(pve);
  poolOf(pve, id).comment = comment;
  pve.world.changed();
}

export function deletePool(pve: Pve, id: string): void {
  assertQuorum(pve);
  const [vm] = poolOf(pve, id).vms;
  if (vm !== undefined) throw failure(`delete pool failed: pool '${id}' is not empty (contains VM ${vm})`);
  delete pve.datacenter.pools[id];
  pve.world.changed();
}

export function poolOf({ datacenter }: Pve, id: string): Pool {
  const pool = datacenter.pools[id];
  if (!pool) throw failure(`pool '${id}' does not exist`);
  return pool;
}

export function poolOfVm({ datacenter }: Pve, vmid: number): string {
  return Object.entries(datacenter.pools).find(([, pool]) => pool.vms.includes(vmid))?.[0] ?? "";
}

/** Puts a virtual machine into a pool, out of the one it was in; `""` takes it out of every pool. */
export function moveToPool(pve: Pve, vmid: number, id: string): void {
  const target = id === "" ? null : poolOf(pve, id);
  for (const pool of Object.values(pve.datacenter.pools)) pool.vms = pool.vms.filter((member) => member !== vmid);
  if (target) target.vms = [...target.vms, vmid].sort((a, b) => a - b);
  pve.world.changed();
}
