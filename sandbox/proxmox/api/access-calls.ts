/** Calls about logins, realms, roles and who may do what. */
import type { AclEntry } from "../../world/proxmox.ts";
import { createRole, deleteRole, removeAcl, setAcl, updateRole } from "../model/access.ts";
import type { Pve } from "../model/context.ts";
import { badParameter, failure, PveError } from "../model/errors.ts";
import { logIn } from "../model/login.ts";
import { denied, may, permissionsOn } from "../model/permissions.ts";
import { BUILT_IN, PRIVILEGES } from "../model/privileges.ts";
import { sectionOf } from "../model/sections.ts";
import { startTask } from "../model/tasks.ts";
import { listOf } from "./formats.ts";
import { type Data, needed, type Parameters } from "./http.ts";
import { bit, flag } from "./values.ts";

/** What a login is told of its privileges, for a user interface to show or hide things by. */
const AREAS = {
  vms: { path: "/vms", privileges: /^(VM\.|Permissions\.Modify$)/ },
  storage: { path: "/storage", privileges: /^(Datastore\.|Permissions\.Modify$)/ },
  access: { path: "/access/groups", privileges: /^(User\.|Group\.|Permissions\.Modify$)/ },
  nodes: { path: "/nodes", privileges: /^(Sys\.|Permissions\.Modify$)/ },
  sdn: { path: "/sdn", privileges: /^(SDN\.|Permissions\.Modify$)/ },
  mapping: { path: "/mapping", privileges: /^(Mapping\.|Permissions\.Modify$)/ },
  dc: { path: "/", privileges: /^(Sys\.Audit$|Sys\.Modify$|SDN\.)/ },
};

/** Tickets of users and of root@pam, each good for renewing itself. */
export async function ticket(pve: Pve, parameters: Parameters): Promise<Data> {
  const name = needed(parameters, "username");
  const username = parameters.realm === undefined ? name : `${name}@${parameters.realm}`;
  const login = await logIn(pve, username, needed(parameters, "password"));
  const { corosync } = pve.datacenter;
  const me = { ...pve, user: username };
  const cap = Object.entries(AREAS).map(([area, { path, privileges }]) => {
    const has = [...permissionsOn(me, path).keys()].filter((privilege) => privileges.test(privilege));
    return [area, Object.fromEntries(has.map((privilege) => [privilege, 1]))];
  });
  return {
    username,
    ticket: login.ticket,
    CSRFPreventionToken: login.csrfToken,
    cap: Object.fromEntries(cap),
    ...(corosync && { clustername: corosync.name }),
  };
}

/** `POST access/domains/{realm}/sync`: of LDAP's servers none is here to answer. */
export function syncRealm(pve: Pve, { realm = "" }: Parameters): Data {
  const found = sectionOf(pve, "realms", realm, badParameter({ realm: "Realm does not exist." }));
  const { type = "", server1 = "" } = found;
  if (type !== "ldap" && type !== "ad")
    throw failure(`Cannot sync realm type '${type}'! Only LDAP/AD realms can be synced.`);
  return startTask(pve, "auth-realm-sync", realm, (log) => {
    log(`starting sync for realm ${realm}`);
    throw failure(`unable to connect to any of the servers: ${server1}`);
  });
}

/** `GET access/permissions` */
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

/** `GET access/roles` */
export function roles({ datacenter }: Pve): Data {
  const all = [
    ...Object.entries(BUILT_IN).map(([roleid, privileges]) => ({ roleid, privileges, special: 1 })),
    ...Object.entries(datacenter.roles).map(([roleid, privileges]) => ({ roleid, privileges, special: 0 })),
  ];
  return all.map(({ roleid, privileges, special }) => ({ roleid, privs: privileges.join(","), special }));
}

/** `GET access/roles/{roleid}` */
export function role({ datacenter }: Pve, { roleid = "" }: Parameters): Data {
  const privileges = BUILT_IN[roleid] ?? datacenter.roles[roleid];
  if (!privileges) throw failure(`role '${roleid}' does not exist`);
  return Object.fromEntries(privileges.map((privilege) => [privilege, 1]));
}

/** `POST access/roles` */
export const addRole = (pve: Pve, { roleid = "", privs }: Parameters): void =>
  createRole(pve, roleid, privilegesOf(privs));

/** `PUT access/roles/{roleid}` */
export function setRole(pve: Pve, { roleid = "", privs, append }: Parameters): void {
  const before = append === "1" ? (pve.datacenter.roles[roleid] ?? []) : [];
  updateRole(pve, roleid, [...new Set([...before, ...privilegesOf(privs)])]);
}

function privilegesOf(text: string | undefined): readonly string[] {
  const names = listOf(text);
  const unknown = names.find((name) => !PRIVILEGES.includes(name));
  if (unknown !== undefined) throw badParameter({ privs: `invalid format - invalid privilege '${unknown}'\n` });
  return names;
}

/** `DELETE access/roles/{roleid}` */
export const removeRole = (pve: Pve, { roleid = "" }: Parameters): void => deleteRole(pve, roleid);

/** `GET access/acl` */
export function accessControl(pve: Pve): Data {
  const all = may(pve, "/access", ["Sys.Audit", "Permissions.Modify"], true);
  return pve.datacenter.acl
    .filter(({ path }) => all || may(pve, path, ["Permissions.Modify"]))
    .map(({ path, type, ugid, roleid, propagate }) => ({ path, type, ugid, roleid, propagate: bit(propagate) }));
}

/** `PUT access/acl` */
export function changeAccessControl(pve: Pve, parameters: Parameters): void {
  const path = `/${(parameters.path ?? "").split("/").filter(Boolean).join("/")}`;
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
