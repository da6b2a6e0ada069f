/** What the API server refuses of an object that can be decoded, in its words. */
import type { Cause } from "../objects/errors.ts";
import { at, type Fields, fieldsAt, itemsAt, listAt, mapAt, textAt, type Value } from "../objects/fields.ts";
import { objectSelector } from "../objects/selectors.ts";
import { bad, required, unsupported, when } from "./causes.ts";
import { complete } from "./decode.ts";
import type { Kind } from "./kinds.ts";

const LABEL =
  "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')";
const SUBDOMAIN =
  "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";
const DNS_LABEL =
  "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')";
const DNS_1035 =
  "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character (e.g. 'my-name',  or 'abc-123', regex used for validation is '[a-z]([-a-z0-9]*[a-z0-9])?')";

const IS_LABEL = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/;
const IS_SUBDOMAIN = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;
const IS_VALUE = /^(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?$/;

function metadata({ type: kind, group }: Kind, object: Fields): readonly Cause[] {
  const name = textAt(object, "metadata", "name");
  // Names of rights may have colons.
  const isFree = group === "rbac.authorization.k8s.io";
  const [test, why] =
    kind === "Namespace"
      ? [IS_LABEL, DNS_LABEL]
      : kind === "Service"
        ? [/^[a-z]([-a-z0-9]*[a-z0-9])?$/, DNS_1035]
        : [IS_SUBDOMAIN, SUBDOMAIN];
  return [
    ...when(name === "", () => required("metadata.name", "name or generateName is required")),
    ...when(name !== "" && !isFree && !test.test(name), () => bad("metadata.name", name, why)),
    ...when(name.length > 253 || (kind === "Namespace" && name.length > 63), () =>
      bad("metadata.name", name, `must be no more than ${kind === "Namespace" ? 63 : 253} characters`),
    ),
    ...labels(object, "metadata"),
  ];
}

/** What is wrong with labels. */
export function labels(object: Fields, path: string): readonly Cause[] {
  return Object.entries(mapAt(object, ...path.split("."), "labels")).flatMap(([key, value]) => [
    ...when(value.length > 63, () => bad(`${path}.labels`, value, "must be no more than 63 characters")),
    ...when(!IS_VALUE.test(value), () => bad(`${path}.labels`, value, LABEL)),
    ...when(!/^(?:[a-z0-9.-]+\/)?[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?$/.test(key), () =>
      bad(
        `${path}.labels`,
        key,
        "name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')",
      ),
    ),
  ]);
}

const notNegative = (object: Fields, ...path: readonly string[]): readonly Cause[] => {
  const value = at(object, ...path);
  return when(typeof value === "number" && value < 0, () =>
    bad(path.join("."), value, "must be greater than or equal to 0"),
  );
};

const isPort = (value: Value | undefined): boolean => typeof value === "number" && value >= 1 && value <= 65_535;
const PORT_RANGE = "must be between 1 and 65535, inclusive";

function podSpec(spec: Fields, path: string, policies: readonly string[]): readonly Cause[] {
  const containers = itemsAt(spec, "containers");
  const names = containers.map((each) => textAt(each, "name"));
  const volumes = new Set(itemsAt(spec, "volumes").map((each) => textAt(each, "name")));
  const claimed = [...itemsAt(spec, "containers"), ...itemsAt(spec, "initContainers")];
  const policy = textAt(spec, "restartPolicy");
  return [
    ...when(containers.length > 0 && !policies.includes(policy), () =>
      unsupported(`${path}.restartPolicy`, policy, policies),
    ),
    ...containers.flatMap((each, n) =>
      container(each, `${path}.containers[${n}]`, names.indexOf(textAt(each, "name")) < n),
    ),
    ...claimed.flatMap((each, n) =>
      itemsAt(each, "volumeMounts").flatMap((mount, m) =>
        when(!volumes.has(textAt(mount, "name")), () => ({
          reason: "FieldValueNotFound",
          message: `Not found: ${JSON.stringify(textAt(mount, "name"))}`,
          field: `${path}.containers[${n}].volumeMounts[${m}].name`,
        })),
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
    ...podSpec(fieldsAt(object, "spec", "template", "spec"), "spec.template.spec", ["OnFailure", "Never"]),
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
