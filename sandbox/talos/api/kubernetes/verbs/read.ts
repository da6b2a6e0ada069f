/** Get and list: by name, or what selectors take, in pieces where a client wants that. */
import { badRequest, notFound } from "../objects/errors.ts";
import { type Fields, mapAt, nameOf, namespaceOf } from "../objects/fields.ts";
import { fieldSelector, labelSelector } from "../objects/selectors.ts";
import { groupVersionOf, type Kind } from "../kinds/kinds.ts";
import { type Include, tableOf, wantsTable } from "../kinds/table.ts";
import type { Answer, Asked, Target } from "./request.ts";

/** The object that is meant. @throws ApiError 404 */
export function present({ cluster, kind, namespace, name }: Target & Pick<Asked, "cluster">): Fields {
  const found = cluster.store.get(kind, namespace, name);
  if (!found) throw notFound(kind, name);
  return found;
}

/** One object. */
export function get(asked: Asked): Answer {
  return answerWith(asked, present(asked));
}

/** An object as its client wants it: whole, or as a table. */
export function answerWith(asked: Asked, object: Fields, code = 200): Answer {
  const { kind, cluster, accept } = asked;
  if (!wantsTable(accept)) return { code, body: shown(kind, object) };
  return { code, body: tableOf(kind, [object], {}, cluster.store.now, includeOf(asked)) };
}

/** An object in the version that is asked for: those of custom kinds may have been written in another. */
export function shown(kind: Kind, object: Fields): Fields {
  return kind.custom ? { ...object, apiVersion: groupVersionOf(kind) } : object;
}

/** What of each object a table has. */
export function includeOf({ query }: Pick<Asked, "query">): Include {
  const said = query.get("includeObject");
  return said === "Object" || said === "None" ? said : "Metadata";
}

/** Whether an object is asked for, by namespace, name and selectors. @throws ApiError */
export function selection({
  kind,
  namespace,
  name,
  query,
}: Pick<Asked, "kind" | "namespace" | "name" | "query">): (object: Fields) => boolean {
  const labels = labelSelector(query.get("labelSelector") ?? "");
  const fields = fieldSelector(query.get("fieldSelector") ?? "", [
    "metadata.name",
    "metadata.namespace",
    ...kind.selectable,
  ]);
  return (object) =>
    (namespace === "" || namespaceOf(object) === namespace) &&
    (name === "" || nameOf(object) === name) &&
    labels(mapAt(object, "metadata", "labels")) &&
    fields(object);
}

interface Token {
  /** The version that the first piece was of. */
  readonly revision: number;
  /** The last name that was told. */
  readonly after: string;
}

const written = (token: Token): string => Buffer.from(JSON.stringify(token)).toString("base64url");

function tokenIn(text: string): Token | null {
  if (text === "") return null;
  try {
    const read: unknown = JSON.parse(Buffer.from(text, "base64url").toString());
    if (
      typeof read === "object" &&
      read !== null &&
      "revision" in read &&
      "after" in read &&
      typeof read.revision === "number" &&
      typeof read.after === "string"
    )
      return { revision: read.revision, after: read.after };
  } catch {
    // Said below.
  }
  throw badRequest("continue key is not valid: the sandbox did not write it");
}

const placeOf = (object: Fields): string => `${namespaceOf(object)}/${nameOf(object)}`;

/** A list, or a piece of it, as it was when the first piece was told. */
export function list(asked: Asked): Answer {
  const { cluster, kind, namespace, query, accept } = asked;
  const { store } = cluster;
  const token = tokenIn(query.get("continue") ?? "");
  const isExact = query.get("resourceVersionMatch") === "Exact";
  const revision = token?.revision ?? (isExact ? Number(query.get("resourceVersion")) : store.revision);
  const all = store.listAt(kind, kind.namespaced ? namespace : "", revision).filter(selection(asked));
  const { items, metadata } = piece(all, token, revision, Number(query.get("limit") ?? 0));
  if (wantsTable(accept)) return { code: 200, body: tableOf(kind, items, metadata, store.now, includeOf({ query })) };
  // Entries of a list do not say what they are, unless they are of a custom kind.
  const bare = items.map((each) => {
    const { apiVersion: _version, kind: _kind, ...rest } = each;
    return kind.custom ? shown(kind, each) : rest;
  });
  return { code: 200, body: listOf(kind, bare, metadata) };
}

/** A list as the API writes it. */
export function listOf(kind: Kind, items: readonly Fields[], metadata: Fields): Fields {
  return { kind: `${kind.kind}List`, apiVersion: groupVersionOf(kind), metadata, items };
}

function piece(
  all: readonly Fields[],
  token: Token | null,
  revision: number,
  limit: number,
): { readonly items: readonly Fields[]; readonly metadata: Fields } {
  const rest = token ? all.filter((each) => placeOf(each) > token.after) : all;
  const resourceVersion = String(revision);
  const last = rest[limit - 1];
  if (limit <= 0 || rest.length <= limit || !last) return { items: rest, metadata: { resourceVersion } };
  return {
    items: rest.slice(0, limit),
    metadata: {
      resourceVersion,
      continue: written({ revision, after: placeOf(last) }),
      remainingItemCount: rest.length - limit,
    },
  };
}
