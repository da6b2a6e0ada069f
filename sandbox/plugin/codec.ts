/** Values on the wire: msgpack as go-cty writes it. */
import { decode, encode, ExtData, ExtensionCodec } from "@msgpack/msgpack";
import type { Members } from "./schema.ts";
import { complete, isList, isObject, UNKNOWN, type Value, type Values } from "./value.ts";

/** go-cty: type 0 is unknown, type 12 unknown with refinements, which a provider may ignore. */
const extensionCodec = new ExtensionCodec();
for (const type of [0, 12]) extensionCodec.register({ type, encode: () => null, decode: () => UNKNOWN });
const UNKNOWN_ON_WIRE = new ExtData(0, new Uint8Array([0]));

function fromWire(wire: unknown): Value {
  if (wire === null || wire === UNKNOWN || typeof wire === "boolean" || typeof wire === "string") return wire;
  if (typeof wire === "number") return wire;
  if (typeof wire === "bigint") return Number.isSafeInteger(Number(wire)) ? Number(wire) : String(wire);
  if (Array.isArray(wire)) return wire.map(fromWire);
  if (typeof wire === "object")
    return Object.fromEntries(Object.entries(wire).map(([key, item]) => [key, fromWire(item)]));
  throw new TypeError(`cannot read a ${typeof wire} from the wire`);
}

function toWire(value: Value): unknown {
  if (value === UNKNOWN) return UNKNOWN_ON_WIRE;
  // Terraform reads a decimal string exactly; as a double, 0.1 would not equal the 0.1 of the configuration.
  if (typeof value === "number" && !Number.isSafeInteger(value)) return String(value);
  if (isList(value)) return value.map(toWire);
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, toWire(item)]));
}

/** A whole resource, data source or provider block; null where the wire says null. */
export function decodeValues(members: Members, wire: Uint8Array): Values | null {
  if (wire.length === 0) return null;
  const value = fromWire(decode(wire, { extensionCodec, useBigInt64: true }));
  return isObject(value) ? complete(members, value, "value") : null;
}

/** What people call the object on the wire; undefined where it has no name of its own yet. */
export function wireName(wire: Uint8Array): string | undefined {
  const value = wire.length === 0 ? null : decode(wire, { extensionCodec, useBigInt64: true });
  if (typeof value !== "object" || value === null) return undefined;
  const names = ["display_name", "name", "node", "vnet", "id"].map((key): unknown => Reflect.get(value, key));
  return names.find((name) => typeof name === "string" && name !== "" && name.length < 100)?.toString();
}

/** The reverse of `decodeValues`. */
export function encodeValues(values: Values | null): Uint8Array {
  return encode(toWire(values));
}

/** What a state file holds, in the shape of the present schema; attributes that are no more are dropped. */
export function fromState(members: Members, json: Uint8Array): Values | null {
  const value = fromWire(JSON.parse(new TextDecoder().decode(json)));
  if (!isObject(value)) return null;
  return complete(members, Object.fromEntries(Object.entries(value).filter(([key]) => key in members)), "state");
}
