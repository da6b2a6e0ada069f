import { decode, encode, ExtData } from "@msgpack/msgpack";
import * as fc from "fast-check";
import { decodeValues, encodeValues, fromState } from "../../../sandbox/plugin/codec.ts";
import type { Member, Members, Shape } from "../../../sandbox/plugin/schema.ts";
import { UNKNOWN, type Value } from "../../../sandbox/plugin/value.ts";

const text: Shape = { kind: "string" };

function attribute(shape: Shape): Member {
  return { shape, role: "attribute", computed: false, writeOnly: false };
}

/** A shape together with values that have it. */
interface Example {
  readonly shape: Shape;
  readonly value: fc.Arbitrary<Value>;
}

const numbers = fc.oneof(
  fc.integer(),
  fc.maxSafeInteger(),
  fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => (Object.is(value, -0) ? 0 : value)),
);

const scalar = fc.constantFrom<Example>(
  { shape: text, value: fc.string() },
  { shape: { kind: "bool" }, value: fc.boolean() },
  { shape: { kind: "number" }, value: numbers },
);

const { example } = fc.letrec<{ example: Example }>((tie) => ({
  example: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    scalar,
    tie("example").map(({ shape, value }): Example => ({
      shape: { kind: "list", element: shape },
      value: fc.array(value, { maxLength: 3 }),
    })),
    tie("example").map(({ shape, value }): Example => ({
      shape: { kind: "map", element: shape },
      value: fc.dictionary(
        fc.string().filter((key) => key !== "__proto__"),
        value,
        { maxKeys: 3, noNullPrototype: true },
      ),
    })),
    fc.array(tie("example"), { minLength: 1, maxLength: 3 }).map((inner): Example => ({
      shape: { kind: "object", members: Object.fromEntries(inner.map(({ shape }, i) => [`m${i}`, attribute(shape)])) },
      value: fc.record(Object.fromEntries(inner.map(({ value }, i) => [`m${i}`, value]))),
    })),
  ),
}));

function orNothing({ shape, value }: Example): fc.Arbitrary<{ members: Members; value: Value }> {
  const known = fc.oneof({ weight: 4, arbitrary: value }, fc.constantFrom<Value>(null, UNKNOWN));
  return known.map((v) => ({ members: { a: attribute(shape) }, value: v }));
}

describe("the codec of Terraform's values", () => {
  it("gives back every value of every shape that it wrote", () => {
    fc.assert(
      fc.property(example.chain(orNothing), ({ members, value }) => {
        expect(decodeValues(members, encodeValues({ a: value }))).toEqual({ a: value });
      }),
    );
  });

  it("reads both of go-cty's unknowns", () => {
    for (const unknown of [new ExtData(0, new Uint8Array([0])), new ExtData(12, encode({ 1: false }))]) {
      expect(decodeValues({ a: attribute(text) }, encode({ a: unknown }))).toEqual({ a: UNKNOWN });
    }
  });

  it("writes an unknown as go-cty does", () => {
    expect([...encodeValues({ a: UNKNOWN })]).toEqual([0x81, 0xa1, 0x61, 0xd4, 0x00, 0x00]);
  });

  it("keeps a number that no double holds, digit by digit", () => {
    const members = { a: attribute({ kind: "number" }) };
    const big = "123456789012345678901234567890";
    expect(decodeValues(members, encode({ a: big }))).toEqual({ a: big });
    expect(decodeValues(members, encode({ a: 2n ** 62n }, { useBigInt64: true }))).toEqual({
      a: "4611686018427387904",
    });
  });

  it("writes 0.1 as the decimal it is, for the double of that name is another number", () => {
    expect(decode(encodeValues({ a: 0.1 }))).toEqual({ a: "0.1" });
    expect(decodeValues({ a: attribute({ kind: "number" }) }, encode({ a: "0.1" }))).toEqual({ a: 0.1 });
  });

  it("takes nothing for no block where blocks repeat, and for null elsewhere", () => {
    const block: Member = { shape: { kind: "list", element: text }, role: "block", computed: false, writeOnly: false };
    expect(decodeValues({ a: attribute(text), b: block }, encode({}))).toEqual({ a: null, b: [] });
  });

  it("refuses an attribute that the schema does not have", () => {
    expect(() => decodeValues({ a: attribute(text) }, encode({ b: 1 }))).toThrow("value has no b");
  });

  it("refuses a value of another type, and names its place", () => {
    const members = { a: attribute({ kind: "list", element: text }) };
    expect(() => decodeValues(members, encode({ a: ["x", true] }))).toThrow("value.a[1] must be a string, got boolean");
  });

  it("drops from a state what the schema no longer has", () => {
    const state = new TextEncoder().encode(JSON.stringify({ a: "x", gone: 1 }));
    expect(fromState({ a: attribute(text) }, state)).toEqual({ a: "x" });
  });
});
