/** Endpoints and EndpointSlices: the pods that a service leads to. */
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
  type Value,
} from "../objects/fields.ts";
import { objectSelector } from "../objects/selectors.ts";
import type { Cluster } from "../store/cluster.ts";
import { uuid } from "../store/uid.ts";
import { isActive, isReady, ownerReference } from "./own-pods.ts";

/** The number of a port of a pod, which a service may call by its name. */
function portOf(pod: Fields, target: Value | undefined): number | null {
  if (typeof target === "number") return target;
  const ports = itemsAt(pod, "spec", "containers").flatMap((each) => itemsAt(each, "ports"));
  const found = ports.find((port) => port["name"] === target)?.["containerPort"];
  return typeof found === "number" ? found : null;
}

function targetRef(pod: Fields): Fields {
  return { kind: "Pod", namespace: namespaceOf(pod), name: nameOf(pod), uid: uidOf(pod) };
}

const MANAGED_BY = "endpoints.kubernetes.io/managed-by";
const BY = "endpoint-controller";

/** Of each service that selects pods. */
export function services(cluster: Cluster): void {
  const { store } = cluster;
  for (const service of store.list("Service")) {
    const selector = fieldsAt(service, "spec", "selector");
    if (Object.keys(selector).length === 0 || isGoing(service)) continue;
    const takes = objectSelector({ matchLabels: selector });
    const pods = store
      .list("Pod", namespaceOf(service))
      .filter(
        (pod) => takes(mapAt(pod, "metadata", "labels")) && isActive(pod) && textAt(pod, "status", "podIP") !== "",
      );
    putEndpoints(cluster, service, pods);
    putSlice(cluster, service, pods);
  }
  for (const endpoints of store.list("Endpoints"))
    // Those that somebody has made stay.
    if (labelsOf(endpoints)[MANAGED_BY] === BY && !store.get("Service", namespaceOf(endpoints), nameOf(endpoints)))
      store.remove("Endpoints", endpoints);
}

const labelsOf = (service: Fields): Readonly<Record<string, string>> => mapAt(service, "metadata", "labels");

function portsFor(service: Fields, pods: readonly Fields[]): readonly Fields[] {
  const [first] = pods;
  return itemsAt(service, "spec", "ports").flatMap((port) => {
    const number = first ? portOf(first, port["targetPort"]) : null;
    if (number === null) return [];
    return [
      { ...(port["name"] !== undefined && { name: port["name"] }), port: number, protocol: port["protocol"] ?? "TCP" },
    ];
  });
}

function put({ store }: Cluster, kind: string, object: Fields): void {
  const before = store.get(kind, namespaceOf(object), nameOf(object));
  if (!before) store.create(kind, object);
  else
    store.update(kind, {
      ...before,
      ...object,
      metadata: { ...fieldsAt(before, "metadata"), ...fieldsAt(object, "metadata") },
    });
}

function putEndpoints(cluster: Cluster, service: Fields, pods: readonly Fields[]): void {
  const address = (pod: Fields): Fields => ({
    ip: textAt(pod, "status", "podIP"),
    nodeName: textAt(pod, "spec", "nodeName"),
    targetRef: targetRef(pod),
  });
  const [ready, not] = [pods.filter(isReady).map(address), pods.filter((pod) => !isReady(pod)).map(address)];
  const ports = portsFor(service, pods);
  const subset = {
    ...(ready.length > 0 && { addresses: ready }),
    ...(not.length > 0 && { notReadyAddresses: not }),
    ...(ports.length > 0 && { ports }),
  };
  put(cluster, "Endpoints", {
    apiVersion: "v1",
    kind: "Endpoints",
    metadata: {
      name: nameOf(service),
      namespace: namespaceOf(service),
      labels: { ...labelsOf(service), [MANAGED_BY]: BY },
    },
    ...(pods.length > 0 && { subsets: [subset] }),
  });
}

function putSlice(cluster: Cluster, service: Fields, pods: readonly Fields[]): void {
  const name = `${nameOf(service)}-${uuid(uidOf(service)).slice(0, 5)}`;
  const isHeadless = at(service, "spec", "clusterIP") === "None" ? { "service.kubernetes.io/headless": "" } : {};
  put(cluster, "EndpointSlice", {
    apiVersion: "discovery.k8s.io/v1",
    kind: "EndpointSlice",
    metadata: {
      name,
      namespace: namespaceOf(service),
      labels: {
        ...labelsOf(service),
        ...isHeadless,
        "endpointslice.kubernetes.io/managed-by": "endpointslice-controller.k8s.io",
        "kubernetes.io/service-name": nameOf(service),
      },
      ownerReferences: [ownerReference(service)],
    },
    addressType: "IPv4",
    endpoints: pods.map((pod) => ({
      addresses: [textAt(pod, "status", "podIP")],
      conditions: { ready: isReady(pod), serving: isReady(pod), terminating: false },
      nodeName: textAt(pod, "spec", "nodeName"),
      targetRef: targetRef(pod),
    })),
    // A port without a name has an empty one here.
    ports: portsFor(service, pods).map((port) => ({ name: "", ...port })),
  });
}
