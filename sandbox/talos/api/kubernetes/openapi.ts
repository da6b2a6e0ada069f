/** The API's types and paths as OpenAPI: for `kubectl explain`, and for clients that look before they send. */
import { createHash } from "node:crypto";
import { DESCRIPTIONS } from "./kinds/descriptions.ts";
import { schemaOf } from "./kinds/custom.ts";
import { groupVersionOf, type Kind, KINDS } from "./kinds/kinds.ts";
import { type Field, isPrimitive, type Primitive } from "./kinds/notation.ts";
import { fieldsOf, TYPES } from "./kinds/types.ts";
import { type Fields, fieldsAt } from "./objects/fields.ts";
import { documentInProtobuf } from "./openapi-protobuf.ts";

const PRIMITIVE_SCHEMAS: Readonly<Record<Primitive, Fields>> = {
  string: { type: "string" },
  int: { type: "integer", format: "int32" },
  bool: { type: "boolean" },
  time: { type: "string", format: "date-time" },
  microtime: { type: "string", format: "date-time" },
  bytes: { type: "string", format: "byte" },
  quantity: { oneOf: [{ type: "string" }, { type: "number" }] },
  intstr: { oneOf: [{ type: "integer" }, { type: "string" }], format: "int-or-string" },
  any: { type: "object", "x-kubernetes-preserve-unknown-fields": true },
};

/** How a type is called: by the package that the real one is in, as far as clients look at it. */
function schemaName(type: string, { group, version, kind }: Kind): string {
  if (
    ["ObjectMeta", "LabelSelector", "LabelSelectorRequirement", "OwnerReference", "ManagedFieldsEntry"].includes(type)
  )
    return `io.k8s.apimachinery.pkg.apis.meta.v1.${type}`;
  if (type === "CustomResource") return [...group.split(".").toReversed(), version, kind].join(".");
  const [short = ""] = (group === "" ? "core" : group).split(".");
  return `io.k8s.api.${short}.${version}.${type}`;
}

/** How the other version of OpenAPI refers to schemas. */
type Prefix = "#/components/schemas/" | "#/definitions/";

function fieldSchema(owner: string, field: Field, kind: Kind, prefix: Prefix): Fields {
  const one: Fields = isPrimitive(field.type)
    ? PRIMITIVE_SCHEMAS[field.type]
    : prefix === "#/definitions/"
      ? { $ref: prefix + schemaName(field.type, kind) }
      : { allOf: [{ $ref: prefix + schemaName(field.type, kind) }], default: {} };
  const description = DESCRIPTIONS[`${owner}.${field.name}`] ?? DESCRIPTIONS[field.name] ?? "";
  const said = description === "" ? {} : { description };
  if (field.holds === "one") return { ...one, ...said };
  if (field.holds === "map") return { type: "object", additionalProperties: one, ...said };
  return { type: "array", items: one, ...said, ...listMarks(field) };
}

/** How lists are merged: the first key is that of a strategic merge. */
function listMarks({ holds, keys }: Field): Fields {
  if (holds === "list") return { "x-kubernetes-list-type": "atomic" };
  if (holds === "set") return { "x-kubernetes-list-type": "set", "x-kubernetes-patch-strategy": "merge" };
  return {
    "x-kubernetes-list-type": "map",
    "x-kubernetes-list-map-keys": keys,
    "x-kubernetes-patch-merge-key": keys[0] ?? "",
    "x-kubernetes-patch-strategy": "merge",
  };
}

/** A type and all that it is made of. */
function collect(type: string, kind: Kind, prefix: Prefix, into: Record<string, Fields>): void {
  const name = schemaName(type, kind);
  if (isPrimitive(type) || name in into) return;
  const fields = [...fieldsOf(type).values()];
  const own = type === "CustomResource" ? kind : KINDS.find((each) => each.type === type);
  const custom = kind.custom ? schemaOf(kind.custom) : {};
  const required = fields.filter(({ isRequired }) => isRequired).map((each) => each.name);
  const properties = Object.fromEntries(fields.map((field) => [field.name, fieldSchema(type, field, kind, prefix)]));
  into[name] = {
    type: "object",
    description: TYPES[type]?.[0] ?? "",
    ...(own === kind && custom),
    properties: own === kind ? { ...fieldsAt(custom, "properties"), ...properties } : properties,
    ...(required.length > 0 && { required }),
    ...(own && { "x-kubernetes-group-version-kind": [{ group: own.group, kind: own.kind, version: own.version }] }),
  };
  for (const field of fields) collect(field.type, kind, prefix, into);
}

const QUERY = ["dryRun", "fieldManager", "fieldValidation"].map((name) => ({
  name,
  in: "query",
  schema: { type: "string", uniqueItems: true },
}));

function operation(kind: Kind, action: string, is2: boolean): Fields {
  const parameters = QUERY.map(({ schema, ...rest }) =>
    is2 ? { ...rest, type: "string", uniqueItems: true } : { ...rest, schema },
  );
  return {
    "x-kubernetes-action": action,
    "x-kubernetes-group-version-kind": { group: kind.group, version: kind.version, kind: kind.kind },
    ...(["post", "put", "patch"].includes(action) && { parameters }),
    responses: { "200": { description: "OK" } },
  };
}

function pathsOf(kind: Kind, is2: boolean): Readonly<Record<string, Fields>> {
  const root = kind.group === "" ? `/api/${kind.version}` : `/apis/${groupVersionOf(kind)}`;
  const within = kind.namespaced ? `${root}/namespaces/{namespace}/${kind.plural}` : `${root}/${kind.plural}`;
  const all = { get: operation(kind, "list", is2), post: operation(kind, "post", is2) };
  return {
    [within]: all,
    [`${within}/{name}`]: {
      get: operation(kind, "get", is2),
      put: operation(kind, "put", is2),
      patch: operation(kind, "patch", is2),
      delete: operation(kind, "delete", is2),
    },
    ...(kind.namespaced && { [`${root}/${kind.plural}`]: { get: operation(kind, "list", is2) } }),
  };
}

function schemasOf(kinds: readonly Kind[], prefix: Prefix): Readonly<Record<string, Fields>> {
  const found: Record<string, Fields> = {};
  for (const kind of kinds) collect(kind.type, kind, prefix, found);
  return found;
}

const info = { title: "Kubernetes", version: "sandbox" };

/** A group's version, as OpenAPI 3. */
function version3(kinds: readonly Kind[]): Fields {
  return {
    openapi: "3.0.0",
    info,
    paths: Object.assign({}, ...kinds.map((kind) => pathsOf(kind, false))),
    components: { schemas: schemasOf(kinds, "#/components/schemas/") },
  };
}

function version2(kinds: readonly Kind[]): Fields {
  return {
    swagger: "2.0",
    info,
    paths: Object.assign({}, ...kinds.map((kind) => pathsOf(kind, true))),
    definitions: schemasOf(kinds, "#/definitions/"),
  };
}

const groupsOf = (kinds: readonly Kind[]): ReadonlyMap<string, readonly Kind[]> =>
  Map.groupBy(kinds, (kind) => (kind.group === "" ? "api/v1" : `apis/${groupVersionOf(kind)}`));

/** By the kinds of a group's version: those that are built in never change. */
const hashes = new Map<Kind | undefined, string>();

function hashOf(kinds: readonly Kind[]): string {
  const [first] = kinds;
  const hash =
    hashes.get(first) ??
    createHash("sha256")
      .update(JSON.stringify(version3(kinds)))
      .digest("hex")
      .slice(0, 32)
      .toUpperCase();
  if (kinds.every(({ custom }) => !custom)) hashes.set(first, hash);
  return hash;
}

/** Where each group's is: its address changes with what it says. */
function indexOf(kinds: readonly Kind[]): Fields {
  const paths = [...groupsOf(kinds)].map(([path, own]) => [
    path,
    { serverRelativeURL: `/openapi/v3/${path}?hash=${hashOf(own)}` },
  ]);
  return { paths: Object.fromEntries(paths) };
}

/** What clients of Go ask for the older version as; its answer is called otherwise, as no type may have an @. */
const PROTOBUF = "application/com.github.proto-openapi.spec.v2@v1.0+protobuf";

/** The answer at a path of OpenAPI; undefined at every other path. */
export function openApi(
  kinds: readonly Kind[],
  pathname: string,
  accept: string,
): { readonly body: Fields | Buffer; readonly contentType?: string } | undefined {
  if (pathname === "/openapi/v2")
    return accept.includes(PROTOBUF)
      ? { body: documentInProtobuf(version2(kinds)), contentType: PROTOBUF.replace("@", ".") }
      : { body: version2(kinds) };
  if (pathname === "/openapi/v3") return { body: indexOf(kinds) };
  const own = groupsOf(kinds).get(pathname.replace(/^\/openapi\/v3\//, ""));
  return own && pathname.startsWith("/openapi/v3/") ? { body: version3(own) } : undefined;
}
