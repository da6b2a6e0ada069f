/** Calls about users, groups, roles, tokens and who may do what. */
import type { AclEntry, Token, User } from "../../world/proxmox.ts";
import {
  createGroup,
  createRole,
  createToken,
  createUser,
  deleteGroup,
  deleteRole,
  deleteToken,
  deleteUser,
  removeAcl,
  setAcl,
  setPassword,
  updateGroup,
  updateRole,
  updateToken,
  updateUser,
  type UserFields,
  userOf,
} from "../pve/access.ts";
import { type Pve, ROOT } from "../pve/context.ts";
import { badParameter, failure, PveError } from "../pve/errors.ts";
import { logIn } from "../pve/login.ts";
import { denied, may, permissionsOn } from "../pve/permissions.ts";
import { BUILT_IN, PRIVILEGES } from "../pve/privileges.ts";
import { listOf } from "./formats.ts";
import { type Data, needed, type Parameters } from "./http.ts";
import { bit, flag, number, unlessEmpty } from "./values.ts";

/** Tickets of users and of root@pam, each good for renewing itself. */
export function ticket(pve: Pve, parameters: Parameters): Data {
  const name = needed(parameters, "username");
  const username = parameters.realm === undefined ? name : `${name}@${parameters.realm}`;
  const login = logIn(pve, username, needed(parameters, "password"));
  const { corosync } = pve.datacenter;
  const me = { ...pve, user: username };
  const areas = { vms: "/vms", storage: "/storage", access: "/access", nodes: "/nodes", sdn: "/sdn", dc: "/" };
  const cap = Object.entries(areas).map(([area, path]) => [
    area,
    Object.fromEntries([...permissionsOn(me, path).keys()].map((privilege) => [privilege, 1])),
  ]);
  return {
    username,
    ticket: login.ticket,
    CSRFPreventionToken: login.csrfToken,
    cap: Object.fromEntries(cap),
    ...(corosync && { clustername: corosync.name }),
  };
}

const REALMS = [
  { realm: "pam", type: "pam", comment: "Linux PAM standard authentication" },
  { realm: "pve", type: "pve", comment: "Proxmox VE authentication server" },
];

export const realms = (): Data => REALMS;

export function realm(_pve: Pve, parameters: Parameters): Data {
  const found = REALMS.find((candidate) => candidate.realm === parameters.realm);
  if (!found) throw failure(`domain '${parameters.realm ?? ""}' does not exist`);
  return { type: found.type, comment: found.comment };
}

export function permissions(pve: Pve, { userid, path }: Parameters): Data {
  const other = userid !== undefined && userid !== pve.user;
  if (other && !may(pve, "/access", ["Sys.Audit"])) throw denied("/access, Sys.Audit");
  const { acl, pools } = pve.datacenter;
  const top = ["/", "/access", "/access/groups", "/nodes", "/pool", "/sdn", "/storage", "/vms"];
  const members = Object.values(pools).flatMap((pool) => pool.vms.map((vmid) => `/vms/${vmid}`));
  const paths = path === undefined ? [...top, ...acl.map((entry) => entry.path), ...members] : [path];
  const all = [...new Set(paths)].map((at): [string, Data] => {
    const here = [...permissionsOn(pve, at, userid ?? pve.user)];
    return [at, Object.fromEntries(here.map(([name, propagate]) => [name, bit(propagate)]))];
  });
  return Object.fromEntries(all.filter(([, here]) => Object.keys(here ?? {}).length > 0));
}

const ROOT_USER: User = {
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

function userData({ enable, expire, comment, email, firstname, lastname, keys }: User): Record<string, Data> {
  return {
    enable: bit(enable),
    expire,
    ...unlessEmpty("comment", comment),
    ...unlessEmpty("email", email),
    ...unlessEmpty("firstname", firstname),
    ...unlessEmpty("lastname", lastname),
    ...unlessEmpty("keys", keys),
  };
}

function tokensOf({ datacenter }: Pve, userid: string): readonly (readonly [string, Token])[] {
  return Object.entries(datacenter.tokens).flatMap(([id, token]) =>
    id.startsWith(`${userid}!`) ? [[id.slice(userid.length + 1), token] as const] : [],
  );
}

function tokenData({ comment, expire, privsep }: Token): Record<string, Data> {
  return { privsep: bit(privsep), expire, ...unlessEmpty("comment", comment) };
}

export function users(pve: Pve, { enabled, full }: Parameters): Data {
  const all: [string, User][] = [[ROOT, ROOT_USER], ...Object.entries(pve.datacenter.users)];
  const visible = may(pve, "/access/groups", ["User.Modify", "Sys.Audit"], true);
  return all
    .filter(
      ([userid, user]) =>
        (visible || userid === pve.user) && (enabled === undefined || bit(user.enable) === Number(enabled)),
    )
    .map(([userid, user]) => ({
      userid,
      "realm-type": userid.split("@")[1] ?? "",
      ...userData(user),
      ...(full === "1" && {
        groups: user.groups.join(","),
        tokens: tokensOf(pve, userid).map(([tokenid, token]) => ({ tokenid, ...tokenData(token) })),
      }),
    }));
}

export function user(pve: Pve, { userid = "" }: Parameters): Data {
  const found = userid === ROOT ? ROOT_USER : userOf(pve, userid);
  const tokens = tokensOf(pve, userid).map(([tokenid, token]): [string, Data] => [tokenid, tokenData(token)]);
  return {
    ...userData(found),
    groups: found.groups,
    ...(tokens.length > 0 && { tokens: Object.fromEntries(tokens) }),
  };
}

function userFields(parameters: Parameters, before: User): UserFields {
  const groups = parameters.groups === undefined ? before.groups : listOf(parameters.groups);
  return {
    comment: parameters.comment ?? before.comment,
    email: parameters.email ?? before.email,
    firstname: parameters.firstname ?? before.firstname,
    lastname: parameters.lastname ?? before.lastname,
    keys: parameters.keys ?? before.keys,
    enable: flag(parameters, "enable") ?? before.enable,
    expire: number(parameters, "expire") ?? before.expire,
    groups: parameters.append === "1" ? [...new Set([...before.groups, ...groups])] : groups,
  };
}

export function addUser(pve: Pve, parameters: Parameters): Data {
  const { userid = "", password = null } = parameters;
  createUser(pve, userid, userFields(parameters, ROOT_USER), password);
  return null;
}

export function setUser(pve: Pve, parameters: Parameters): Data {
  const { userid = "" } = parameters;
  updateUser(pve, userid, userFields(parameters, userOf(pve, userid)));
  return null;
}

export function removeUser(pve: Pve, { userid = "" }: Parameters): Data {
  deleteUser(pve, userid);
  return null;
}

export function changePassword(pve: Pve, { userid = "", password = "" }: Parameters): Data {
  if (userid === ROOT && pve.user !== ROOT) throw denied();
  setPassword(pve, userid, password);
  return null;
}

export function tokens(pve: Pve, { userid = "" }: Parameters): Data {
  if (userid !== ROOT) userOf(pve, userid);
  return tokensOf(pve, userid).map(([tokenid, token]) => ({ tokenid, ...tokenData(token) }));
}

export function token(pve: Pve, { userid = "", tokenid = "" }: Parameters): Data {
  const found = pve.datacenter.tokens[`${userid}!${tokenid}`];
  if (!found) throw failure(`no such token '${tokenid}' for user '${userid}'`);
  return tokenData(found);
}

function tokenFields(parameters: Parameters, before: Omit<Token, "value">): Omit<Token, "value"> {
  return {
    comment: parameters.comment ?? before.comment,
    expire: number(parameters, "expire") ?? before.expire,
    privsep: flag(parameters, "privsep") ?? before.privsep,
  };
}

export function addToken(pve: Pve, parameters: Parameters): Data {
  const { userid = "", tokenid = "" } = parameters;
  const fields = tokenFields(parameters, { comment: null, expire: 0, privsep: true });
  const value = createToken(pve, userid, tokenid, fields);
  return { "full-tokenid": `${userid}!${tokenid}`, info: tokenData({ ...fields, value }), value };
}

export function setToken(pve: Pve, parameters: Parameters): Data {
  const { userid = "", tokenid = "" } = parameters;
  const id = `${userid}!${tokenid}`;
  const before = pve.datacenter.tokens[id];
  updateToken(pve, id, tokenFields(parameters, before ?? { comment: null, expire: 0, privsep: true }));
  return token(pve, parameters);
}

export function removeToken(pve: Pve, { userid = "", tokenid = "" }: Parameters): Data {
  deleteToken(pve, `${userid}!${tokenid}`);
  return null;
}

function membersOf({ datacenter }: Pve, group: string): readonly string[] {
  return Object.entries(datacenter.users).flatMap(([id, { groups }]) => (groups.includes(group) ? [id] : []));
}

export function groups(pve: Pve): Data {
  return Object.entries(pve.datacenter.groups ?? {})
    .filter(([id]) => may(pve, `/access/groups/${id}`, ["User.Modify", "Sys.Audit", "Group.Allocate"], true))
    .map(([groupid, comment]) => ({
      groupid,
      users: membersOf(pve, groupid).join(","),
      ...unlessEmpty("comment", comment),
    }));
}

export function group(pve: Pve, { groupid = "" }: Parameters): Data {
  const comment = pve.datacenter.groups?.[groupid];
  if (comment === undefined) throw failure(`group '${groupid}' does not exist`);
  return { members: membersOf(pve, groupid), ...unlessEmpty("comment", comment) };
}

export function addGroup(pve: Pve, { groupid = "", comment = "" }: Parameters): Data {
  createGroup(pve, groupid, comment);
  return null;
}

export function setGroup(pve: Pve, { groupid = "", comment = "" }: Parameters): Data {
  updateGroup(pve, groupid, comment);
  return null;
}

export function removeGroup(pve: Pve, { groupid = "" }: Parameters): Data {
  deleteGroup(pve, groupid);
  return null;
}

export function roles({ datacenter }: Pve): Data {
  const all = [
    ...Object.entries(BUILT_IN).map(([roleid, privileges]) => ({ roleid, privileges, special: 1 })),
    ...Object.entries(datacenter.roles).map(([roleid, privileges]) => ({ roleid, privileges, special: 0 })),
  ];
  return all.map(({ roleid, privileges, special }) => ({ roleid, privs: privileges.join(","), special }));
}

export function role({ datacenter }: Pve, { roleid = "" }: Parameters): Data {
  const privileges = BUILT_IN[roleid] ?? datacenter.roles[roleid];
  if (!privileges) throw failure(`role '${roleid}' does not exist`);
  return Object.fromEntries(privileges.map((privilege) => [privilege, 1]));
}

export function addRole(pve: Pve, { roleid = "", privs }: Parameters): Data {
  createRole(pve, roleid, privilegesOf(privs));
  return null;
}

export function setRole(pve: Pve, { roleid = "", privs, append }: Parameters): Data {
  const before = append === "1" ? (pve.datacenter.roles[roleid] ?? []) : [];
  updateRole(pve, roleid, [...new Set([...before, ...privilegesOf(privs)])]);
  return null;
}

function privilegesOf(text: string | undefined): readonly string[] {
  const names = listOf(text);
  const unknown = names.find((name) => !PRIVILEGES.includes(name));
  if (unknown !== undefined) throw badParameter({ privs: `invalid format - invalid privilege '${unknown}'\n` });
  return names;
}

export function removeRole(pve: Pve, { roleid = "" }: Parameters): Data {
  deleteRole(pve, roleid);
  return null;
}

export function accessControl(pve: Pve): Data {
  const all = may(pve, "/access", ["Sys.Audit", "Permissions.Modify"], true);
  return pve.datacenter.acl
    .filter(({ path }) => all || may(pve, path, ["Permissions.Modify"]))
    .map(({ path, type, ugid, roleid, propagate }) => ({ path, type, ugid, roleid, propagate: bit(propagate) }));
}

export function changeAccessControl(pve: Pve, parameters: Parameters): Data {
  const path = (parameters.path ?? "/").replace(/(.)\/+$/, "$1");
  const who = (["users", "groups", "tokens"] as const).flatMap((kind) =>
    listOf(parameters[kind]).map((ugid) => ({ type: WHO[kind], ugid })),
  );
  if (who.length === 0) throw badParameter({ users: "either 'users', 'groups' or 'tokens' is required" });
  const propagate = flag(parameters, "propagate") ?? true;
  const entries = listOf(parameters.roles).flatMap((roleid) =>
    who.map(({ type, ugid }): AclEntry => ({ path, type, ugid, roleid, propagate })),
  );
  assertOwnRoles(pve, entries);
  for (const entry of entries) {
    if (parameters.delete === "1") removeAcl(pve, entry);
    else setAcl(pve, entry);
  }
  return null;
}

const WHO = { users: "user", groups: "group", tokens: "token" } as const;

/** Without Permissions.Modify one gives only what one has. */
function assertOwnRoles(pve: Pve, entries: readonly AclEntry[]): void {
  const [first] = entries;
  if (!first || may(pve, first.path, ["Permissions.Modify"])) return;
  const own = permissionsOn(pve, first.path);
  const { roles: made } = pve.datacenter;
  const more = entries.find(({ roleid }) => (BUILT_IN[roleid] ?? made[roleid] ?? []).some((name) => !own.has(name)));
  if (more) throw new PveError(403, `Permission check failed (role '${more.roleid}' has more privileges than you)`);
}
