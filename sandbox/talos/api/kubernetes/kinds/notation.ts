/**
 * Types of the API's objects, written short: a type is what it is, and its fields. A field is `name:type`, `name!:type` where
 * it is required; a type is `string` (which is left out), `int`, `bool`, `quantity`, `intstr`, `time`, `microtime`, `bytes`, `any`, or the
 * name of another type; `type{}` is a map of it, `type[]` a list that is replaced as a whole, `type[=]` a set, and
 * `type[key,key]` a list of what these keys tell apart.
 */

/** What it is, and its fields. */
export type Notation = readonly [description: string, fields: string];

/** A field of a type. */
export interface Field {
  readonly name: string;
  readonly isRequired: boolean;
  /** A primitive, or a name of `TYPES`. */
  readonly type: string;
  readonly holds: "one" | "map" | "list" | "set" | "keyed";
  /** Of what is in a `keyed` list. */
  readonly keys: readonly string[];
}

/** The primitives. */
export const PRIMITIVES = ["string", "int", "bool", "quantity", "intstr", "time", "microtime", "bytes", "any"] as const;
/** One of them. */
export type Primitive = (typeof PRIMITIVES)[number];

/** Whether a type is none with fields. */
export function isPrimitive(type: string): type is Primitive {
  return PRIMITIVES.some((each) => each === type);
}

const FIELD = /^(\w+|\$ref)(!?)(?::(\w+)(\{\}|\[([^\]]*)\])?)?$/;

function parsed(text: string): Field {
  const [, name, required, type = "string", suffix = "", keys = ""] = FIELD.exec(text) ?? [];
  if (name === undefined) throw new Error(`no field: ${text}`);
  const listed = keys === "" ? "list" : keys === "=" ? "set" : "keyed";
  return {
    name,
    isRequired: required === "!",
    type,
    holds: suffix === "" ? "one" : suffix === "{}" ? "map" : listed,
    keys: listed === "keyed" ? keys.split(",") : [],
  };
}

const known = new Map<string, ReadonlyMap<string, Field>>();

/** The fields of a notation, by name. */
export function fieldsIn([, fields]: Notation): ReadonlyMap<string, Field> {
  const found = known.get(fields);
  if (found) return found;
  const made = new Map(
    fields
      .split(/\s+/)
      .filter((each) => each !== "")
      .map((each) => {
        const field = parsed(each);
        return [field.name, field];
      }),
  );
  known.set(fields, made);
  return made;
}
