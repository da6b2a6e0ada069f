/** `$patch: delete`: takes a field, a key of a map or an item of a list out of a document. */
import type { Struct, Type } from "./notation.ts";
import { ConfigError, type Fields, isFields, isList, type Value } from "./value.ts";

/** Something that a patch deletes (`$patch: delete`). */
export interface Deletion {
  /** Id of the document. */
  readonly document: string;
  /** Field names from the document's root; empty: the document itself. */
  readonly path: readonly string[];
  /** The item of the list at `path`, by the text of one of its fields. */
  readonly item: { readonly key: string; readonly value: string } | null;
}

/** Throws where there is nothing at the path, as Talos does; a field that is merely not set may be deleted. */
export function applyDeletion(fields: Fields, struct: Struct, deletion: Deletion): Fields {
  const result = without(fields, { kind: "struct", struct, pointer: false }, deletion.path, deletion);
  return isFields(result) ? result : {};
}

function without(value: Value | undefined, type: Type, path: readonly string[], deletion: Deletion): Value | undefined {
  const [name, ...rest] = path;
  if (name === undefined) return deletion.item ? withoutItem(value, deletion) : undefined;
  const inner = typeOf(type, name);
  if (!inner || (value === undefined && type.pointer)) throw notFound(deletion);
  const fields = isFields(value) ? value : {};
  if (type.kind !== "struct" && fields[name] === undefined) throw notFound(deletion);
  const left = without(fields[name], inner, rest, deletion);
  const others = Object.entries(fields).filter(([key]) => key !== name);
  return Object.fromEntries(left === undefined ? others : [...others, [name, left]]);
}

function withoutItem(value: Value | undefined, deletion: Deletion): Value {
  const items = isList(value) ? value : [];
  const index = items.findIndex((item) => {
    const found = isFields(item) ? item[deletion.item?.key ?? ""] : undefined;
    return found !== undefined && found !== null && typeof found !== "object" && String(found) === deletion.item?.value;
  });
  if (index < 0) throw notFound(deletion);
  return items.filter((_, position) => position !== index);
}

function typeOf(type: Type, name: string): Type | undefined {
  switch (type.kind) {
    case "struct":
      return type.struct.fields.get(name)?.type;
    case "map":
      return type.of;
    case "any":
      return type;
    case "args":
      return { kind: "scalar", scalar: "string", pointer: false };
    default:
      return undefined;
  }
}

function notFound({ document, path, item }: Deletion): ConfigError {
  const where = item ? `${path.join(".")} with ${item.key}: ${item.value}` : path.join(".");
  return new ConfigError(`$patch: delete finds no ${where} in ${document}`);
}
