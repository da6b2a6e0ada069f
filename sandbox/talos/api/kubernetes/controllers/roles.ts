/** Rights that every cluster has from the start: a part of the real ones. */
import type { Fields, Value } from "../objects/fields.ts";

const RBAC = "rbac.authorization.k8s.io";
const READS = ["get", "list", "watch"];
const ALL = [...READS, "create", "delete", "deletecollection", "patch", "update"];
const CORE = [
  "configmaps",
  "endpoints",
  "events",
  "persistentvolumeclaims",
  "pods",
  "pods/log",
  "serviceaccounts",
  "services",
];
const OTHERS = ["apps", "autoscaling", "batch", "discovery.k8s.io", "networking.k8s.io", "policy"];

const rule = (apiGroups: readonly string[], resources: readonly string[], verbs: readonly string[]): Fields => ({
  apiGroups,
  resources,
  verbs,
});
const EDITS: readonly Fields[] = [
  rule([""], [...CORE, "secrets", "pods/eviction"], ALL),
  rule([""], ["namespaces"], READS),
  rule(OTHERS, ["*"], ALL),
];

/** Their rules, by name. */
export const CLUSTER_ROLES: Readonly<Record<string, Value>> = {
  "cluster-admin": [rule(["*"], ["*"], ["*"]), { nonResourceURLs: ["*"], verbs: ["*"] }],
  "system:basic-user": [
    rule(["authorization.k8s.io"], ["selfsubjectaccessreviews", "selfsubjectrulesreviews"], ["create"]),
    rule(["authentication.k8s.io"], ["selfsubjectreviews"], ["create"]),
  ],
  view: [rule([""], [...CORE, "namespaces"], READS), rule(OTHERS, ["*"], READS)],
  edit: EDITS,
  admin: [...EDITS, rule([RBAC], ["roles", "rolebindings"], ALL)],
};

/** The groups that have some of them, by the name of the role, which is that of its binding too. */
export const BOUND_GROUPS: Readonly<Record<string, string>> = {
  "cluster-admin": "system:masters",
  "system:basic-user": "system:authenticated",
};

/** A binding of a role to a group. */
export function boundTo(role: string, group: string): Fields {
  return {
    roleRef: { apiGroup: RBAC, kind: "ClusterRole", name: role },
    subjects: [{ kind: "Group", apiGroup: RBAC, name: group }],
  };
}
