/** Tells what has happened to an object, as controllers do. */
import { createHash } from "node:crypto";
import { type Fields, nameOf, namespaceOf, textAt, uidOf } from "../objects/fields.ts";
import type { Cluster } from "../store/cluster.ts";

/** The same of the same object is told once. */
export function tell(
  { store }: Pick<Cluster, "store">,
  object: Fields,
  [type, reason]: readonly ["Normal" | "Warning", string],
  message: string,
  component: string,
): void {
  const namespace = namespaceOf(object) || "default";
  const hash = createHash("sha256")
    .update([uidOf(object), reason, message].join(" "))
    .digest("hex")
    .slice(0, 16);
  const name = `${nameOf(object)}.${hash}`;
  if (store.get("Event", namespace, name)) return;
  store.create("Event", {
    apiVersion: "v1",
    kind: "Event",
    metadata: { name, namespace },
    involvedObject: {
      kind: textAt(object, "kind"),
      ...(namespaceOf(object) !== "" && { namespace: namespaceOf(object) }),
      name: nameOf(object),
      uid: textAt(object, "kind") === "Node" ? nameOf(object) : uidOf(object),
      apiVersion: textAt(object, "apiVersion"),
      resourceVersion: textAt(object, "metadata", "resourceVersion"),
    },
    reason,
    message,
    source: { component },
    type,
    count: 1,
    firstTimestamp: store.now,
    lastTimestamp: store.now,
    eventTime: null,
    reportingComponent: component,
    reportingInstance: "",
  });
}
