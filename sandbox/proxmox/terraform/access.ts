/** `virtual_environment_role`, `virtual_environment_user`, `acl` and `user_token` (bpg/proxmox 0.111.1). */
import { type Attributes, Refusal, type ResourceType } from "../../plugin/resource.ts";
import type { AclEntry } from "../../world/proxmox.ts";
import {
  createRole,
  createToken,
  createUser,
  deleteRole,
  deleteToken,
  deleteUser,
  findAcl,
  removeAcl,
  setAcl,
  updateRole,
  updateToken,
  updateUser,
  type UserFields,
} from "../model/access.ts";
import type { Pve } from "../model/context.ts";
import { atPve } from "./session.ts";
import { blocks, flag, required, strings, text } from "./values.ts";

const NEVER = "1970-01-01T00:00:00Z";

function roleAttributes({ datacenter }: Pve, id: string): Attributes | null {
  const privileges = datacenter.roles[id];
  return privileges ? { id, role_id: id, privileges: [...privileges] } : null;
}

export const role: ResourceType = {
  forceNew: ["role_id"],
  create: (call, planned) =>
    atPve(call, "Unable to create role", (pve) => {
      const id = required(planned, "role_id");
      createRole(pve, id, strings(planned, "privileges") ?? []);
      return { id };
    }),
  read: (call, state) => atPve(call, "Unable to read role", (pve) => roleAttributes(pve, required(state, "id"))),
  update: (call, _prior, planned) =>
    atPve(call, "Unable to update role", (pve) => {
      updateRole(pve, required(planned, "role_id"), strings(planned, "privileges") ?? []);
      return {};
    }),
  delete: (call, state) =>
    atPve(call, "Unable to delete role", (pve) => {
      const id = required(state, "id");
      if (roleAttributes(pve, id)) deleteRole(pve, id);
    }),
  importState: (call, id) => atPve(call, "Unable to import role", (pve) => roleAttributes(pve, id)),
};

function userFields(planned: Attributes): UserFields {
  return {
    comment: text(planned, "comment") ?? "",
    email: text(planned, "email") ?? "",
    enable: flag(planned, "enabled") ?? true,
    expire: seconds(text(planned, "expiration_date")),
    firstname: text(planned, "first_name") ?? "",
    lastname: text(planned, "last_name") ?? "",
    keys: text(planned, "keys") ?? "",
    groups: strings(planned, "groups") ?? [],
  };
}

function userAttributes({ datacenter }: Pve, id: string, state: Attributes = {}): Attributes | null {
  const user = datacenter.users[id];
  if (!user) return null;
  const noGroups = user.groups.length === 0 && strings(state, "groups") === undefined;
  return {
    id,
    user_id: id,
    comment: user.comment,
    email: user.email,
    enabled: user.enable,
    expiration_date: date(user.expire),
    first_name: user.firstname,
    last_name: user.lastname,
    keys: user.keys,
    ...(noGroups ? {} : { groups: [...user.groups] }),
  };
}

/** The access rules that a user's own `acl` blocks stand for. */
function ownRules(user: Attributes): readonly AclEntry[] {
  return blocks(user, "acl").map((entry) => ({
    type: "user",
    ugid: required(user, "user_id"),
    path: required(entry, "path"),
    roleid: required(entry, "role_id"),
    propagate: flag(entry, "propagate") ?? false,
  }));
}

export const user: ResourceType = {
  forceNew: ["user_id"],
  defaults: {
    comment: "",
    email: "",
    enabled: true,
    expiration_date: NEVER,
    first_name: "",
    keys: "",
    last_name: "",
    "acl.propagate": false,
  },
  create: (call, planned) =>
    atPve(call, "Unable to create user", (pve) => {
      const id = required(planned, "user_id");
      createUser(pve, id, userFields(planned), text(planned, "password") ?? null);
      for (const rule of ownRules(planned)) setAcl(pve, rule);
      return { id };
    }),
  read: (call, state) => atPve(call, "Unable to read user", (pve) => userAttributes(pve, required(state, "id"), state)),
  update: (call, prior, planned) =>
    atPve(call, "Unable to update user", (pve) => {
      const password = text(planned, "password");
      const changed = password !== text(prior, "password");
      updateUser(pve, required(planned, "user_id"), userFields(planned), changed ? (password ?? null) : undefined);
      for (const rule of ownRules(prior)) removeAcl(pve, rule);
      for (const rule of ownRules(planned)) setAcl(pve, rule);
      return {};
    }),
  delete: (call, state) =>
    atPve(call, "Unable to delete user", (pve) => {
      const id = required(state, "id");
      if (userAttributes(pve, id)) deleteUser(pve, id);
    }),
  importState: (call, id) => atPve(call, "Unable to import user", (pve) => userAttributes(pve, id)),
};

function aclEntry(planned: Attributes): AclEntry {
  const [type, ugid] = (["token", "user", "group"] as const)
    .map((kind) => [kind, text(planned, `${kind}_id`)] as const)
    .find(([, id]) => id !== undefined) ?? ["user", ""];
  return {
    type,
    ugid: ugid ?? "",
    path: required(planned, "path"),
    roleid: required(planned, "role_id"),
    propagate: flag(planned, "propagate") ?? true,
  };
}

export const acl: ResourceType = {
  forceNew: ["path", "role_id", "user_id", "group_id", "token_id"],
  defaults: { propagate: true },
  create: (call, planned) =>
    atPve(call, "Unable to create ACL", (pve) => {
      const entry = aclEntry(planned);
      setAcl(pve, entry);
      return { id: `${entry.path}?${entry.ugid}?${entry.roleid}` };
    }),
  read: (call, state) =>
    atPve(call, "Unable to read ACL", (pve) => {
      const found = findAcl(pve, aclEntry(state));
      return found ? { propagate: found.propagate } : null;
    }),
  update: (call, _prior, planned) =>
    atPve(call, "Unable to create ACL", (pve) => {
      setAcl(pve, aclEntry(planned));
      return {};
    }),
  delete: (call, state) => atPve(call, "Unable to delete old ACL", (pve) => removeAcl(pve, aclEntry(state))),
  importState: (call, id) =>
    atPve(call, "Unable to import ACL", (pve) => {
      const [path = "", ugid = "", roleid = "", ...more] = id.split("?");
      if (more.length > 0) return null;
      const type = ugid.includes("!") ? "token" : ugid.includes("@") ? "user" : "group";
      const found = findAcl(pve, { path, type, ugid, roleid });
      return found ? { id, path, role_id: roleid, [`${type}_id`]: ugid, propagate: found.propagate } : null;
    }),
};

function tokenFields(planned: Attributes) {
  return {
    comment: text(planned, "comment") ?? null,
    expire: seconds(text(planned, "expiration_date")),
    privsep: flag(planned, "privileges_separation") ?? true,
  };
}

function tokenAttributes({ datacenter }: Pve, id: string): Attributes | null {
  const token = datacenter.tokens[id];
  if (!token) return null;
  const [userId = "", name = ""] = id.split("!");
  return {
    id,
    user_id: userId,
    token_name: name,
    comment: token.comment,
    expiration_date: token.expire === 0 ? null : date(token.expire),
    privileges_separation: token.privsep,
  };
}

export const userToken: ResourceType = {
  forceNew: ["token_name", "user_id"],
  defaults: { privileges_separation: true },
  plan(_call, prior, proposed) {
    const name = required(proposed, "token_name");
    if (prior === null && !/[A-Za-z][A-Za-z0-9.\-_]+/.test(name)) {
      throw new Refusal(
        "Invalid Attribute Value Match",
        `must be a valid token identifier, got: ${name}`,
        "token_name",
      );
    }
    return {};
  },
  create: (call, planned) =>
    atPve(call, "Error creating user token", (pve) => {
      const [userId, name] = [required(planned, "user_id"), required(planned, "token_name")];
      const secret = createToken(pve, userId, name, tokenFields(planned));
      // The value is the whole credential, as the API and the provider's `api_token` take it.
      return { id: `${userId}!${name}`, value: `${userId}!${name}=${secret}` };
    }),
  read: (call, state) => atPve(call, "Error reading user token", (pve) => tokenAttributes(pve, required(state, "id"))),
  update: (call, _prior, planned) =>
    atPve(call, "Error updating user token", (pve) => {
      updateToken(pve, required(planned, "id"), tokenFields(planned));
      return {};
    }),
  delete: (call, state) =>
    atPve(call, "Error deleting user token", (pve) => {
      const id = required(state, "id");
      if (tokenAttributes(pve, id)) deleteToken(pve, id);
    }),
  importState: (call, id) => atPve(call, "Error reading user token", (pve) => tokenAttributes(pve, id)),
};

function seconds(rfc3339: string | undefined): number {
  return rfc3339 === undefined ? 0 : Math.floor(Date.parse(rfc3339) / 1000);
}

function date(expire: number): string {
  return new Date(expire * 1000).toISOString().replace(".000Z", "Z");
}
