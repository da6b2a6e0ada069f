/** Users, roles, access control lists and API tokens (pve-access-control 9.1.1). */
import { randomUUID } from "node:crypto";
import { encrypt } from "unixcrypt";
import type { AclEntry, Token, User } from "../../world/proxmox.ts";
import { assertWritable, type Pve, ROOT } from "./context.ts";
import { badParameter, failure, within } from "./errors.ts";
import { BUILT_IN_ROLES } from "./privileges.ts";
import { sectionsOf } from "./sections.ts";

const ACL_PATH =
  /^\/(|access(\/(groups|realm)(\/[\w.-]+)?)?|nodes(\/[\w.-]+)?|pool(\/[\w.-]+){0,4}|sdn(\/.+)?|storage(\/[\w.-]+)?|vms(\/[1-9]\d{2,})?|mapping(\/[\w.-]+){0,2})$/;

/** Root, until somebody says more of it. */
export const ROOT_USER: User = {
  comment: "",
  email: "",
  firstname: "",
  lastname: "",
  keys: "",
  enable: true,
  expire: 0,
  groups: [],
  password: null,
};

/** What a call can set of a user. */
export type UserFields = Omit<User, "password">;

/** Makes a user. @throws PveError */
export function createUser(pve: Pve, userid: string, fields: UserFields, password: string | null): void {
  assertWritable(pve);
  const { world, datacenter } = pve;
  const realm = userid.split("@").at(-1) ?? "";
  if (!Object.hasOwn(sectionsOf(pve, "realms"), realm))
    throw failure(`create user failed: domain '${realm}' does not exist`);
  if (datacenter.users[userid] || userid === ROOT) {
    throw failure(`create user failed: user '${userid}' already exists`);
  }
  assertGroups(pve, "create", fields.groups);
  datacenter.users[userid] = { ...fields, password: hashed(password) };
  world.changed();
}

/** Changes a user. @throws PveError */
export function updateUser(
  pve: Pve,
  userid: string,
  change: (before: User) => UserFields,
  password?: string | null,
): void {
  assertWritable(pve);
  const user = within("update user failed: ", () => userOf(pve, userid));
  const fields = change(user);
  assertGroups(pve, "update", fields.groups);
  const hash = password === undefined ? user.password : hashed(password);
  pve.datacenter.users[userid] = { ...user, ...fields, password: hash };
  pve.world.changed();
}

/** Removes a user with its tokens and access rules; that there is none is fine (API2/User.pm). */
export function deleteUser(pve: Pve, userid: string): void {
  assertWritable(pve);
  const { world, datacenter } = pve;
  delete datacenter.users[userid];
  for (const id of Object.keys(datacenter.tokens)) if (id.startsWith(`${userid}!`)) delete datacenter.tokens[id];
  datacenter.acl = datacenter.acl.filter(({ ugid }) => ugid !== userid && !ugid.startsWith(`${userid}!`));
  world.changed();
}

/** A user by its id. @throws PveError where there is none */
export function userOf({ datacenter }: Pve, userid: string): User {
  const user = Object.hasOwn(datacenter.users, userid) ? datacenter.users[userid] : undefined;
  if (user) return user;
  if (userid === ROOT) return ROOT_USER;
  throw failure(`no such user ('${userid}')`);
}

function assertGroups({ datacenter }: Pve, what: "create" | "update", groups: readonly string[]): void {
  const missing = groups.filter((group) => !(group in (datacenter.groups ?? {})));
  if (missing.length > 0) throw failure(`${what} user failed: no such group '${missing.join(",")}'`);
}

/** Sets a user's password. @throws PveError */
export function setPassword(pve: Pve, userid: string, password: string): void {
  assertWritable(pve);
  if (userid === ROOT) throw failure("change password failed: root@pam's password is the host's own");
  pve.datacenter.users[userid] = { ...userOf(pve, userid), password: hashed(password) };
  pve.world.changed();
}

/** Makes a group. @throws PveError */
export function createGroup(pve: Pve, id: string, comment: string): void {
  assertWritable(pve);
  const groups = (pve.datacenter.groups ??= {});
  if (id in groups) throw failure(`create group failed: group '${id}' already exists`);
  groups[id] = comment;
  pve.world.changed();
}

/** Changes a group's comment. @throws PveError */
export function updateGroup(pve: Pve, id: string, comment: string): void {
  assertWritable(pve);
  const groups = within("update group failed: ", () => groupsWith(pve, id));
  groups[id] = comment;
  pve.world.changed();
}

/** Removes a group, and its name from users and access rules. */
export function deleteGroup(pve: Pve, id: string): void {
  assertWritable(pve);
  const { datacenter, world } = pve;
  delete within("delete group failed: ", () => groupsWith(pve, id))[id];
  for (const user of Object.values(datacenter.users)) user.groups = user.groups.filter((group) => group !== id);
  datacenter.acl = datacenter.acl.filter((entry) => entry.type !== "group" || entry.ugid !== id);
  world.changed();
}

function groupsWith({ datacenter }: Pve, id: string): Record<string, string> {
  const groups = datacenter.groups ?? {};
  if (!(id in groups)) throw failure(`group '${id}' does not exist`);
  return groups;
}

/** Makes a role. @throws PveError */
export function createRole(pve: Pve, roleid: string, privileges: readonly string[]): void {
  assertWritable(pve);
  if (/^pve/i.test(roleid)) {
    throw badParameter({ roleid: "cannot use role ID starting with the (case-insensitive) 'PVE' namespace" });
  }
  if (roleExists(pve, roleid)) throw failure(`create role failed: role '${roleid}' already exists`);
  setRole(pve, roleid, privileges);
}

/** Sets a role's privileges. @throws PveError for one that PVE brings */
export function updateRole(pve: Pve, roleid: string, privileges: readonly string[]): void {
  assertWritable(pve);
  roleOf(pve, roleid, "update");
  setRole(pve, roleid, privileges);
}

/** Removes a role, and the access rules that name it. @throws PveError */
export function deleteRole(pve: Pve, roleid: string): void {
  assertWritable(pve);
  roleOf(pve, roleid, "delete");
  delete pve.datacenter.roles[roleid];
  pve.datacenter.acl = pve.datacenter.acl.filter((entry) => entry.roleid !== roleid);
  pve.world.changed();
}

/** Privileges of a role that was made here. */
function roleOf({ datacenter }: Pve, roleid: string, what: "update" | "delete"): readonly string[] {
  const done = what === "update" ? "modified" : "deleted";
  if (BUILT_IN_ROLES.includes(roleid)) throw failure(`auto-generated role '${roleid}' cannot be ${done}`);
  const privileges = datacenter.roles[roleid];
  if (!privileges) throw failure(`${what} role failed: role '${roleid}' does not exist`);
  return privileges;
}

/** Adds an entry, or sets whether an existing one propagates. */
export function setAcl(pve: Pve, entry: AclEntry): void {
  assertWritable(pve);
  const { world, datacenter } = pve;
  if (!ACL_PATH.test(entry.path)) throw badParameter({ path: `invalid ACL path '${entry.path}'` });
  if (!roleExists(pve, entry.roleid)) throw failure(`ACL update failed: role '${entry.roleid}' does not exist`);
  const isUser = entry.type === "user" && (entry.ugid === ROOT || entry.ugid in datacenter.users);
  const isGroup = entry.type === "group" && entry.ugid in (datacenter.groups ?? {});
  const isToken = entry.type === "token" && entry.ugid in datacenter.tokens;
  if (!isUser && !isToken && !isGroup) throw failure(`ACL update failed: ${entry.type} '${entry.ugid}' does not exist`);
  datacenter.acl = [...datacenter.acl.filter((other) => !sameRule(other, entry)), entry];
  world.changed();
}

/** Removes an access rule; that there is none is fine. */
export function removeAcl(pve: Pve, entry: AclEntry): void {
  assertWritable(pve);
  pve.datacenter.acl = pve.datacenter.acl.filter((other) => !sameRule(other, entry));
  pve.world.changed();
}

/** The access rule for the same who, what and where. */
export function findAcl({ datacenter }: Pve, entry: Omit<AclEntry, "propagate">): AclEntry | undefined {
  return datacenter.acl.find((other) => sameRule(other, entry));
}

/** Creates a token. Returns its value, which is never shown again. */
export function createToken(pve: Pve, userid: string, name: string, token: Omit<Token, "value">): string {
  assertWritable(pve);
  const { world, datacenter } = pve;
  if (userid !== ROOT) userOf(pve, userid);
  const id = `${userid}!${name}`;
  if (datacenter.tokens[id]) throw badParameter({ tokenid: "Token already exists." });
  const value = randomUUID();
  datacenter.tokens[id] = { ...token, value };
  world.changed();
  return value;
}

/** Changes a token. @throws PveError */
export function updateToken(pve: Pve, id: string, token: Omit<Token, "value">): void {
  assertWritable(pve);
  Object.assign(tokenOf(pve, id), token);
  pve.world.changed();
}

/** Removes a token, and the access rules that name it. @throws PveError */
export function deleteToken(pve: Pve, id: string): void {
  assertWritable(pve);
  tokenOf(pve, id);
  delete pve.datacenter.tokens[id];
  pve.datacenter.acl = pve.datacenter.acl.filter(({ ugid }) => ugid !== id);
  pve.world.changed();
}

function tokenOf({ datacenter }: Pve, id: string): Token {
  const token = datacenter.tokens[id];
  if (!token) throw failure(`no such token '${id.split("!")[1] ?? ""}' for user '${id.split("!")[0] ?? ""}'`);
  return token;
}

function roleExists({ datacenter }: Pve, roleid: string): boolean {
  return BUILT_IN_ROLES.includes(roleid) || roleid in datacenter.roles;
}

function setRole({ world, datacenter }: Pve, roleid: string, privileges: readonly string[]): void {
  datacenter.roles[roleid] = [...privileges];
  world.changed();
}

function sameRule(a: Omit<AclEntry, "propagate">, b: Omit<AclEntry, "propagate">): boolean {
  return a.path === b.path && a.type === b.type && a.ugid === b.ugid && a.roleid === b.roleid;
}

function hashed(password: string | null): string | null {
  return password === null || password === "" ? null : encrypt(password);
}
