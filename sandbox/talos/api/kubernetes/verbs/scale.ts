/** The scale of what has replicas: a number that is read and written by itself. */
import { conflict, invalid, notAllowed } from "../objects/errors.ts";
import { type Fields, fieldsAt, isFields, nameOf, textAt, withAt } from "../objects/fields.ts";
import { jsonPatch, mergePatch } from "../objects/json-patch.ts";
import { tracked } from "./managers.ts";
import { present } from "./read.ts";
import { type Answer, type Asked, isDry } from "./request.ts";
import { managerOf } from "./write.ts";

/** A number of replicas, by the scale of what has them. */
export function scale(asked: Asked): Answer {
  const { kind, cluster, body, contentType } = asked;
  const before = present(asked);
  const now = scaleOf(before);
  const type = contentType.split(";")[0] ?? "";
  const next =
    type === "application/json" || type === "" || type.endsWith("protobuf")
      ? body
      : type === "application/json-patch+json"
        ? jsonPatch(now, body)
        : mergePatch(now, body);
  if (!isFields(next)) throw notAllowed();
  const version = textAt(next, "metadata", "resourceVersion");
  if (version !== "" && version !== textAt(before, "metadata", "resourceVersion")) throw conflict(kind, nameOf(before));
  const replicas = fieldsAt(next, "spec")["replicas"] ?? 0;
  if (typeof replicas !== "number" || replicas < 0)
    throw invalid({ group: "autoscaling", kind: "Scale", plural: "scales" }, nameOf(before), [
      {
        reason: "FieldValueInvalid",
        message: `Invalid value: ${JSON.stringify(replicas)}: must be greater than or equal to 0`,
        field: "spec.replicas",
      },
    ]);
  const changed = tracked(
    kind.type,
    before,
    withAt(before, ["spec", "replicas"], replicas),
    { ...managerOf(asked), subresource: "scale" },
    cluster.store.now,
  );
  return { code: 200, body: scaleOf(isDry(asked) ? changed : cluster.store.update(kind, changed)) };
}

/** What `/scale` of an object is. */
export function scaleOf(object: Fields): Fields {
  const { name, namespace, uid, resourceVersion, creationTimestamp } = fieldsAt(object, "metadata");
  const labels = Object.entries(fieldsAt(object, "spec", "selector", "matchLabels")).map(
    ([key, value]) => `${key}=${String(value)}`,
  );
  return {
    kind: "Scale",
    apiVersion: "autoscaling/v1",
    metadata: {
      name: name ?? "",
      namespace: namespace ?? "",
      uid: uid ?? "",
      resourceVersion: resourceVersion ?? "",
      creationTimestamp: creationTimestamp ?? "",
    },
    spec: { replicas: fieldsAt(object, "spec")["replicas"] ?? 0 },
    status: { replicas: fieldsAt(object, "status")["replicas"] ?? 0, selector: labels.join(",") },
  };
}
