/** Who asks, and what that one may do: rights by roles (RBAC). */
import type { IncomingHttpHeaders } from "node:http";
import type { PeerCertificate } from "node:tls";
import { ApiError } from "../objects/errors.ts";
import {
  type Fields,
  fieldsAt,
  isFields,
  itemsAt,
  listAt,
  namespaceOf,
  textAt,
  type Value,
} from "../objects/fields.ts";
import type { Cluster } from "../store/cluster.ts";
import type { Answer, Asked } from "./request.ts";

/** Who asks. */
export interface User {
  readonly name: string;
  readonly groups: readonly string[];
}

/** What is tried: a verb on a resource, or on a path that is none. */
interface Attempt {
  readonly verb: string;
  readonly group: string;
  /** `pods`, `pods/log`; "" of a path that is no resource's. */
  readonly resource: string;
  readonly namespace: string;
  readonly name: string;
  readonly path: string;
}

const ADMINS = "system:masters";
const AUTHENTICATED = "system:authenticated";

/** The one that a certificate is of, or whom that one plays (`--as`). @throws ApiError 403 for whoever may not play that one */
export function userOf(cluster: Cluster, { CN, O }: PeerCertificate["subject"], headers: IncomingHttpHeaders): User {
  const own = [O].flat().filter((each) => typeof each === "string");
  const user: User = { name: String(CN), groups: [...own, AUTHENTICATED] };
  const as = [headers["impersonate-user"]].flat()[0];
  if (as === undefined) return user;
  const resource = as.startsWith("system:serviceaccount:") ? "serviceaccounts" : "users";
  refuse(cluster, user, { verb: "impersonate", group: "", resource, namespace: "", name: as, path: "" });
  const groups = String(headers["impersonate-group"] ?? "").split(", ");
  return { name: as, groups: [...groups.filter((each) => each !== ""), ...groupsOf(as)] };
}

function groupsOf(name: string): readonly string[] {
  const [, namespace] = /^system:serviceaccount:([^:]+):/.exec(name) ?? [];
  const accounts = namespace === undefined ? [] : ["system:serviceaccounts", `system:serviceaccounts:${namespace}`];
  return [...accounts, AUTHENTICATED];
}

const VERBS: Readonly<Record<string, readonly [one: string, many: string]>> = {
  GET: ["get", "list"],
  WATCH: ["watch", "watch"],
  POST: ["create", "create"],
  PUT: ["update", "update"],
  PATCH: ["patch", "patch"],
  DELETE: ["delete", "deletecollection"],
};

/** What a request tries. */
export function attemptOf(pathname: string, method: string): Attempt {
  const [, group = "", inside = "", resource = "", name = "", part = ""] =
    /^\/api(?:s\/([^/]+))?\/[^/]+(?:\/namespaces\/([^/]+)(?=\/))?\/([^/]+)(?:\/([^/]+)(?:\/([^/]+))?)?/.exec(
      pathname,
    ) ?? [];
  const [one, many] = VERBS[method] ?? ["get", "list"];
  // A namespace is in itself.
  const namespace = group === "" && resource === "namespaces" ? name : inside;
  const verb = resource === "" ? method.toLowerCase() : name === "" ? many : one;
  return { verb, group, resource: part === "" ? resource : `${resource}/${part}`, namespace, name, path: pathname };
}

/** @throws ApiError 403 for what a user may not do */
export function refuse(cluster: Cluster, user: User, attempt: Attempt): void {
  if (may(cluster, user, attempt)) return;
  const { verb, group, resource, namespace, name, path } = attempt;
  const who = `User ${JSON.stringify(user.name)} cannot`;
  const [plural = ""] = resource.split("/");
  const scope = namespace === "" ? "at the cluster scope" : `in the namespace "${namespace}"`;
  const message =
    resource === ""
      ? `forbidden: ${who} ${verb} path "${path}"`
      : `${plural}${group === "" ? "" : `.${group}`}${name === "" ? "" : ` "${name}"`} is forbidden: ${who} ` +
        `${verb} resource "${resource}" in API group "${group}" ${scope}`;
  throw new ApiError(403, "Forbidden", message, { ...(name !== "" && { name }), kind: plural });
}

function may(cluster: Cluster, user: User, attempt: Attempt): boolean {
  if (user.groups.includes(ADMINS)) return true;
  return rulesFor(cluster, user, attempt.namespace).some((rule) => covers(rule, attempt));
}

/** The rules that a user has in a namespace; "" is those that hold everywhere alone. */
function rulesFor({ store }: Cluster, user: User, namespace: string): readonly Fields[] {
  const bindings = [
    ...store.list("ClusterRoleBinding"),
    ...(namespace === "" ? [] : store.list("RoleBinding", namespace)),
  ];
  return bindings
    .filter((binding) => itemsAt(binding, "subjects").some((subject) => isMeant(user, subject)))
    .flatMap((binding) => {
      const { kind, name } = fieldsAt(binding, "roleRef");
      return itemsAt(store.get(kind === "Role" ? "Role" : "ClusterRole", namespaceOf(binding), String(name)), "rules");
    });
}

function isMeant({ name, groups }: User, subject: Fields): boolean {
  const meant = textAt(subject, "name");
  if (subject["kind"] === "Group") return groups.includes(meant);
  if (subject["kind"] === "User") return name === meant;
  return name === `system:serviceaccount:${textAt(subject, "namespace")}:${meant}`;
}

function covers(rule: Fields, { verb, group, resource, name, path }: Attempt): boolean {
  const has = (list: string, ...wanted: readonly string[]): boolean =>
    listAt(rule, list).some((each) => each === "*" || wanted.includes(String(each)));
  if (!has("verbs", verb)) return false;
  if (resource === "")
    return listAt(rule, "nonResourceURLs").some(
      (each) => each === path || (String(each).endsWith("*") && path.startsWith(String(each).slice(0, -1))),
    );
  const part = resource.split("/")[1];
  const names = listAt(rule, "resourceNames");
  return (
    has("apiGroups", group) &&
    has("resources", resource, ...(part === undefined ? [] : [`*/${part}`])) &&
    (names.length === 0 || names.includes(name))
  );
}

/** A review: of what whoever asks may do, or another. */
export function review({ cluster, kind, body, user, namespace }: Asked): Answer {
  const said: Fields = isFields(body) ? body : {};
  const spec = fieldsAt(said, "spec");
  const name = textAt(spec, "user");
  const other: User = { name, groups: [...listAt(spec, "groups").map(String), ...groupsOf(name)] };
  const status = (): Fields => {
    switch (kind.kind) {
      case "SelfSubjectReview":
        return { userInfo: { username: user.name, groups: user.groups } };
      case "SelfSubjectRulesReview":
        return rulesStatus(
          user.groups.includes(ADMINS) ? EVERYTHING : rulesFor(cluster, user, textAt(spec, "namespace")),
        );
      default: {
        const who = kind.kind === "SelfSubjectAccessReview" ? user : other;
        return { allowed: may(cluster, who, attemptIn(spec, namespace)) };
      }
    }
  };
  return { code: 201, body: { ...said, status: status() } };
}

const EVERYTHING: readonly Fields[] = [
  { apiGroups: ["*"], resources: ["*"], verbs: ["*"] },
  { nonResourceURLs: ["*"], verbs: ["*"] },
];

function rulesStatus(rules: readonly Fields[]): Fields {
  const isPath = (rule: Fields): boolean => listAt(rule, "nonResourceURLs").length > 0;
  const resourceRules: Value = rules.filter((rule) => !isPath(rule));
  return { resourceRules, nonResourceRules: rules.filter(isPath), incomplete: false };
}

function attemptIn(spec: Fields, namespace: string): Attempt {
  const of = fieldsAt(spec, "resourceAttributes");
  const { path, verb } = fieldsAt(spec, "nonResourceAttributes");
  const part = textAt(of, "subresource");
  return {
    verb: textAt(of, "verb") || String(verb ?? ""),
    group: textAt(of, "group"),
    resource: textAt(of, "resource") + (part === "" ? "" : `/${part}`),
    namespace: textAt(of, "namespace") || namespace,
    name: textAt(of, "name"),
    path: String(path ?? ""),
  };
}
