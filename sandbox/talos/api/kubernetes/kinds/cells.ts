/** What is in the columns of `kubectl get`. */
import {
  type Fields,
  at,
  fieldsAt,
  holds,
  itemsAt,
  listAt,
  mapAt,
  nameOf,
  numberAt,
  textAt,
} from "../objects/fields.ts";

/** A column: its name, what is in it, and 1 where only `-o wide` shows it. */
export type Column = readonly [name: string, cell: (object: Fields, now: number) => string | number, priority?: 0 | 1];

/** NONE */
export const NONE = "<none>";

/** As kubectl writes ages: `5s`, `3m20s`, `2h`, `4d3h`. */
function duration(milliseconds: number): string {
  const seconds = Math.max(0, Math.floor(milliseconds / 1000));
  const both = (whole: number, unit: string, rest: number, small: string): string =>
    rest === 0 ? `${whole}${unit}` : `${whole}${unit}${rest}${small}`;
  const [minutes, hours, days] = [Math.floor(seconds / 60), Math.floor(seconds / 3600), Math.floor(seconds / 86_400)];
  if (seconds < 120) return `${seconds}s`;
  if (minutes < 10) return both(minutes, "m", seconds % 60, "s");
  if (minutes < 180) return `${minutes}m`;
  if (hours < 8) return both(hours, "h", minutes % 60, "m");
  if (hours < 48) return `${hours}h`;
  return days < 8 ? both(days, "d", hours % 24, "h") : `${days}d`;
}

/** How long ago a time is. */
export function since(time: string, now: number): string {
  return time === "" ? "<unknown>" : duration(now - Date.parse(time));
}

/** How old an object is. */
export const age: Column = ["Age", (object, now) => since(textAt(object, "metadata", "creationTimestamp"), now)];
/** Its name. */
export const name: Column = ["Name", nameOf];
/** The text at a path. */
export const text =
  (...path: readonly string[]) =>
  (object: Fields): string =>
    textAt(object, ...path) || NONE;
/** The number at a path. */
export const number =
  (...path: readonly string[]) =>
  (object: Fields): number =>
    numberAt(object, path);
/** Labels, as selectors are written. */
export const pairs = (labels: Readonly<Record<string, string>>): string =>
  Object.entries(labels)
    .map(([key, value]) => `${key}=${value}`)
    .toSorted()
    .join(",") || NONE;
const podsOf = (object: Fields): readonly Fields[] => itemsAt(object, "spec", "template", "spec", "containers");
/** Names of its containers. */
export const containers: Column = [
  "Containers",
  (object) =>
    podsOf(object)
      .map((each) => textAt(each, "name"))
      .join(","),
  1,
];
/** Their images. */
export const images: Column = [
  "Images",
  (object) =>
    podsOf(object)
      .map((each) => textAt(each, "image"))
      .join(","),
  1,
];
/** Which pods it has. */
export const selector: Column = ["Selector", (object) => pairs(mapAt(object, "spec", "selector", "matchLabels")), 1];
/** How many there are in a map. */
export const count = (field: string): Column => [
  field[0]?.toUpperCase() + field.slice(1),
  (object) => Object.keys(fieldsAt(object, field)).length,
];

const MODES: Readonly<Record<string, string>> = {
  ReadWriteOnce: "RWO",
  ReadOnlyMany: "ROX",
  ReadWriteMany: "RWX",
  ReadWriteOncePod: "RWOP",
};
/** How storage may be mounted. */
export const modes = (object: Fields, ...path: readonly string[]): string =>
  listAt(object, ...path)
    .map((mode) => MODES[String(mode)] ?? "")
    .join(",");

/** Whether a node is ready and takes pods. */
export function nodeStatus(node: Fields): string {
  const ready = holds(node, "Ready") ? "Ready" : "NotReady";
  return at(node, "spec", "unschedulable") === true ? `${ready},SchedulingDisabled` : ready;
}

const ROLE = "node-role.kubernetes.io/";
/** The roles of a node. */
export const roles = (node: Fields): string =>
  Object.keys(mapAt(node, "metadata", "labels"))
    .flatMap((label) => (label.startsWith(ROLE) ? [label.slice(ROLE.length)] : []))
    .join(",") || NONE;
/** The address of a node of a type. */
export const addressOf = (node: Fields, type: string): string =>
  textAt(
    itemsAt(node, "status", "addresses").find((each) => each["type"] === type),
    "address",
  ) || NONE;

/** The ports of a service. */
export const servicePorts = (service: Fields): string =>
  itemsAt(service, "spec", "ports")
    .map(
      (port) =>
        `${String(port["port"])}${port["nodePort"] === undefined ? "" : `:${String(port["nodePort"])}`}/${textAt(port, "protocol")}`,
    )
    .join(",") || NONE;

/** Where a service is from outside. */
export function externalAddress(service: Fields): string {
  const type = textAt(service, "spec", "type");
  const own = listAt(service, "spec", "externalIPs").map(String).join(",");
  if (type === "ExternalName") return textAt(service, "spec", "externalName");
  return own || (type === "LoadBalancer" ? "<pending>" : NONE);
}

/** The first places that a service leads to. */
export const endpointsOf = (object: Fields): string =>
  itemsAt(object, "subsets")
    .flatMap((subset) =>
      itemsAt(subset, "addresses").flatMap((address) =>
        itemsAt(subset, "ports").map((port) => `${textAt(address, "ip")}:${String(port["port"])}`),
      ),
    )
    .slice(0, 3)
    .join(",") || NONE;

/** How far a job is. */
export function jobStatus(job: Fields): string {
  if (holds(job, "Complete")) return "Complete";
  if (holds(job, "Failed")) return "Failed";
  return at(job, "spec", "suspend") === true ? "Suspended" : "Running";
}

/** How long a job took, or has taken so far. */
export const timeTaken = (job: Fields, now: number): string => {
  const [from, to] = [textAt(job, "status", "startTime"), textAt(job, "status", "completionTime")];
  return from === "" ? "" : duration((to === "" ? now : Date.parse(to)) - Date.parse(from));
};

/** The names of an ingress. */
export const hosts = (ingress: Fields): string =>
  itemsAt(ingress, "spec", "rules")
    .map((rule) => textAt(rule, "host") || "*")
    .join(",") || "*";

const subjects = (kind: string): Column => [
  kind === "ServiceAccount" ? "ServiceAccounts" : `${kind}s`,
  (binding) =>
    itemsAt(binding, "subjects")
      .filter((each) => each["kind"] === kind)
      .map((each) =>
        kind === "ServiceAccount" ? `${textAt(each, "namespace")}/${textAt(each, "name")}` : textAt(each, "name"),
      )
      .join(", "),
  1,
];
const role: Column = [
  "Role",
  (binding) => `${textAt(binding, "roleRef", "kind")}/${textAt(binding, "roleRef", "name")}`,
];
/** The columns of bindings. */
export const binding: readonly Column[] = [
  name,
  role,
  age,
  subjects("User"),
  subjects("Group"),
  subjects("ServiceAccount"),
];
/** When it was made. */
export const created: Column = ["Created At", text("metadata", "creationTimestamp")];

/** The name of a StorageClass, and whether it is the default. */
export const isDefault = (object: Fields): string =>
  `${nameOf(object)}${mapAt(object, "metadata", "annotations")["storageclass.kubernetes.io/is-default-class"] === "true" ? " (default)" : ""}`;
/** Whose a volume is. */
export const claimOf = (volume: Fields): string => {
  const { namespace, name: claimed } = mapAt(volume, "spec", "claimRef");
  return claimed === undefined ? "" : `${namespace ?? ""}/${claimed}`;
};
/** A value, where there is one. */
export const orNotSet = (value: unknown): string =>
  typeof value === "number" || typeof value === "string" ? String(value) : "N/A";
