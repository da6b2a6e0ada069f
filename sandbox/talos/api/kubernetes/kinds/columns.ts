/** The columns of `kubectl get`, by kind: the server makes them (meta.k8s.io/v1 Table). */
import { at, isGoing, itemsAt, listAt, mapAt, nameOf, numberAt, textAt } from "../objects/fields.ts";
import {
  type Column,
  NONE,
  addressOf,
  age,
  binding,
  claimOf,
  containers,
  count,
  created,
  endpointsOf,
  externalAddress,
  hosts,
  images,
  isDefault,
  jobStatus,
  modes,
  name,
  nodeStatus,
  number,
  orNotSet,
  pairs,
  roles,
  selector,
  servicePorts,
  since,
  text,
  timeTaken,
} from "./cells.ts";
import { customColumns } from "./custom.ts";
import type { Kind } from "./kind.ts";
import { MORE_COLUMNS } from "./more-columns.ts";
import { podColumns } from "./pod-columns.ts";

/** By kind; what is not listed has a name and an age. */
const COLUMNS: Readonly<Record<string, readonly Column[]>> = {
  ...MORE_COLUMNS,
  Node: [
    name,
    ["Status", nodeStatus],
    ["Roles", roles],
    age,
    ["Version", (node) => textAt(node, "status", "nodeInfo", "kubeletVersion")],
    ["Internal-IP", (node) => addressOf(node, "InternalIP"), 1],
    ["External-IP", (node) => addressOf(node, "ExternalIP"), 1],
    ["OS-Image", text("status", "nodeInfo", "osImage"), 1],
    ["Kernel-Version", (node) => textAt(node, "status", "nodeInfo", "kernelVersion") || "<unknown>", 1],
    ["Container-Runtime", text("status", "nodeInfo", "containerRuntimeVersion"), 1],
  ],
  Namespace: [name, ["Status", text("status", "phase")], age],
  Pod: podColumns(name, age),
  Service: [
    name,
    ["Type", text("spec", "type")],
    ["Cluster-IP", text("spec", "clusterIP")],
    ["External-IP", externalAddress],
    ["Port(s)", servicePorts],
    age,
    ["Selector", (service) => pairs(mapAt(service, "spec", "selector")), 1],
  ],
  Endpoints: [name, ["Endpoints", endpointsOf], age],
  EndpointSlice: [
    name,
    ["AddressType", text("addressType")],
    [
      "Ports",
      (slice) =>
        itemsAt(slice, "ports")
          .map((port) => String(port["port"]))
          .join(",") || "<unset>",
    ],
    [
      "Endpoints",
      (slice) =>
        itemsAt(slice, "endpoints")
          .flatMap((each) => listAt(each, "addresses").map(String))
          .slice(0, 3)
          .join(",") || "<unset>",
    ],
    age,
  ],
  ConfigMap: [name, count("data"), age],
  Secret: [name, ["Type", text("type")], count("data"), age],
  ServiceAccount: [name, ["Secrets", (account) => listAt(account, "secrets").length], age],
  PersistentVolumeClaim: [
    name,
    ["Status", (claim) => (isGoing(claim) ? "Terminating" : textAt(claim, "status", "phase"))],
    ["Volume", (claim) => textAt(claim, "spec", "volumeName")],
    ["Capacity", (claim) => mapAt(claim, "status", "capacity")["storage"] ?? ""],
    ["Access Modes", (claim) => modes(claim, "status", "accessModes")],
    ["StorageClass", (claim) => textAt(claim, "spec", "storageClassName")],
    ["VolumeAttributesClass", () => "<unset>"],
    age,
    ["VolumeMode", text("spec", "volumeMode"), 1],
  ],
  PersistentVolume: [
    name,
    ["Capacity", (volume) => mapAt(volume, "spec", "capacity")["storage"] ?? ""],
    ["Access Modes", (volume) => modes(volume, "spec", "accessModes")],
    ["Reclaim Policy", text("spec", "persistentVolumeReclaimPolicy")],
    ["Status", text("status", "phase")],
    ["Claim", claimOf],
    ["StorageClass", (volume) => textAt(volume, "spec", "storageClassName")],
    ["VolumeAttributesClass", () => "<unset>"],
    ["Reason", (volume) => textAt(volume, "status", "reason")],
    age,
    ["VolumeMode", text("spec", "volumeMode"), 1],
  ],
  Event: [
    ["Last Seen", (event, now) => since(textAt(event, "lastTimestamp"), now)],
    ["Type", text("type")],
    ["Reason", text("reason")],
    [
      "Object",
      (event) => `${textAt(event, "involvedObject", "kind").toLowerCase()}/${textAt(event, "involvedObject", "name")}`,
    ],
    ["Source", text("source", "component"), 1],
    ["Message", (event) => textAt(event, "message")],
    ["First Seen", (event, now) => since(textAt(event, "firstTimestamp"), now), 1],
    ["Count", number("count"), 1],
    ["Name", nameOf, 1],
  ],
  Deployment: [
    name,
    ["Ready", (object) => `${numberAt(object, ["status", "readyReplicas"])}/${numberAt(object, ["spec", "replicas"])}`],
    ["Up-to-date", number("status", "updatedReplicas")],
    ["Available", number("status", "availableReplicas")],
    age,
    containers,
    images,
    selector,
  ],
  ReplicaSet: [
    name,
    ["Desired", number("spec", "replicas")],
    ["Current", number("status", "replicas")],
    ["Ready", number("status", "readyReplicas")],
    age,
    containers,
    images,
    selector,
  ],
  DaemonSet: [
    name,
    ["Desired", number("status", "desiredNumberScheduled")],
    ["Current", number("status", "currentNumberScheduled")],
    ["Ready", number("status", "numberReady")],
    ["Up-to-date", number("status", "updatedNumberScheduled")],
    ["Available", number("status", "numberAvailable")],
    ["Node Selector", (object) => pairs(mapAt(object, "spec", "template", "spec", "nodeSelector"))],
    age,
    containers,
    images,
    selector,
  ],
  StatefulSet: [
    name,
    ["Ready", (object) => `${numberAt(object, ["status", "readyReplicas"])}/${numberAt(object, ["spec", "replicas"])}`],
    age,
    containers,
    images,
  ],
  ControllerRevision: [
    name,
    [
      "Controller",
      (object) => {
        const [owner] = itemsAt(object, "metadata", "ownerReferences");
        return owner ? `${textAt(owner, "kind").toLowerCase()}.apps/${textAt(owner, "name")}` : NONE;
      },
    ],
    ["Revision", number("revision")],
    age,
  ],
  Job: [
    name,
    ["Status", jobStatus],
    [
      "Completions",
      (job) =>
        `${numberAt(job, ["status", "succeeded"])}/${String(at(job, "spec", "completions") ?? numberAt(job, ["spec", "parallelism"], 1))}`,
    ],
    ["Duration", timeTaken],
    age,
    containers,
    images,
    selector,
  ],
  CronJob: [
    name,
    ["Schedule", text("spec", "schedule")],
    ["Timezone", text("spec", "timeZone")],
    ["Suspend", (job) => (at(job, "spec", "suspend") === true ? "True" : "False")],
    ["Active", (job) => listAt(job, "status", "active").length],
    [
      "Last Schedule",
      (job, now) =>
        textAt(job, "status", "lastScheduleTime") === "" ? NONE : since(textAt(job, "status", "lastScheduleTime"), now),
    ],
    age,
  ],
  Ingress: [
    name,
    ["Class", text("spec", "ingressClassName")],
    ["Hosts", hosts],
    ["Address", () => ""],
    ["Ports", (ingress) => (itemsAt(ingress, "spec", "tls").length > 0 ? "80, 443" : "80")],
    age,
  ],
  NetworkPolicy: [name, ["Pod-Selector", (policy) => pairs(mapAt(policy, "spec", "podSelector", "matchLabels"))], age],
  StorageClass: [
    ["Name", isDefault],
    ["Provisioner", text("provisioner")],
    ["ReclaimPolicy", text("reclaimPolicy")],
    ["VolumeBindingMode", text("volumeBindingMode")],
    ["AllowVolumeExpansion", (object) => String(object["allowVolumeExpansion"] === true)],
    age,
  ],
  Role: [name, created],
  ClusterRole: [name, created],
  RoleBinding: binding,
  ClusterRoleBinding: binding,
  Lease: [name, ["Holder", (lease) => textAt(lease, "spec", "holderIdentity")], age],
  PodDisruptionBudget: [
    name,
    ["Min Available", (object) => orNotSet(at(object, "spec", "minAvailable"))],
    ["Max Unavailable", (object) => orNotSet(at(object, "spec", "maxUnavailable"))],
    ["Allowed Disruptions", number("status", "disruptionsAllowed")],
    age,
  ],
};

/** The columns of a kind. */
export function columnsOf({ type, custom }: Kind): readonly Column[] {
  return custom ? customColumns(custom) : (COLUMNS[type] ?? [name, age]);
}
