/** PersistentVolumeClaims: each gets a volume that somebody has made. Nothing makes volumes here, whatever the StorageClass. */
import {
  type Fields,
  fieldsAt,
  isGoing,
  itemsAt,
  listAt,
  mapAt,
  nameOf,
  namespaceOf,
  textAt,
  uidOf,
  withAt,
} from "../objects/fields.ts";
import { quantity } from "../objects/quantity.ts";
import { objectSelector } from "../objects/selectors.ts";
import type { Cluster } from "../store/cluster.ts";
import { tell } from "./events.ts";

const BY = "persistentvolume-controller";
const size = (text: string | undefined): number => quantity(text ?? "0") ?? 0;

/** Whether a volume has what a claim wants. */
function offers(volume: Fields, claim: Fields): boolean {
  const [spec, wanted] = [fieldsAt(volume, "spec"), fieldsAt(claim, "spec")];
  const reserved = textAt(spec, "claimRef", "name");
  if (reserved !== "" && (reserved !== nameOf(claim) || textAt(spec, "claimRef", "namespace") !== namespaceOf(claim)))
    return false;
  const named = textAt(wanted, "volumeName");
  const selector = wanted["selector"] === undefined ? null : objectSelector(fieldsAt(wanted, "selector"));
  return (
    !isGoing(volume) &&
    ["Available", "Pending", ""].includes(textAt(volume, "status", "phase")) &&
    (named === "" || named === nameOf(volume)) &&
    (selector === null || selector(mapAt(volume, "metadata", "labels"))) &&
    textAt(spec, "storageClassName") === textAt(wanted, "storageClassName") &&
    textAt(spec, "volumeMode") === textAt(wanted, "volumeMode") &&
    listAt(wanted, "accessModes").every((mode) => listAt(spec, "accessModes").includes(mode)) &&
    size(mapAt(spec, "capacity")["storage"]) >= size(mapAt(wanted, "resources", "requests")["storage"])
  );
}

/** Binds, frees, and lets go. */
export function volumes(cluster: Cluster): void {
  const { store } = cluster;
  for (const claim of store.list("PersistentVolumeClaim")) {
    if (isGoing(claim)) letGo(cluster, claim);
    else if (textAt(claim, "status", "phase") !== "Bound") bind(cluster, claim);
  }
  for (const volume of store.list("PersistentVolume")) {
    const { name = "", namespace = "", uid = "" } = mapAt(volume, "spec", "claimRef");
    const claim = store.get("PersistentVolumeClaim", namespace, name);
    const phase = uid === "" ? "Available" : claim && uidOf(claim) === uid ? "Bound" : "Released";
    if (textAt(volume, "status", "phase") !== phase)
      store.update("PersistentVolume", withAt(volume, ["status"], { phase, lastPhaseTransitionTime: store.now }));
  }
}

function bind(cluster: Cluster, claim: Fields): void {
  const { store } = cluster;
  const [volume] = store
    .list("PersistentVolume")
    .filter((each) => offers(each, claim))
    .toSorted(
      (one, other) =>
        size(mapAt(one, "spec", "capacity")["storage"]) - size(mapAt(other, "spec", "capacity")["storage"]),
    );
  if (!volume) {
    const wanted = textAt(claim, "spec", "storageClassName");
    const found = store.get("StorageClass", "", wanted);
    const provisioner = textAt(found, "provisioner");
    if (wanted === "")
      tell(
        cluster,
        claim,
        ["Normal", "FailedBinding"],
        "no persistent volumes available for this claim and no storage class is set",
        BY,
      );
    else if (!found)
      tell(cluster, claim, ["Warning", "ProvisioningFailed"], `storageclass.storage.k8s.io "${wanted}" not found`, BY);
    else
      tell(
        cluster,
        claim,
        ["Normal", "ExternalProvisioning"],
        `Waiting for a volume to be created either by the external provisioner '${provisioner}' or manually by the system administrator. If volume creation is delayed, please verify that the provisioner is running and correctly registered.`,
        BY,
      );
    return;
  }
  const claimRef = {
    kind: "PersistentVolumeClaim",
    namespace: namespaceOf(claim),
    name: nameOf(claim),
    uid: uidOf(claim),
    apiVersion: "v1",
  };
  store.update(
    "PersistentVolume",
    withAt(withAt(volume, ["spec", "claimRef"], claimRef), ["status"], {
      phase: "Bound",
      lastPhaseTransitionTime: store.now,
    }),
  );
  const status = {
    phase: "Bound",
    accessModes: listAt(volume, "spec", "accessModes"),
    capacity: mapAt(volume, "spec", "capacity"),
  };
  store.update("PersistentVolumeClaim", { ...withAt(claim, ["spec", "volumeName"], nameOf(volume)), status });
}

/** A claim that a pod uses stays until the pod is gone. */
function letGo({ store }: Cluster, claim: Fields): void {
  const isUsed = store
    .list("Pod", namespaceOf(claim))
    .some((pod) =>
      itemsAt(pod, "spec", "volumes").some(
        (volume) => textAt(volume, "persistentVolumeClaim", "claimName") === nameOf(claim),
      ),
    );
  const others = listAt(claim, "metadata", "finalizers").filter((each) => each !== "kubernetes.io/pvc-protection");
  if (!isUsed && others.length === 0) store.remove("PersistentVolumeClaim", claim);
}
