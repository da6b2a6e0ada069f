/** What the API server does to a new object on its way in: names, addresses, tolerations, labels of jobs. */
import { ApiError, forbidden, notFound } from "../objects/errors.ts";
import {
  at,
  type Fields,
  fieldsAt,
  isGoing,
  itemsAt,
  mapAt,
  nameOf,
  namespaceOf,
  textAt,
  uidOf,
  withAt,
} from "../objects/fields.ts";
import { initialStatus, withDefaults } from "../kinds/defaults.ts";
import { type Kind, kindNamed } from "../kinds/kinds.ts";
import { isIn, nodePort, serviceAddress } from "../store/addresses.ts";
import { type Cluster, suffix } from "../store/cluster.ts";
import { problemsOf } from "../kinds/validation.ts";
import { refuse } from "../kinds/decode.ts";

/** What a client cannot say of a new object. */
const OF_SERVER = [
  "uid",
  "resourceVersion",
  "creationTimestamp",
  "deletionTimestamp",
  "deletionGracePeriodSeconds",
  "generation",
  "selfLink",
  "managedFields",
];

/** @throws ApiError where it may not be made there, or is none */
export function admitted(cluster: Cluster, kind: Kind, namespace: string, said: Fields): Fields {
  const clean = OF_SERVER.reduce((object, key) => withAt(object, ["metadata", key], undefined), said);
  const named = withName(cluster, kind, namespace, clean);
  if (kind.namespaced) checkNamespace(cluster, kind, namespace, named);
  const born = cluster.store.born(kind, withoutStatus(kind, named));
  const object = (ADMISSIONS[kind.type] ?? ((_cluster, each) => each))(cluster, withDefaults(kind, born));
  refuse(kind, object, problemsOf(kind, object));
  return object;
}

function withName(cluster: Cluster, kind: Kind, namespace: string, object: Fields): Fields {
  const prefix = textAt(object, "metadata", "generateName");
  const name = nameOf(object) || (prefix === "" ? "" : `${prefix}${suffix(cluster)}`);
  const named = name === "" ? object : withAt(object, ["metadata", "name"], name);
  return kind.namespaced
    ? withAt(named, ["metadata", "namespace"], namespace)
    : withAt(named, ["metadata", "namespace"], undefined);
}

function withoutStatus(kind: Kind, object: Fields): Fields {
  if (!kind.parts.includes("status")) return object;
  if (kind.custom) return withAt(object, ["status"], undefined);
  return withAt(object, ["status"], kind.type === "Node" ? object["status"] : (initialStatus(kind.type) ?? {}));
}

function checkNamespace({ store }: Cluster, kind: Kind, namespace: string, object: Fields): void {
  const found = store.get("Namespace", "", namespace);
  if (!found) throw notFound(kindNamed("Namespace"), namespace);
  if (!isGoing(found)) return;
  const why = `unable to create new content in namespace ${namespace} because it is being terminated`;
  const cause = {
    reason: "NamespaceTerminating",
    message: `namespace ${namespace} is being terminated`,
    field: "metadata.namespace",
  };
  throw forbidden(kind, nameOf(object), why, [cause]);
}

/** How long a pod bears a node that is gone, where it says nothing of it (DefaultTolerationSeconds). */
const BORNE: readonly Fields[] = ["not-ready", "unreachable"].map((state) => ({
  key: `node.kubernetes.io/${state}`,
  operator: "Exists",
  effect: "NoExecute",
  tolerationSeconds: 300,
}));

/** What comes first, by its class: that which it names, else that which counts for all. @throws ApiError 403 for a class that is none */
function priorityOf({ store }: Cluster, object: Fields): Fields {
  const name = textAt(object, "spec", "priorityClassName");
  const found =
    name === ""
      ? store.list("PriorityClass").find((each) => each["globalDefault"] === true)
      : store.get("PriorityClass", "", name);
  if (!found && name !== "")
    throw forbidden(kindNamed("Pod"), nameOf(object), `no PriorityClass with name ${name} was found`);
  if (!found) return {};
  const { value = 0, preemptionPolicy = "PreemptLowerPriority" } = found;
  return { priorityClassName: nameOf(found), priority: value, preemptionPolicy };
}

function pod(cluster: Cluster, object: Fields): Fields {
  const { store } = cluster;
  const account = textAt(object, "spec", "serviceAccountName");
  if (!store.get("ServiceAccount", namespaceOf(object), account))
    throw forbidden(
      kindNamed("Pod"),
      nameOf(object),
      `error looking up service account ${namespaceOf(object)}/${account}: serviceaccount "${account}" not found`,
    );
  const own = itemsAt(object, "spec", "tolerations");
  const more = BORNE.filter(
    ({ key }) =>
      !own.some(
        (each) => (each["key"] === key || each["key"] === undefined) && (each["effect"] ?? "NoExecute") === "NoExecute",
      ),
  );
  const status = { phase: "Pending", qosClass: qualityOf(object) };
  const spec = { ...fieldsAt(object, "spec"), ...priorityOf(cluster, object), tolerations: [...own, ...more] };
  return { ...object, spec, status };
}

/** How a pod is treated when memory runs out. */
function qualityOf(object: Fields): string {
  const all = itemsAt(object, "spec", "containers").map((each) => ({
    requests: mapAt(each, "resources", "requests"),
    limits: mapAt(each, "resources", "limits"),
  }));
  if (all.every(({ requests, limits }) => Object.keys(requests).length + Object.keys(limits).length === 0))
    return "BestEffort";
  const isSure = all.every(({ requests, limits }) =>
    ["cpu", "memory"].every((name) => limits[name] !== undefined && limits[name] === requests[name]),
  );
  return isSure ? "Guaranteed" : "Burstable";
}

/** Gives a service its address, and ports on the nodes where it is to have them. @throws ApiError for an address that is another's */
export function service(cluster: Cluster, object: Fields): Fields {
  const spec = fieldsAt(object, "spec");
  const type = textAt(spec, "type");
  if (type === "ExternalName") return object;
  const asked = textAt(spec, "clusterIP");
  if (asked !== "" && asked !== "None") checkAddress(cluster, object, asked);
  const address = asked || serviceAddress(cluster) || "";
  const isOutward = type === "NodePort" || type === "LoadBalancer";
  const taken = new Set<number>();
  const ports = itemsAt(spec, "ports").map((port) => {
    if (!isOutward || port["nodePort"] !== undefined) return port;
    let free = nodePort(cluster);
    while (taken.has(free)) free += 1;
    taken.add(free);
    return { ...port, nodePort: free };
  });
  return {
    ...object,
    spec: { ...spec, ...(ports.length > 0 && { ports }), clusterIP: address, clusterIPs: [address] },
  };
}

function checkAddress({ store, serviceSubnet }: Cluster, object: Fields, address: string): void {
  const taken = store
    .list("Service")
    .find((each) => at(each, "spec", "clusterIP") === address && uidOf(each) !== uidOf(object));
  const why = !isIn(serviceSubnet, address)
    ? `failed to allocate IP ${address}: the provided IP (${address}) is not in the valid range. The range of valid IPs is ${serviceSubnet}`
    : taken
      ? `failed to allocate IP ${address}: provided IP is already allocated`
      : "";
  if (why === "") return;
  const cause = {
    reason: "FieldValueInvalid",
    message: `Invalid value: ["${address}"]: ${why}`,
    field: "spec.clusterIPs",
  };
  throw new ApiError(422, "Invalid", `Service "${nameOf(object)}" is invalid: ${cause.field}: ${cause.message}`, {
    name: nameOf(object),
    kind: "Service",
    causes: [cause],
  });
}

/** A job's pods are those with its uid. */
function job(_cluster: Cluster, object: Fields): Fields {
  if (at(object, "spec", "manualSelector") === true) return object;
  const uid = { "batch.kubernetes.io/controller-uid": uidOf(object) };
  const labels = {
    ...mapAt(object, "spec", "template", "metadata", "labels"),
    ...uid,
    "controller-uid": uidOf(object),
    "batch.kubernetes.io/job-name": nameOf(object),
    "job-name": nameOf(object),
  };
  return withAt(
    withAt(object, ["spec", "selector"], { matchLabels: uid }),
    ["spec", "template", "metadata", "labels"],
    labels,
  );
}

const ADMISSIONS: Readonly<Record<string, (cluster: Cluster, object: Fields) => Fields>> = {
  Pod: pod,
  Service: service,
  Job: job,
  CustomResourceDefinition: (_cluster, object) =>
    withAt(object, ["metadata", "finalizers"], ["customresourcecleanup.apiextensions.k8s.io"]),
  Namespace: (_cluster, object) => withAt(object, ["spec", "finalizers"], ["kubernetes"]),
  PersistentVolumeClaim: (cluster, object) => claim(cluster, object),
};

/** The default StorageClass, where a claim names none. */
function claim({ store }: Cluster, object: Fields): Fields {
  const protectedOne = withAt(object, ["metadata", "finalizers"], ["kubernetes.io/pvc-protection"]);
  if (at(object, "spec", "storageClassName") !== undefined) return protectedOne;
  const standard = store
    .list("StorageClass")
    .find((each) => mapAt(each, "metadata", "annotations")["storageclass.kubernetes.io/is-default-class"] === "true");
  return standard ? withAt(protectedOne, ["spec", "storageClassName"], nameOf(standard)) : protectedOne;
}
