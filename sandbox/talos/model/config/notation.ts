/**
 * The structures of a machine configuration, written down once and read by the decoder, the merger and the encoder.
 *
 * `Name { field type; field? type }`: `?` leaves an empty field out. `document Name { … }` is a document of its own.
 * Types: a scalar; `any` for free YAML; `args` for a map whose values replace each other; a structure; `[]T`, `{}T` (a
 * map); `*T` keeps "not set" and "empty" apart. Merging appends lists; `replace` replaces them, `by key` merges the
 * items that have the key's value in common. `{ … } replaced` is merged as one value.
 */

const scalars = [
  "string",
  "bool",
  "int",
  "uint",
  "bytes",
  "duration",
  "url",
  "prefix",
  "addr",
  "auto",
  "manifest",
] as const;
/** Scalars with a form of their own that the sandbox passes on as it is: `text` as a string, `raw` unquoted. */
const unchecked = ["text", "raw"] as const;

/** A scalar type of the notation. */
export type ScalarName = (typeof scalars)[number] | (typeof unchecked)[number];

/** The type of a field. */
export type Type = { readonly pointer: boolean } & (
  | { readonly kind: "scalar"; readonly scalar: ScalarName }
  | { readonly kind: "any" | "args" }
  | { readonly kind: "list" | "map"; readonly of: Type }
  | { readonly kind: "struct"; readonly struct: Struct }
);

/** A field of a struct. */
export interface Field {
  readonly name: string;
  readonly type: Type;
  readonly omitEmpty: boolean;
  readonly merge: { readonly kind: "append" | "replace" } | { readonly kind: "by"; readonly key: string };
}

/** A struct of Talos's Go code. */
export interface Struct {
  readonly name: string;
  readonly fields: ReadonlyMap<string, Field>;
  readonly replaced: boolean;
}

interface Notation {
  readonly structs: ReadonlyMap<string, Struct>;
  /** Names of the structures that are documents. */
  readonly documents: ReadonlySet<string>;
}

/** Reads structs. @throws Error for a text that is no notation */
export function readNotation(text: string): Notation {
  const structs = new Map<string, Struct>();
  const documents = new Set<string>();
  const bodies: { readonly fields: Map<string, Field>; readonly body: string }[] = [];
  for (const [, document, name = "", body = "", replaced] of text.matchAll(
    /^(document )?(\w+) \{([^}]*(?:\{\}[^}]*)*)\}( replaced)?$/gm,
  )) {
    const fields = new Map<string, Field>();
    structs.set(name, { name, fields, replaced: replaced !== undefined });
    if (document) documents.add(name);
    bodies.push({ fields, body });
  }
  for (const { fields, body } of bodies) {
    for (const entry of body.split(";").map((part) => part.trim())) {
      if (entry === "") continue;
      const field = readField(entry, structs);
      fields.set(field.name, field);
    }
  }
  return { structs, documents };
}

function readField(entry: string, structs: ReadonlyMap<string, Struct>): Field {
  const [label = "", type = "", merge, key = ""] = entry.split(/\s+/);
  return {
    name: label.replace("?", ""),
    omitEmpty: label.endsWith("?"),
    type: readType(type, structs),
    merge: merge === "by" ? { kind: "by", key } : { kind: merge === "replace" ? "replace" : "append" },
  };
}

function readType(text: string, structs: ReadonlyMap<string, Struct>, pointer = false): Type {
  if (text.startsWith("*")) return readType(text.slice(1), structs, true);
  if (text.startsWith("[]")) return { kind: "list", of: readType(text.slice(2), structs), pointer };
  if (text.startsWith("{}")) return { kind: "map", of: readType(text.slice(2), structs), pointer };
  if (text === "any" || text === "args") return { kind: text, pointer };
  const scalar = [...scalars, ...unchecked].find((name) => name === text);
  if (scalar) return { kind: "scalar", scalar, pointer };
  const struct = structs.get(text);
  if (!struct) throw new Error(`the notation names an unknown type "${text}"`);
  return { kind: "struct", struct, pointer };
}
