/** Who may do what where (pve-access-control 9.1.1, RPCEnvironment.pm and AccessControl.pm). */
import type { AclEntry } from "../../world/proxmox.ts";
import { type Pve, ROOT } from "./context.ts";
import { PveError } from "./errors.ts";
import { BUILT_IN, PRIVILEGES } from "./privileges.ts";

/** A privilege, and whether it holds for what is below too. */
type Permissions = ReadonlyMap<string, boolean>;

/** Privileges of the caller on a path of the access control list: `/vms/100`. */
export function permissionsOn(pve: Pve, path: string, user = pve.user): Permissions {
  if (user === ROOT) return new Map(PRIVILEGES.map((privilege) => [privilege, true]));
  const [owner = ""] = user.split("!");
  if (owner === user) return privilegesOf(pve, path, user);
  const token = pve.datacenter.tokens[user];
  if (!token) return new Map();
  const owned = permissionsOn(pve, path, owner);
  if (!token.privsep) return owned;
  const own = privilegesOf(pve, path, user);
  if (owner === ROOT) return own;
  // A token of its own privileges has at most those of its user.
  return new Map(
    [...own].filter(([name]) => owned.has(name)).map(([name, all]) => [name, all && owned.get(name) === true]),
  );
}

/** Whether the caller has all of these privileges on a path, or with `any` one of them. */
export function may(pve: Pve, path: string, privileges: readonly string[], any = false): boolean {
  if (pve.user === ROOT) return true;
  const has = permissionsOn(pve, path);
  return any ? privileges.some((name) => has.has(name)) : privileges.every((name) => has.has(name));
}

/** @throws 403 that names what is missing, as PVE does. */
export function assertMay(pve: Pve, path: string, privileges: readonly string[], any = false): void {
  if (may(pve, path, privileges, any)) return;
  const missing = privileges.find((name) => !permissionsOn(pve, path).has(name)) ?? "";
  throw denied(`${path}, ${any ? privileges.join("|") : missing}`);
}

/** A privilege on a virtual machine, or on the pool that it is to be in. */
export function assertMayVm(pve: Pve, vmid: number, pool: string, privileges: readonly string[], any = false): void {
  if (pool !== "" && may(pve, `/pool/${pool}`, privileges, any)) return;
  assertMay(pve, `/vms/${vmid}`, privileges, any);
}

/** The refusal of a permission check. @param why path and privilege */
export function denied(why?: string): PveError {
  return new PveError(403, why === undefined ? "Permission check failed" : `Permission check failed (${why})`);
}

function privilegesOf(pve: Pve, path: string, user: string): Permissions {
  const { datacenter } = pve;
  const roles = new Map(rolesOn(pve, path, user));
  const fromPool = poolRoles(pve, path, user);
  if (!roles.has("NoAccess")) {
    if (fromPool.has("NoAccess")) roles.clear();
    for (const role of fromPool.keys()) if (!roles.has(role)) roles.set(role, false);
  }
  if (roles.has("NoAccess")) return new Map();
  const privileges = new Map<string, boolean>();
  for (const [role, propagate] of roles) {
    for (const name of BUILT_IN[role] ?? datacenter.roles[role] ?? []) {
      privileges.set(name, privileges.get(name) === true || propagate);
    }
  }
  return privileges;
}

/** Roles on a path: those of the longest part of it that has any for the user, or else for its groups. */
function rolesOn({ datacenter }: Pve, path: string, user: string): ReadonlyMap<string, boolean> {
  const parts = path.split("/").filter((part) => part !== "");
  const groups = datacenter.users[user]?.groups ?? [];
  let roles: ReadonlyMap<string, boolean> = new Map();
  for (let length = 0; length <= parts.length; length += 1) {
    const at = `/${parts.slice(0, length).join("/")}`;
    const here = datacenter.acl.filter((entry) => entry.path === at && (length === parts.length || entry.propagate));
    const own = here.filter((entry) => entry.type !== "group" && entry.ugid === user);
    const found = own.length > 0 ? own : here.filter((entry) => entry.type === "group" && groups.includes(entry.ugid));
    if (found.length > 0) roles = new Map(found.map(({ roleid, propagate }: AclEntry) => [roleid, propagate]));
  }
  return roles;
}

/** Roles that the members of a pool have from it. */
function poolRoles(pve: Pve, path: string, user: string): ReadonlyMap<string, boolean> {
  const [, kind, id] = /^\/(vms|storage)\/([^/]+)$/.exec(path) ?? [];
  if (kind === undefined || id === undefined) return new Map();
  const pools = Object.entries(pve.datacenter.pools).filter(([, pool]) =>
    kind === "vms" ? pool.vms.includes(Number(id)) : (pool.storages ?? []).includes(id),
  );
  return new Map(pools.flatMap(([name]) => [...rolesOn(pve, `/pool/${name}`, user)]));
}
