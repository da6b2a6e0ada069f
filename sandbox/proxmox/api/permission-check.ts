/** The permission that PVE's schema asks of a call's caller (pve-access-control 9.1.1, exec_api2_perm_check). */
import { type Pve, ROOT } from "../model/context.ts";
import { PveError } from "../model/errors.ts";
import { denied, may, permissionsOn } from "../model/permissions.ts";
import type { Parameters } from "./http.ts";
import type { CallSchema, Check } from "./schema.ts";

/** @throws 403 */
export function assertPermitted(pve: Pve, schema: CallSchema, parameters: Parameters, uri: string): void {
  const { permissions, allowtoken } = schema;
  if (pve.user.includes("!") && allowtoken === 0) {
    throw denied(`URI '/${uri}' not available with API token, need proper ticket.`);
  }
  if (pve.user === ROOT) return;
  if (!permissions) throw denied("user != root@pam");
  if (permissions.user === "all" || permissions.user === "world") return;
  if (!permissions.check) throw denied();
  const missing = why(pve, permissions.check, parameters);
  if (missing !== null) throw denied(missing || undefined);
}

/** What is missing; null where nothing is. */
function why(pve: Pve, check: Check, parameters: Parameters): string | null {
  const [test, ...rest] = check;
  const inner = (): readonly Check[] => rest.filter((item) => Array.isArray(item));
  if (test === "and")
    return (
      inner()
        .map((each) => why(pve, each, parameters))
        .find((each) => each !== null) ?? null
    );
  if (test === "or") return inner().some((each) => why(pve, each, parameters) === null) ? null : "";
  if (test === "perm") return missingPrivilege(pve, rest, parameters);
  if (test === "userid-param") return userParameter(pve, rest[0], parameters);
  if (test === "userid-group") return userGroup(pve, strings(rest[0]), parameters, rest);
  if (test === "perm-modify") return mayModify(pve, parameters.path ?? "/");
  throw new PveError(500, "unknown permission test");
}

function missingPrivilege(pve: Pve, rest: Check, parameters: Parameters): string | null {
  const [template, privileges] = [String(rest[0]), strings(rest[1])];
  const needs = option(rest, "require_param");
  if (needs !== undefined && parameters[String(needs)] === undefined) return "";
  const path = filled(template, parameters);
  const any = option(rest, "any") === 1;
  if (may(pve, path, privileges, any)) return null;
  const has = permissionsOn(pve, path);
  return `${path}, ${any ? privileges.join("|") : (privileges.find((name) => !has.has(name)) ?? "")}`;
}

function userParameter(pve: Pve, test: Check[number] | undefined, { userid = "" }: Parameters): string | null {
  if (test === "self") return pve.user === userid ? null : "";
  const path = `/access/realm/${userid.split("@")[1] ?? ""}`;
  return may(pve, path, ["Realm.AllocateUser"]) ? null : `${path}, Realm.AllocateUser`;
}

function userGroup(pve: Pve, privileges: readonly string[], parameters: Parameters, rest: Check): string | null {
  if (may(pve, "/access/groups", privileges, true)) return null;
  const allowed = (group: string): boolean => may(pve, `/access/groups/${group}`, privileges, true);
  const wanted = (parameters.groups ?? "").split(/[,;\s]+/).filter((group) => group !== "");
  if (option(rest, "groups_param") !== undefined && !(wanted.length > 0 && wanted.every(allowed))) {
    return `/access/groups, ${privileges.join("|")}`;
  }
  if (option(rest, "groups_param") === "create") return null;
  const groups = pve.datacenter.users[parameters.userid ?? ""]?.groups ?? [];
  return groups.some(allowed) ? null : "";
}

function mayModify(pve: Pve, path: string): string | null {
  const [, kind = ""] = /^\/(storage|vms|pool)\/.+$/.exec(path) ?? [];
  const allocate: Record<string, string> = { storage: "Datastore.Allocate", vms: "VM.Allocate", pool: "Pool.Allocate" };
  const privileges = ["Permissions.Modify", ...(allocate[kind] === undefined ? [] : [allocate[kind]])];
  return may(pve, path, privileges, true) ? null : `${path}, ${privileges.join("|")}`;
}

function filled(template: string, parameters: Parameters): string {
  return template.replace(/\{([\w-]+)\}/g, (_all, name: string) => parameters[name] ?? "");
}

function strings(value: Check[number] | undefined): readonly string[] {
  return Array.isArray(value) ? value.map(String) : [];
}

/** `"any", 1` after the privileges. */
function option(rest: Check, name: string): Check[number] | undefined {
  const at = rest.indexOf(name);
  return at < 0 ? undefined : rest[at + 1];
}
