/** The kinds that the API server has: this list is what discovery, OpenAPI, tables and every verb go by. */

import { kind, type Kind, WITH_SCALE } from "./kind.ts";
import { MORE_KINDS, REVIEWS } from "./more-kinds.ts";

export type { Kind, Part } from "./kind.ts";

const EVENT_FIELDS = `involvedObject.kind involvedObject.namespace involvedObject.name involvedObject.uid involvedObject.apiVersion
  involvedObject.resourceVersion involvedObject.fieldPath reason reportingComponent source type`;
const POD_FIELDS =
  "spec.nodeName spec.restartPolicy spec.schedulerName spec.serviceAccountName spec.hostNetwork status.phase status.podIP status.nominatedNodeName";
const RBAC = "rbac.authorization.k8s.io/v1";

/** All of them; the core group first. */
export const KINDS: readonly Kind[] = [
  kind("v1", "Namespace", "namespaces", "spec:NamespaceSpec status:NamespaceStatus", "A room for names.", {
    short: "ns",
    cluster: true,
    selectable: "status.phase",
  }),
  kind("v1", "Node", "nodes", "spec:NodeSpec status:NodeStatus", "A machine that runs pods.", {
    short: "no",
    cluster: true,
    selectable: "spec.unschedulable",
  }),
  kind("v1", "Pod", "pods", "spec:PodSpec status:PodStatus", "Containers that run together on a node.", {
    short: "po",
    parts: ["status", "log", "exec", "attach", "portforward", "proxy", "ephemeralcontainers", "eviction", "binding"],
    inAll: true,
    selectable: POD_FIELDS,
  }),
  kind("v1", "Service", "services", "spec:ServiceSpec status:ServiceStatus", "An address that leads to pods.", {
    short: "svc",
    parts: ["status", "proxy"],
    inAll: true,
    selectable: "spec.clusterIP spec.type",
  }),
  kind("v1", "Endpoints", "endpoints", "subsets:EndpointSubset[]", "Where a service leads.", { short: "ep" }),
  kind("v1", "ConfigMap", "configmaps", "data:string{} binaryData:bytes{} immutable:bool", "Settings, by keys.", {
    short: "cm",
  }),
  kind("v1", "Secret", "secrets", "type data:bytes{} stringData:string{} immutable:bool", "Secrets, by keys.", {
    selectable: "type",
  }),
  kind(
    "v1",
    "ServiceAccount",
    "serviceaccounts",
    "secrets:ObjectReference[name] imagePullSecrets:LocalObjectReference[] automountServiceAccountToken:bool",
    "Whom pods are to the API server.",
    { short: "sa", parts: ["token"] },
  ),
  kind(
    "v1",
    "PersistentVolumeClaim",
    "persistentvolumeclaims",
    "spec:PersistentVolumeClaimSpec status:PersistentVolumeClaimStatus",
    "A wish for storage.",
    { short: "pvc" },
  ),
  kind(
    "v1",
    "PersistentVolume",
    "persistentvolumes",
    "spec:PersistentVolumeSpec status:PersistentVolumeStatus",
    "A piece of storage.",
    { short: "pv", cluster: true },
  ),
  kind(
    "v1",
    "Event",
    "events",
    `involvedObject!:ObjectReference reason message source:EventSource type count:int firstTimestamp:time lastTimestamp:time
     eventTime:microtime series:EventSeries action related:ObjectReference reportingComponent reportingInstance`,
    "Something that has happened to an object.",
    { short: "ev", selectable: EVENT_FIELDS },
  ),
  kind(
    "apps/v1",
    "Deployment",
    "deployments",
    "spec:DeploymentSpec status:DeploymentStatus",
    "Pods that are replaced step by step.",
    {
      short: "deploy",
      parts: WITH_SCALE,
      inAll: true,
    },
  ),
  kind(
    "apps/v1",
    "ReplicaSet",
    "replicasets",
    "spec:ReplicaSetSpec status:ReplicaSetStatus",
    "So many pods of one sort.",
    {
      short: "rs",
      parts: WITH_SCALE,
      inAll: true,
      selectable: "status.replicas",
    },
  ),
  kind("apps/v1", "DaemonSet", "daemonsets", "spec:DaemonSetSpec status:DaemonSetStatus", "A pod on every node.", {
    short: "ds",
    inAll: true,
  }),
  kind(
    "apps/v1",
    "StatefulSet",
    "statefulsets",
    "spec:StatefulSetSpec status:StatefulSetStatus",
    "Pods with names that stay.",
    {
      short: "sts",
      parts: WITH_SCALE,
      inAll: true,
    },
  ),
  kind("apps/v1", "ControllerRevision", "controllerrevisions", "data:any revision!:int", "An older template of a set."),
  kind("batch/v1", "Job", "jobs", "spec:JobSpec status:JobStatus", "Pods that run to their end.", {
    inAll: true,
    selectable: "status.successful",
  }),
  kind("batch/v1", "CronJob", "cronjobs", "spec:CronJobSpec status:CronJobStatus", "Jobs at times.", {
    short: "cj",
    inAll: true,
    warning: "the sandbox starts no job by its schedule: `kubectl create job --from` does",
  }),
  kind(
    "networking.k8s.io/v1",
    "Ingress",
    "ingresses",
    "spec:IngressSpec status:IngressStatus",
    "Names and paths that lead to services.",
    {
      short: "ing",
    },
  ),
  kind("networking.k8s.io/v1", "NetworkPolicy", "networkpolicies", "spec:NetworkPolicySpec", "Who may reach whom.", {
    short: "netpol",
  }),
  kind(
    "discovery.k8s.io/v1",
    "EndpointSlice",
    "endpointslices",
    "addressType! endpoints!:Endpoint[] ports:EndpointPort[]",
    "A part of where a service leads.",
  ),
  kind(
    "storage.k8s.io/v1",
    "StorageClass",
    "storageclasses",
    `provisioner! parameters:string{} reclaimPolicy volumeBindingMode allowVolumeExpansion:bool mountOptions:string[]
     allowedTopologies:any[]`,
    "A way to make volumes.",
    { short: "sc", cluster: true },
  ),
  kind(RBAC, "Role", "roles", "rules:PolicyRule[]", "Rights in a namespace."),
  kind(RBAC, "RoleBinding", "rolebindings", "roleRef!:RoleRef subjects:Subject[]", "Who has rights in a namespace."),
  kind(
    RBAC,
    "ClusterRole",
    "clusterroles",
    "rules:PolicyRule[] aggregationRule:AggregationRule",
    "Rights everywhere.",
    { cluster: true },
  ),
  kind(
    RBAC,
    "ClusterRoleBinding",
    "clusterrolebindings",
    "roleRef!:RoleRef subjects:Subject[]",
    "Who has rights everywhere.",
    {
      cluster: true,
    },
  ),
  kind("coordination.k8s.io/v1", "Lease", "leases", "spec:LeaseSpec", "Who holds something for a while."),
  kind(
    "policy/v1",
    "PodDisruptionBudget",
    "poddisruptionbudgets",
    "spec:PodDisruptionBudgetSpec status:PodDisruptionBudgetStatus",
    "How many pods may be away at once.",
    { short: "pdb" },
  ),
  ...MORE_KINDS,
  ...REVIEWS,
];

/** `apps/v1`, `v1` */
export function groupVersionOf({ group, version }: Pick<Kind, "group" | "version">): string {
  return group === "" ? version : `${group}/${version}`;
}

const byName = new Map(KINDS.map((each) => [each.kind, each]));

/** A kind of the list, by its name. */
export function kindNamed(name: string): Kind {
  const found = byName.get(name);
  if (!found) throw new Error(`no kind ${name}`);
  return found;
}
