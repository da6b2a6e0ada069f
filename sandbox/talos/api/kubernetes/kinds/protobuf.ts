/** Reads what clients send as protobuf: an envelope with the kind's name, and fields by number. */
import { ApiError } from "../objects/errors.ts";
import type { Fields, Value } from "../objects/fields.ts";
import { type Field, isPrimitive } from "./notation.ts";
import { fieldsOf } from "./types.ts";
import { WIRE_NUMBERS } from "./wire-numbers.ts";

/** What comes before every object. */
const MAGIC = Buffer.from("k8s\0");

/** Fields that Go always writes, also where nobody has said anything. */
const ALWAYS = new Set(
  `minReadySeconds hostPort nodePort generation number observedGeneration count revision initialDelaySeconds timeoutSeconds periodSeconds
   successThreshold failureThreshold hostNetwork hostPID hostIPC stdin stdinOnce tty readOnly paused publishNotReadyAddresses unschedulable
   maxSkew port`.split(/\s+/),
);

/** Whether a body is protobuf. */
export function isProtobuf(bytes: Buffer): boolean {
  return bytes.subarray(0, MAGIC.length).equals(MAGIC);
}

/** What a client has seen of an object, and says nothing of. */
const OF_SERVER = new Set(["status", "managedFields"]);

interface Part {
  readonly number: number;
  readonly content: bigint | Buffer;
}

function unreadable(what: string): ApiError {
  return new ApiError(
    415,
    "UnsupportedMediaType",
    `the sandbox cannot read this as protobuf, send application/json: ${what}`,
  );
}

function varint(bytes: Buffer, from: number): readonly [value: bigint, next: number] {
  let [value, shift, n] = [0n, 0n, from];
  for (;;) {
    const byte = bytes[n];
    if (byte === undefined || shift > 63n) throw unreadable("a number is cut off");
    value |= BigInt(byte & 0x7f) << shift;
    n += 1;
    if (byte < 0x80) return [value, n];
    shift += 7n;
  }
}

function partsOf(bytes: Buffer): readonly Part[] {
  const parts: Part[] = [];
  for (let n = 0; n < bytes.length;) {
    const [tag, after] = varint(bytes, n);
    const [number, wire] = [Number(tag >> 3n), Number(tag & 7n)];
    const [value, next] = varint(bytes, after);
    if (wire === 0) parts.push({ number, content: value });
    else if (wire !== 2 || next + Number(value) > bytes.length)
      throw unreadable(`field ${number} has wire type ${wire}`);
    else parts.push({ number, content: bytes.subarray(next, next + Number(value)) });
    n = wire === 2 ? next + Number(value) : next;
  }
  return parts;
}

const bytesOf = ({ content }: Part): Buffer => (Buffer.isBuffer(content) ? content : Buffer.alloc(0));
const numberOf = (part: Part | undefined): number =>
  part === undefined || Buffer.isBuffer(part.content) ? 0 : Number(BigInt.asIntN(64, part.content));
const find = (parts: readonly Part[], number: number): Part | undefined =>
  parts.findLast((each) => each.number === number);
const textOf = (part: Part | undefined): string => (part ? bytesOf(part).toString() : "");

function primitive(part: Part, type: string): Value {
  switch (type) {
    case "int":
      return numberOf(part);
    case "bool":
      return numberOf(part) !== 0;
    case "bytes":
      return bytesOf(part).toString("base64");
    case "quantity":
      return textOf(find(partsOf(bytesOf(part)), 1));
    case "intstr": {
      const inner = partsOf(bytesOf(part));
      return numberOf(find(inner, 1)) === 1 ? textOf(find(inner, 3)) : numberOf(find(inner, 2));
    }
    case "time":
    case "microtime":
      return timeOf(partsOf(bytesOf(part)), type === "microtime");
    default:
      return textOf(part);
  }
}

/** By the second; of leases and of some events by the millionth. */
function timeOf(parts: readonly Part[], isFine: boolean): string {
  if (parts.length === 0) return "";
  const fraction = String(Math.floor(numberOf(find(parts, 2)) / 1000)).padStart(6, "0");
  const time = new Date(numberOf(find(parts, 1)) * 1000).toISOString();
  return time.replace(/\.\d+Z$/, isFine ? `.${fraction}Z` : "Z");
}

const one = (part: Part, type: string): Value =>
  isPrimitive(type) ? primitive(part, type) : message(bytesOf(part), type);

function member(parts: readonly Part[], field: Field): Value | undefined {
  if (field.holds === "map")
    return Object.fromEntries(
      parts.map((part) => {
        const entry = partsOf(bytesOf(part));
        const value = find(entry, 2);
        return [textOf(find(entry, 1)), value ? one(value, field.type) : ""];
      }),
    );
  if (field.holds !== "one") return parts.map((part) => one(part, field.type));
  const last = parts.at(-1);
  const value = last && one(last, field.type);
  return value === "" || ((value === 0 || value === false) && ALWAYS.has(field.name)) ? undefined : value;
}

/** What is at a number, or in the embedded message at one: `2.10`. */
function at(parts: readonly Part[], path: readonly number[]): readonly Part[] {
  const [number, ...rest] = path;
  const found = parts.filter((each) => each.number === number);
  return rest.length === 0 ? found : found.flatMap((part) => at(partsOf(bytesOf(part)), rest));
}

/** The number of a field that nothing is known of, also in an embedded message. */
function strangeIn(parts: readonly Part[], paths: readonly (readonly number[])[]): string | undefined {
  for (const { number, content } of parts) {
    const known = paths.filter(([first]) => first === number);
    if (!Buffer.isBuffer(content) || content.length === 0) continue;
    if (known.length === 0) return String(number);
    const inner = known.map((path) => path.slice(1)).filter((path) => path.length > 0);
    const strange = inner.length > 0 ? strangeIn(partsOf(content), inner) : undefined;
    if (strange !== undefined) return `${number}.${strange}`;
  }
  return undefined;
}

function message(bytes: Buffer, type: string): Fields {
  const parts = partsOf(bytes);
  const numbers = (WIRE_NUMBERS[type] ?? "").split(/\s+/).map((each) => each.split("="));
  const paths = numbers.map(([, path = ""]) => path.split(".").map(Number));
  const strange = strangeIn(parts, paths);
  if (strange !== undefined) throw unreadable(`field ${strange} of ${type}`);
  const fields = fieldsOf(type);
  return Object.fromEntries(
    numbers.flatMap(([name = "", path = ""]): [string, Value][] => {
      const [field, found] = [fields.get(name), at(parts, path.split(".").map(Number))];
      if (!field || found.length === 0 || OF_SERVER.has(name)) return [];
      const value = member(found, field);
      return value === undefined ? [] : [[name, value]];
    }),
  );
}

/** The object in a body. @throws ApiError 415 for a kind, or a part of one, that cannot be read here */
export function fromProtobuf(bytes: Buffer): Fields {
  const envelope = partsOf(bytes.subarray(MAGIC.length));
  const [meta, raw] = [find(envelope, 1), find(envelope, 2)];
  const names = meta ? partsOf(bytesOf(meta)) : [];
  const [apiVersion, kind] = [textOf(find(names, 1)), textOf(find(names, 2))];
  if (!(kind in WIRE_NUMBERS)) throw unreadable(`kind ${JSON.stringify(kind)}`);
  return { apiVersion, kind, ...message(raw ? bytesOf(raw) : Buffer.alloc(0), kind) };
}
