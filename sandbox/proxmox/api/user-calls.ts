/** Calls about users, their tokens and groups. */
import type { Token, User } from "../../world/proxmox.ts";
import {
  createGroup,
  createToken,
  createUser,
  deleteGroup,
  deleteToken,
  deleteUser,
  ROOT_USER,
  setPassword,
  updateGroup,
  updateToken,
  updateUser,
  type UserFields,
  userOf,
} from "../model/access.ts";
import { type Pve, ROOT } from "../model/context.ts";
import { failure } from "../model/errors.ts";
import { denied, may } from "../model/permissions.ts";
import { listOf } from "./formats.ts";
import type { Data, Parameters } from "./http.ts";
import { bit, flag, lineText, number, unlessEmpty } from "./values.ts";

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

/** `GET access/users` */
export function users(pve: Pve, { enabled, full }: Parameters): Data {
  const all = Object.entries({ [ROOT]: ROOT_USER, ...pve.datacenter.users });
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

/** `GET access/users/{userid}` */
export function user(pve: Pve, { userid = "" }: Parameters): Data {
  const found = userOf(pve, userid);
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
    comment: lineText(parameters.comment) ?? before.comment,
    email: lineText(parameters.email) ?? before.email,
    firstname: lineText(parameters.firstname) ?? before.firstname,
    lastname: lineText(parameters.lastname) ?? before.lastname,
    keys: lineText(parameters.keys) ?? before.keys,
    enable: flag(parameters, "enable") ?? before.enable,
    expire: number(parameters, "expire") ?? before.expire,
    groups: parameters.append === "1" ? [...new Set([...before.groups, ...groups])] : groups,
  };
}

/** `POST access/users` */
export function addUser(pve: Pve, parameters: Parameters): void {
  const { userid = "", password = null } = parameters;
  createUser(pve, userid, userFields(parameters, ROOT_USER), password);
}

/** `PUT access/users/{userid}` */
export function setUser(pve: Pve, parameters: Parameters): void {
  const { userid = "" } = parameters;
  updateUser(pve, userid, (before) => userFields(parameters, before));
}

/** `DELETE access/users/{userid}` */
export const removeUser = (pve: Pve, { userid = "" }: Parameters): void => deleteUser(pve, userid);

/** `PUT access/password` */
export function changePassword(pve: Pve, { userid = "", password = "" }: Parameters): void {
  if (userid === ROOT && pve.user !== ROOT) throw denied();
  setPassword(pve, userid, password);
}

/** `GET access/users/{userid}/token` */
export function tokens(pve: Pve, { userid = "" }: Parameters): Data {
  userOf(pve, userid);
  return tokensOf(pve, userid).map(([tokenid, token]) => ({ tokenid, ...tokenData(token) }));
}

/** `GET access/users/{userid}/token/{tokenid}` */
export function token(pve: Pve, { userid = "", tokenid = "" }: Parameters): Data {
  const found = pve.datacenter.tokens[`${userid}!${tokenid}`];
  if (!found) throw failure(`no such token '${tokenid}' for user '${userid}'`);
  return tokenData(found);
}

function tokenFields(parameters: Parameters, before: Omit<Token, "value">): Omit<Token, "value"> {
  return {
    comment: lineText(parameters.comment) ?? before.comment,
    expire: number(parameters, "expire") ?? before.expire,
    privsep: flag(parameters, "privsep") ?? before.privsep,
  };
}

/** `POST access/users/{userid}/token/{tokenid}` */
export function addToken(pve: Pve, parameters: Parameters): Data {
  const { userid = "", tokenid = "" } = parameters;
  const fields = tokenFields(parameters, { comment: null, expire: 0, privsep: true });
  const value = createToken(pve, userid, tokenid, fields);
  return { "full-tokenid": `${userid}!${tokenid}`, info: tokenData({ ...fields, value }), value };
}

/** `PUT access/users/{userid}/token/{tokenid}` */
export function setToken(pve: Pve, parameters: Parameters): Data {
  const { userid = "", tokenid = "" } = parameters;
  const id = `${userid}!${tokenid}`;
  const before = pve.datacenter.tokens[id];
  updateToken(pve, id, tokenFields(parameters, before ?? { comment: null, expire: 0, privsep: true }));
  return token(pve, parameters);
}

/** `DELETE access/users/{userid}/token/{tokenid}` */
export const removeToken = (pve: Pve, { userid = "", tokenid = "" }: Parameters): void =>
  deleteToken(pve, `${userid}!${tokenid}`);

function membersOf({ datacenter }: Pve, group: string): readonly string[] {
  return Object.entries(datacenter.users).flatMap(([id, { groups }]) => (groups.includes(group) ? [id] : []));
}

/** `GET access/groups` */
export function groups(pve: Pve): Data {
  return Object.entries(pve.datacenter.groups ?? {})
    .filter(([id]) => may(pve, `/access/groups/${id}`, ["User.Modify", "Sys.Audit", "Group.Allocate"], true))
    .map(([groupid, comment]) => ({
      groupid,
      users: membersOf(pve, groupid).join(","),
      ...unlessEmpty("comment", comment),
    }));
}

/** `GET access/groups/{groupid}` */
export function group(pve: Pve, { groupid = "" }: Parameters): Data {
  const comment = pve.datacenter.groups?.[groupid];
  if (comment === undefined) throw failure(`group '${groupid}' does not exist`);
  return { members: membersOf(pve, groupid), ...unlessEmpty("comment", comment) };
}

/** `POST access/groups` */
export const addGroup = (pve: Pve, { groupid = "", comment = "" }: Parameters): void =>
  createGroup(pve, groupid, comment.trim());

/** `PUT access/groups/{groupid}` */
export const setGroup = (pve: Pve, { groupid = "", comment = "" }: Parameters): void =>
  updateGroup(pve, groupid, comment.trim());

/** `DELETE access/groups/{groupid}` */
export const removeGroup = (pve: Pve, { groupid = "" }: Parameters): void => deleteGroup(pve, groupid);
