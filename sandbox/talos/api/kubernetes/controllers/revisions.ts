/** ControllerRevisions: the templates that a DaemonSet or StatefulSet has had, for going back. */
import { type Fields, fieldsAt, mapAt, nameOf, namespaceOf, numberAt, same, withAt } from "../objects/fields.ts";
import type { Cluster } from "../store/cluster.ts";
import { controllerOf, ownerReference, templateHash } from "./own-pods.ts";

/** A revision's name, and the hash in it. */
interface Revision {
  readonly name: string;
  readonly hash: string;
}

/** The revision of the template that an owner has now; one that it had before becomes the latest. */
export function currentRevision({ store }: Cluster, owner: Fields): Revision {
  const template = fieldsAt(owner, "spec", "template");
  const all = store
    .list("ControllerRevision", namespaceOf(owner))
    .filter((each) => controllerOf(each) === fieldsAt(owner, "metadata")["uid"]);
  const latest = Math.max(0, ...all.map((each) => numberAt(each, ["revision"])));
  const data = { spec: { template: { ...template, $patch: "replace" } } };
  const found = all.find((each) => same(each["data"], data));
  if (found) {
    if (numberAt(found, ["revision"]) < latest)
      store.update("ControllerRevision", withAt(found, ["revision"], latest + 1));
    return { name: nameOf(found), hash: mapAt(found, "metadata", "labels")["controller-revision-hash"] ?? "" };
  }
  const hash = templateHash(template);
  const name = `${nameOf(owner)}-${hash}`;
  store.create("ControllerRevision", {
    apiVersion: "apps/v1",
    kind: "ControllerRevision",
    metadata: {
      name,
      namespace: namespaceOf(owner),
      labels: { ...mapAt(template, "metadata", "labels"), "controller-revision-hash": hash },
      ownerReferences: [ownerReference(owner)],
    },
    data,
    revision: latest + 1,
  });
  return { name, hash };
}
