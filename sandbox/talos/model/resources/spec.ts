/** How the specs of resources are written: in YAML for people and in protobuf for programs, from one declaration of the fields. */
import { stringify } from "yaml";

/** What a spec holds, as its YAML has it. */
export type Value = string | number | boolean | Buffer | readonly Value[] | { readonly [key: string]: Value };

/** The fields of a spec, by the names of its YAML. */
export type Fields = Readonly<Record<string, Value>>;

/** A resource's spec, in both forms that clients read. */
export interface Spec {
  readonly proto_spec: Buffer;
  readonly yaml_spec: string;
}

interface Field {
  readonly name: string;
  readonly number: number;
  readonly isList: boolean;
  readonly isMap: boolean;
  readonly write: (value: Value) => Wire;
}

/** A value on the wire: a varint, or bytes with their length before them; eight bytes are a double. */
type Wire = number | Buffer | { readonly double: number };

/**
 * Reads a declaration: `name:1 size:2=int phase:3=(waiting|ready=6) addresses:4*=ip status:5={ready:1=int}`. A name is
 * that of the YAML, the number that of the field in protobuf, `*` a list, and text needs no
 * type. `map` is one of text by text.
 */
export function fieldsOf(declaration: string): readonly Field[] {
  const token = /\s*(?:(\w+):(\d+)(\*?)(?:=(?:\(([^)]*)\)|(\{)|(\w+)))?|(\}))/y;
  const read = (): readonly Field[] => {
    const fields: Field[] = [];
    for (let found = token.exec(declaration); found !== null; found = token.exec(declaration)) {
      const [, name = "", number, list, names, opens, type = "text", closes] = found;
      if (closes !== undefined) break;
      const simple = names === undefined ? writerOf(type) : chosen(names);
      const write = opens === undefined ? simple : message(read());
      fields.push({ name, number: Number(number), isList: list === "*", isMap: type === "map", write });
    }
    return fields;
  };
  const fields = read();
  return fields;
}

/** Writes a spec. @param inline the one field that is all of the YAML. @default - the YAML has all fields by their names */
export function specOf(fields: readonly Field[], value: Fields, inline?: string): Spec {
  return {
    proto_spec: encode(fields, value),
    yaml_spec: stringify(inline === undefined ? value : shown(value[inline])),
  };
}

const shown = (value: Value | undefined): Value | undefined => (Buffer.isBuffer(value) ? value.toString() : value);

/** The bytes of a message; what it has no field for is for people alone. */
export function encode(fields: readonly Field[], value: Fields): Buffer {
  const parts = fields.flatMap(({ name, number, isList, isMap, write }) => {
    const found = value[name];
    if (found === undefined) return [];
    const entries =
      isMap && isFields(found) ? Object.entries(found).map(([key, each]) => ({ key, value: each })) : null;
    return (entries ?? (isList && Array.isArray(found) ? found : [found])).map((each) => onWire(number, write(each)));
  });
  return Buffer.concat(parts);
}

function onWire(number: number, wire: Wire): Buffer {
  if (typeof wire === "number") return Buffer.concat([varint(number * 8), varint(wire)]);
  if (Buffer.isBuffer(wire)) return Buffer.concat([varint(number * 8 + 2), varint(wire.length), wire]);
  const bytes = Buffer.alloc(8);
  bytes.writeDoubleLE(wire.double);
  return Buffer.concat([varint(number * 8 + 1), bytes]);
}

function varint(value: number): Buffer {
  const bytes: number[] = [];
  let rest = BigInt.asUintN(64, BigInt(Math.trunc(value)));
  for (; rest > 127n; rest >>= 7n) bytes.push(Number(rest & 127n) | 128);
  return Buffer.from([...bytes, Number(rest)]);
}

const message =
  (fields: readonly Field[]) =>
  (value: Value): Buffer =>
    encode(fields, isFields(value) ? value : {});

function isFields(value: Value): value is Fields {
  return typeof value === "object" && !Array.isArray(value) && !Buffer.isBuffer(value);
}

/** Names with their numbers: each counts on from the one before it. Several by commas are flags, and are added up. */
function chosen(declaration: string): (value: Value) => number {
  const numbers = new Map<string, number>();
  let next = 0;
  for (const each of declaration.split("|")) {
    const [name = "", number] = each.split("=");
    if (number !== undefined) next = Number(number);
    numbers.set(name, next);
    next += 1;
  }
  return (value) => {
    const names = String(value).split(",");
    return names.reduce((sum, name) => sum + (numbers.get(name) ?? 0), 0);
  };
}

const ADDRESS = fieldsOf("ip:1=bytes prefixLength:2=int port:2=int");
const TIME = fieldsOf("seconds:1=int nanos:2=int");
const ENTRY = fieldsOf("key:1 value:2");
const STRUCT_ENTRY = fieldsOf("key:1 value:2=any");

const WRITERS: Readonly<Record<string, (value: Value) => Wire>> = {
  text: (value) => Buffer.from(String(value)),
  int: Number,
  double: (value) => ({ double: Number(value) }),
  bytes: (value) => (Buffer.isBuffer(value) ? value : Buffer.from(String(value))),
  mac: (value) => Buffer.from(String(value).replaceAll(":", ""), "hex"),
  ip: (value) => encode(ADDRESS, { ip: bytesOf(String(value)) }),
  prefix(value) {
    const [ip = "", prefixLength = ""] = String(value).split("/");
    return ip === "" ? Buffer.alloc(0) : encode(ADDRESS, { ip: bytesOf(ip), prefixLength });
  },
  hostport(value) {
    const [ip = "", port = ""] = String(value).split(":");
    return encode(ADDRESS, { ip: bytesOf(ip), port });
  },
  time: (value) => encode(TIME, { seconds: Math.floor(Date.parse(String(value)) / 1000) }),
  map: (value) => encode(ENTRY, isFields(value) ? value : {}),
  any: structValue,
  struct: (value) => structOf(isFields(value) ? value : {}),
};

function writerOf(type: string): (value: Value) => Wire {
  // Looked up when something is written: the declarations above are read before the table is there.
  return (value) => {
    const writer = WRITERS[type];
    if (!writer) throw new Error(`no type ${type} of fields`);
    return writer(value);
  };
}

/** An IPv4 address in bytes. */
function bytesOf(address: string): Buffer {
  return Buffer.from(address.split(".").map(Number));
}

/** `google.protobuf.Struct`. */
function structOf(value: Fields): Buffer {
  return Buffer.concat(
    Object.entries(value).map(([key, each]) => onWire(1, encode(STRUCT_ENTRY, { key, value: each }))),
  );
}

/** `google.protobuf.Value`. */
function structValue(value: Value): Buffer {
  if (typeof value === "string") return onWire(3, Buffer.from(value));
  if (typeof value === "boolean") return onWire(4, Number(value));
  if (typeof value === "number") return onWire(2, { double: value });
  if (isFields(value)) return onWire(5, structOf(value));
  if (Buffer.isBuffer(value)) return onWire(3, value);
  return onWire(6, Buffer.concat(value.map((each) => onWire(1, structValue(each)))));
}
