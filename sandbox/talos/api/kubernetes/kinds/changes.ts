/** What the API server refuses of a change. */
import type { Cause } from "../objects/errors.ts";
import { at, type Fields, fieldsAt, itemsAt, same, type Value } from "../objects/fields.ts";
import { bad, when } from "./causes.ts";
import { complete } from "./decode.ts";
import type { Kind } from "./kinds.ts";
import { RULES } from "./validation.ts";
import { labels } from "./validation-meta.ts";

/** Fields that stay as they were made. */
const FIXED: Readonly<Record<string, readonly string[]>> = {
  Deployment: ["spec.selector"],
  ReplicaSet: ["spec.selector"],
  DaemonSet: ["spec.selector"],
  Job: ["spec.selector", "spec.template", "spec.completions"],
  Service: ["spec.clusterIP"],
  StorageClass: ["parameters", "provisioner", "reclaimPolicy", "volumeBindingMode"],
  Secret: ["type"],
};

const SET_FIELDS = [
  "replicas",
  "ordinals",
  "template",
  "updateStrategy",
  "revisionHistoryLimit",
  "persistentVolumeClaimRetentionPolicy",
  "minReadySeconds",
];

const forbids = (field: string, why: string): Cause => ({
  reason: "FieldValueForbidden",
  message: `Forbidden: ${why}`,
  field,
});

function podChange(before: Fields, after: Fields): readonly Cause[] {
  const rest = (pod: Fields): Value => {
    const {
      tolerations: _borne,
      activeDeadlineSeconds: _deadline,
      terminationGracePeriodSeconds: _grace,
      nodeName: _node,
      ...spec
    } = fieldsAt(pod, "spec");
    return { ...spec, containers: itemsAt(spec, "containers").map(({ image: _image, ...kept }) => kept) };
  };
  return when(!same(rest(before), rest(after)), () =>
    forbids(
      "spec",
      "pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)",
    ),
  );
}

/** What is wrong with a change. */
export function changeProblems(kind: Kind, before: Fields, after: Fields): readonly Cause[] {
  const own = RULES[kind.type]?.(after) ?? [];
  const fixed = (FIXED[kind.type] ?? []).flatMap((path) => {
    const [was, is] = [at(before, ...path.split(".")), at(after, ...path.split("."))];
    return when(was !== undefined && was !== "" && !same(was, is), () => bad(path, is, "field is immutable"));
  });
  const isFrozen =
    before["immutable"] === true &&
    !same([before["data"] ?? null, before["binaryData"] ?? null], [after["data"] ?? null, after["binaryData"] ?? null]);
  const setChange = (spec: Fields): Value =>
    Object.fromEntries(Object.entries(spec).filter(([key]) => !SET_FIELDS.includes(key)));
  return [
    ...labels(after, "metadata"),
    ...complete(kind, after),
    ...own,
    ...fixed,
    ...when(isFrozen, () => forbids("data", "field is immutable when `immutable` is set")),
    ...(kind.type === "Pod" ? podChange(before, after) : []),
    ...when(
      kind.type === "StatefulSet" && !same(setChange(fieldsAt(before, "spec")), setChange(fieldsAt(after, "spec"))),
      () =>
        forbids(
          "spec",
          "updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template', 'updateStrategy', 'revisionHistoryLimit', 'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds' are forbidden",
        ),
    ),
    ...when(kind.type.endsWith("Binding") && !same(before["roleRef"], after["roleRef"]), () =>
      bad("roleRef", after["roleRef"], "cannot change roleRef"),
    ),
  ];
}
