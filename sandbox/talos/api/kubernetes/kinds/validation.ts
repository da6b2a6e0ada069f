/** What the API server refuses of an object that can be decoded, in its words. */
import type { Cause } from "../objects/errors.ts";
import { at, type Fields, fieldsAt, itemsAt, listAt, mapAt, textAt } from "../objects/fields.ts";
import { objectSelector } from "../objects/selectors.ts";
import { bad, required, unsupported, when } from "./causes.ts";
import { complete } from "./decode.ts";
import type { Kind } from "./kinds.ts";
import { DNS_LABEL, IS_LABEL, isPort, labels, metadata, notNegative, PORT_RANGE } from "./validation-meta.ts";

/** What becomes of containers of a job that end. */
const OF_JOBS: readonly string[] = ["OnFailure", "Never"];

function podSpec(spec: Fields, path: string, policies: readonly string[]): readonly Cause[] {
  const containers = itemsAt(spec, "containers");
  const names = containers.map((each) => textAt(each, "name"));
  const volumes = new Set(itemsAt(spec, "volumes").map((each) => textAt(each, "name")));
  const policy = textAt(spec, "restartPolicy");
  return [
    ...when(containers.length > 0 && !policies.includes(policy), () =>
      // The default is none of those that a job may have, so it is as if nothing were said.
      policies === OF_JOBS
        ? required(`${path}.restartPolicy`, `valid values: ${OF_JOBS.map((each) => JSON.stringify(each)).join(", ")}`)
        : unsupported(`${path}.restartPolicy`, policy, policies),
    ),
    ...containers.flatMap((each, n) =>
      container(each, `${path}.containers[${n}]`, names.indexOf(textAt(each, "name")) < n),
    ),
    ...["containers", "initContainers"].flatMap((list) =>
      itemsAt(spec, list).flatMap((each, n) =>
        itemsAt(each, "volumeMounts").flatMap((mount, m) =>
          when(!volumes.has(textAt(mount, "name")), () => ({
            reason: "FieldValueNotFound",
            message: `Not found: ${JSON.stringify(textAt(mount, "name"))}`,
            field: `${path}.${list}[${n}].volumeMounts[${m}].name`,
          })),
        ),
      ),
    ),
  ];
}

function container(each: Fields, path: string, isTwice: boolean): readonly Cause[] {
  const name = textAt(each, "name");
  const requests = mapAt(each, "resources", "requests");
  return [
    ...when(textAt(each, "image") === "", () => required(`${path}.image`)),
    ...when(name !== "" && !IS_LABEL.test(name), () => bad(`${path}.name`, name, DNS_LABEL)),
    ...when(isTwice, () => ({
      reason: "FieldValueDuplicate",
      message: `Duplicate value: ${JSON.stringify(name)}`,
      field: `${path}.name`,
    })),
    ...itemsAt(each, "ports").flatMap((port, n) =>
      when(!isPort(port["containerPort"]), () =>
        bad(`${path}.ports[${n}].containerPort`, port["containerPort"], PORT_RANGE),
      ),
    ),
    ...Object.entries(requests).flatMap(([resource, amount]) =>
      when(amount.startsWith("-"), () =>
        bad(`${path}.resources.requests.${resource}`, amount, "must be greater than or equal to 0"),
      ),
    ),
    ...when(!["Always", "IfNotPresent", "Never", ""].includes(textAt(each, "imagePullPolicy")), () =>
      unsupported(`${path}.imagePullPolicy`, textAt(each, "imagePullPolicy"), ["Always", "IfNotPresent", "Never"]),
    ),
  ];
}

/** What makes pods: the selector has to fit the template. */
function workload(object: Fields, policies: readonly string[] = ["Always"]): readonly Cause[] {
  const found = mapAt(object, "spec", "template", "metadata", "labels");
  const selector = fieldsAt(object, "spec", "selector");
  const isEmpty = Object.keys(selector).length === 0;
  return [
    ...notNegative(object, "spec", "replicas"),
    ...when(!isEmpty && !objectSelector(selector)(found), () =>
      bad("spec.template.metadata.labels", found, "`selector` does not match template `labels`"),
    ),
    ...when(isEmpty && at(object, "spec", "selector") !== undefined, () =>
      bad("spec.selector", "", "empty selector is invalid for deployment"),
    ),
    ...labels(object, "spec.template.metadata"),
    ...podSpec(fieldsAt(object, "spec", "template", "spec"), "spec.template.spec", policies),
  ];
}

const SERVICE_TYPES = ["ClusterIP", "ExternalName", "LoadBalancer", "NodePort"];

function service(object: Fields): readonly Cause[] {
  const type = textAt(object, "spec", "type");
  const ports = itemsAt(object, "spec", "ports");
  const needsPorts = type !== "ExternalName" && textAt(object, "spec", "clusterIP") !== "None";
  return [
    ...when(!SERVICE_TYPES.includes(type), () => unsupported("spec.type", type, SERVICE_TYPES)),
    ...when(needsPorts && ports.length === 0, () => required("spec.ports")),
    ...when(type === "ExternalName" && textAt(object, "spec", "externalName") === "", () =>
      required("spec.externalName"),
    ),
    ...ports.flatMap((port, n) => [
      ...when(!isPort(port["port"]), () => bad(`spec.ports[${n}].port`, port["port"], PORT_RANGE)),
      ...when(ports.length > 1 && textAt(port, "name") === "", () => required(`spec.ports[${n}].name`)),
    ]),
  ];
}

function claim(object: Fields): readonly Cause[] {
  return [
    ...when(listAt(object, "spec", "accessModes").length === 0, () =>
      required("spec.accessModes", "at least 1 access mode is required"),
    ),
    ...when(at(object, "spec", "resources", "requests", "storage") === undefined, () =>
      required("spec.resources[storage]"),
    ),
  ];
}

function budget(object: Fields): readonly Cause[] {
  const { minAvailable, maxUnavailable } = fieldsAt(object, "spec");
  return when(minAvailable !== undefined && maxUnavailable !== undefined, () =>
    bad(
      "spec",
      { minAvailable: String(minAvailable), maxUnavailable: String(maxUnavailable) },
      "minAvailable and maxUnavailable cannot be both set",
    ),
  );
}

function definition(object: Fields): readonly Cause[] {
  const name = `${textAt(object, "spec", "names", "plural")}.${textAt(object, "spec", "group")}`;
  const versions = itemsAt(object, "spec", "versions");
  return [
    ...when(!textAt(object, "spec", "group").includes("."), () =>
      bad("spec.group", textAt(object, "spec", "group"), "should be a domain with at least one dot"),
    ),
    ...when(textAt(object, "metadata", "name") !== name, () =>
      bad("metadata.name", textAt(object, "metadata", "name"), 'must be spec.names.plural+"."+spec.group'),
    ),
    ...when(versions.filter(({ storage }) => storage === true).length !== 1, () =>
      bad(
        "spec.versions",
        versions.map((each) => textAt(each, "name")),
        "must have exactly one version marked as storage version",
      ),
    ),
    ...versions.flatMap((version, n) =>
      when(at(version, "schema", "openAPIV3Schema") === undefined, () =>
        required(`spec.versions[${n}].schema.openAPIV3Schema`, "schemas are required"),
      ),
    ),
  ];
}

/** What is wrong with the rest, by kind. */
export const RULES: Readonly<Record<string, (object: Fields) => readonly Cause[]>> = {
  Pod: (object) => podSpec(fieldsAt(object, "spec"), "spec", ["Always", "OnFailure", "Never"]),
  Deployment: (object) => workload(object),
  ReplicaSet: (object) => workload(object),
  DaemonSet: (object) => workload(object),
  StatefulSet: (object) => workload(object),
  Job: (object) => [
    ...notNegative(object, "spec", "parallelism"),
    ...podSpec(fieldsAt(object, "spec", "template", "spec"), "spec.template.spec", OF_JOBS),
  ],
  CronJob: (object) =>
    when(!/^(?:@\w+|(?:\S+\s+){4}\S+)$/.test(textAt(object, "spec", "schedule")), () =>
      bad(
        "spec.schedule",
        textAt(object, "spec", "schedule"),
        `expected exactly 5 fields, found ${textAt(object, "spec", "schedule").split(/\s+/).length}: [${textAt(object, "spec", "schedule")}]`,
      ),
    ),
  Service: service,
  PersistentVolumeClaim: claim,
  PersistentVolume: (object) =>
    when(at(object, "spec", "capacity", "storage") === undefined, () => required("spec.capacity")),
  PodDisruptionBudget: budget,
  CustomResourceDefinition: definition,
  ConfigMap: (object) =>
    Object.keys(fieldsAt(object, "data")).flatMap((key) =>
      when(!/^[-._a-zA-Z0-9]+$/.test(key), () =>
        bad(
          `data[${key}]`,
          key,
          "a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or 'KEY_NAME',  or 'key-name', regex used for validation is '[-._a-zA-Z0-9]+')",
        ),
      ),
    ),
};

/** What is wrong with a new object. */
export function problemsOf(kind: Kind, object: Fields): readonly Cause[] {
  const missing = complete(kind, object);
  const own = RULES[kind.type]?.(object) ?? [];
  return [
    ...metadata(kind, object),
    ...missing,
    ...own.filter(({ field }) => !missing.some((each) => each.field === field)),
  ];
}
