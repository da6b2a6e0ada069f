/** Resource pools. A virtual machine is in one at most. */
import type { Pool } from "../../world/proxmox.ts";
import { assertWritable, type Pve } from "./context.ts";
import { failure, within } from "./errors.ts";
import { guestOf } from "./guests.ts";

/** Makes an empty pool. @throws PveError */
export function createPool(pve: Pve, id: string, comment: string): void {
  assertWritable(pve);
  if (pve.datacenter.pools[id]) throw failure(`create pool failed: pool '${id}' already exists`);
  const [, parent, leaf = id] = /^(.*)\/([^/]+)$/.exec(id) ?? [];
  if (parent !== undefined && !pve.datacenter.pools[parent])
    throw failure(`create pool failed: parent '${parent}' of pool '${id}' does not exist`);
  if (!/^[A-Za-z]/.test(leaf)) throw failure("create pool failed: pool name must start with a letter");
  pve.datacenter.pools[id] = { comment, vms: [] };
  pve.world.changed();
}

/** Changes a pool's comment. @throws PveError */
export function updatePool(pve: Pve, id: string, comment: string): void {
  assertWritable(pve);
  within("update pools failed: ", () => poolOf(pve, id)).comment = comment;
  pve.world.changed();
}

/** Removes an empty pool, and what somebody may do with it. @throws PveError */
export function deletePool(pve: Pve, id: string): void {
  assertWritable(pve);
  const { vms, storages = [] } = within("delete pool failed: ", () => poolOf(pve, id));
  const below = Object.keys(pve.datacenter.pools).find((other) => other.startsWith(`${id}/`));
  const content = [
    ...(below === undefined ? [] : [`pool '${below}'`]),
    ...vms.map((vm) => `VM ${vm}`),
    ...storages.map((storage) => `storage '${storage}'`),
  ];
  if (content.length > 0) throw failure(`delete pool failed: pool '${id}' is not empty (contains ${content[0]})`);
  delete pve.datacenter.pools[id];
  // pve-access-control, delete_pool_acl: of a pool within another there is no such path.
  pve.datacenter.acl = pve.datacenter.acl.filter(({ path }) => path !== `/pool/${id}`);
  pve.world.changed();
}

/** A pool by its id. @throws PveError where there is none */
export function poolOf({ datacenter }: Pve, id: string): Pool {
  const pool = datacenter.pools[id];
  if (!pool) throw failure(`pool '${id}' does not exist`);
  return pool;
}

/** The pool that a virtual machine is in; `""`: none. */
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

interface Members {
  readonly vms: readonly number[];
  readonly storages: readonly string[];
}

/** Adds members. A virtual machine of another pool comes along only where that is said. */
export function addMembers(pve: Pve, id: string, { vms, storages }: Members, move: boolean): void {
  assertWritable(pve);
  const pool = within("update pools failed: ", () => poolOf(pve, id));
  for (const vmid of vms) {
    if (!guestOf(pve.datacenter, vmid)) throw failure(`update pools failed: VM ${vmid} does not exist`);
    const other = poolOfVm(pve, vmid);
    if (other === id) throw failure(`update pools failed: VM ${vmid} is already a pool member`);
    if (other !== "" && !move) {
      throw failure(`update pools failed: VM ${vmid} belongs already to pool '${other}' and 'allow-move' is not set`);
    }
  }
  const known = storages.find((storage) => pool.storages?.includes(storage));
  if (known !== undefined) throw failure(`update pools failed: Storage '${known}' is already a pool member`);
  for (const vmid of vms) moveToPool(pve, vmid, id);
  pool.storages = [...new Set([...(pool.storages ?? []), ...storages])].sort();
  pve.world.changed();
}

/** Takes members out. @throws PveError */
export function removeMembers(pve: Pve, id: string, { vms, storages }: Members): void {
  assertWritable(pve);
  const pool = within("update pools failed: ", () => poolOf(pve, id));
  const stranger = vms.find((vmid) => !pool.vms.includes(vmid));
  if (stranger !== undefined) throw failure(`update pools failed: VM ${stranger} is not a pool member`);
  const unknown = storages.find((storage) => !pool.storages?.includes(storage));
  if (unknown !== undefined) throw failure(`update pools failed: Storage '${unknown}' is not a pool member`);
  pool.vms = pool.vms.filter((vmid) => !vms.includes(vmid));
  pool.storages = (pool.storages ?? []).filter((storage) => !storages.includes(storage));
  pve.world.changed();
}
