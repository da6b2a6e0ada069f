/** `virtual_environment_role`, `virtual_environment_user`, `acl` and `user_token` (bpg/proxmox 0.112.0). */
import { type Attributes, Refusal, type ResourceType } from "../../plugin/resource.ts";
import type { AclEntry } from "../../world/proxmox.ts";
import { callApi } from "../api/operation.ts";
import { findAcl } from "../model/access.ts";
import type { Pve } from "../model/context.ts";
import { apiObject, errorIn, unableTo } from "./object.ts";
import { atPve } from "./session.ts";
import { blocks, flag, required, strings, text } from "./values.ts";

const NEVER = "1970-01-01T00:00:00Z";

function roleAttributes({ datacenter }: Pve, id: string): Attributes | null {
  const privileges = datacenter.roles[id];
  return privileges ? { id, role_id: id, privileges: [...privileges] } : null;
}

const rolePath = (id: string): string => `access/roles/${encodeURIComponent(id)}`;

/** `proxmox_virtual_environment_role` */
export const role: ResourceType = {
  forceNew: ["role_id"],
  ...apiObject({
    summary: unableTo("role"),
    path: rolePath,
    attributes: roleAttributes,
    create(pve, planned) {
      const id = required(planned, "role_id");
      callApi(pve, "POST", "access/roles", { roleid: id, privs: strings(planned, "privileges") ?? [] });
      return { id };
    },
    update(pve, id, planned) {
      callApi(pve, "PUT", rolePath(id), { privs: strings(planned, "privileges") ?? [] });
      return {};
    },
  }),
};

function userFields(planned: Attributes) {
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

function userAttributes({ datacenter }: Pve, id: string, state: Attributes): Attributes | null {
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

const userPath = (id: string): string => `access/users/${encodeURIComponent(id)}`;

/** Gives or, with `gone`, takes away what an access rule says. */
function changeAcl(pve: Pve, { type, ugid, path, roleid, propagate }: AclEntry, gone = false): void {
  callApi(pve, "PUT", "access/acl", { path, roles: roleid, [`${type}s`]: ugid, propagate, delete: gone });
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

/** `proxmox_virtual_environment_user` */
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
  ...apiObject({
    summary: unableTo("user"),
    path: userPath,
    attributes: userAttributes,
    create(pve, planned) {
      const id = required(planned, "user_id");
      const password = text(planned, "password");
      callApi(pve, "POST", "access/users", { userid: id, ...userFields(planned), password });
      for (const rule of ownRules(planned)) changeAcl(pve, rule);
      return { id };
    },
    update(pve, userid, planned, prior) {
      const password = text(planned, "password");
      callApi(pve, "PUT", userPath(userid), userFields(planned));
      if (password !== undefined && password !== text(prior, "password"))
        callApi(pve, "PUT", "access/password", { userid, password });
      for (const rule of ownRules(prior)) changeAcl(pve, rule, true);
      for (const rule of ownRules(planned)) changeAcl(pve, rule);
      return {};
    },
  }),
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

/** `proxmox_acl` */
export const acl: ResourceType = {
  forceNew: ["path", "role_id", "user_id", "group_id", "token_id"],
  defaults: { propagate: true },
  ...apiObject({
    summary: (verb) => `Unable to ${verb === "update" ? "create" : verb} ACL`,
    path: () => "access/acl",
    attributes(pve, id, state) {
      const { type, ugid, path, roleid } = aclEntry(state);
      const found = findAcl(pve, { type, ugid, path, roleid });
      return found ? { id, path, role_id: roleid, [`${type}_id`]: ugid, propagate: found.propagate } : null;
    },
    create(pve, planned) {
      const entry = aclEntry(planned);
      changeAcl(pve, entry);
      return { id: `${entry.path}?${entry.ugid}?${entry.roleid}` };
    },
    update(pve, _id, planned) {
      changeAcl(pve, aclEntry(planned));
      return {};
    },
    imported(id) {
      const [path = "", ugid = "", roleid = "", ...more] = id.split("?");
      const type = ugid.includes("!") ? "token" : ugid.includes("@") ? "user" : "group";
      return more.length > 0 ? null : { id, path, role_id: roleid, [`${type}_id`]: ugid };
    },
  }),
  delete: (call, state) => atPve(call, "Unable to delete old ACL", (pve) => changeAcl(pve, aclEntry(state), true)),
};

function tokenFields(planned: Attributes) {
  return {
    comment: text(planned, "comment") ?? "",
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
    comment: token.comment || null,
    expiration_date: token.expire === 0 ? null : date(token.expire),
    privileges_separation: token.privsep,
  };
}

function tokenPath(id: string): string {
  const [user = "", name = ""] = id.split("!");
  return `${userPath(user)}/token/${encodeURIComponent(name)}`;
}

/** `proxmox_user_token` */
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
  ...apiObject({
    summary: errorIn("user token"),
    path: tokenPath,
    attributes: tokenAttributes,
    create(pve, planned) {
      const id = `${required(planned, "user_id")}!${required(planned, "token_name")}`;
      callApi(pve, "POST", tokenPath(id), tokenFields(planned));
      // The value is the whole credential, as the API and the provider's `api_token` take it.
      return { id, value: `${id}=${pve.datacenter.tokens[id]?.value ?? ""}` };
    },
    update(pve, id, planned) {
      callApi(pve, "PUT", tokenPath(id), tokenFields(planned));
      return {};
    },
  }),
};

function seconds(rfc3339: string | undefined): number {
  return rfc3339 === undefined ? 0 : Math.floor(Date.parse(rfc3339) / 1000);
}

function date(expire: number): string {
  return new Date(expire * 1000).toISOString().replace(".000Z", "Z");
}
