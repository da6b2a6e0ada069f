import * as fc from "fast-check";
import {
  beyond,
  digestOf,
  isMacOf,
  macOf,
  reviewKey,
  type Seen,
  seenIn,
  UNKNOWN,
} from "../../../../../cli/engine/runs/plan-digest.ts";
import { learn, SENSITIVE } from "../../../../../cli/ui/masker.ts";
import { forcedBy, KNOWN_AFTER_APPLY, valuesOf } from "../../../../../cli/engine/runs/review-values.ts";

const planned = (before: unknown, after: unknown, more: Readonly<Record<string, unknown>> = {}) => ({
  actions: ["update"],
  before,
  after,
  after_unknown: {},
  before_sensitive: {},
  after_sensitive: {},
  replace_paths: [],
  awaits: {},
  ...more,
});

describe("the values that a plan changes", () => {
  it("are the leaves that differ, with their paths", () => {
    const values = valuesOf(
      planned({ a: 1, shape: [{ ocpus: 1, memory: 6 }] }, { a: 1, shape: [{ ocpus: 2, memory: 6 }] }),
    );
    expect(values).toEqual([{ path: "shape.0.ocpus", before: "1", after: "2", forcesReplacement: false }]);
  });

  it("say which of them forces a replacement", () => {
    const change = planned(
      { shape: [{ ocpus: 1 }] },
      { shape: [{ ocpus: 2 }] },
      { replace_paths: [["shape", 0, "ocpus"]] },
    );
    expect(forcedBy(change)).toEqual(["shape.0.ocpus"]);
    expect(valuesOf(change)[0]?.forcesReplacement).toBe(true);
  });

  it("never show what is sensitive on either side", () => {
    const change = planned(
      { token: "old" },
      { token: "new" },
      { before_sensitive: { token: true }, after_sensitive: { token: true } },
    );
    expect(valuesOf(change)).toEqual([
      { path: "token", before: SENSITIVE, after: SENSITIVE, forcesReplacement: false },
    ]);
    const unknown = planned(
      { t: "old" },
      {},
      { after_unknown: { t: true }, after_sensitive: { t: true }, before_sensitive: { t: true } },
    );
    expect(JSON.stringify(valuesOf(unknown))).not.toContain("old");
  });

  it("are masked before they are cut short, as part of a secret is not known as one", () => {
    const secret = `cAnary-${"8Qz3vT6nLw1x".repeat(8)}`;
    learn(secret);
    const [value] = valuesOf(planned({ note: "none" }, { note: `with ${secret} in it` }));
    expect(value?.after).toBe(`"with ${SENSITIVE} in it"`);
  });

  it("leave out what is computed where nothing was before", () => {
    expect(valuesOf(planned(null, { name: "a" }, { after_unknown: { id: true } }))).toEqual([
      { path: "name", before: null, after: "a", forcesReplacement: false },
    ]);
    expect(valuesOf(planned({ id: "1" }, {}, { after_unknown: { id: true } }))[0]?.after).toBe(KNOWN_AFTER_APPLY);
  });

  it("show of two long texts the part where they begin to differ", () => {
    const text = "x".repeat(500);
    const [value] = valuesOf(planned({ patch: `${text}cpu: 2${text}` }, { patch: `${text}cpu: 4${text}` }));
    expect(value?.before).toMatch(/^…x+cpu: 2x+…$/);
    expect(value?.after).toMatch(/^…x+cpu: 4x+…$/);
    expect(value?.after?.length).toBeLessThanOrEqual(62);
  });
});

const ADDRESS = "oci_core_vcn.net";
const object = (action: Seen["action"], values: Readonly<Record<string, string>> = {}): Seen => ({
  address: ADDRESS,
  action,
  values: new Map(Object.entries(values)),
});

describe("a plan after the review", () => {
  it("may do what was reviewed, or nothing", () => {
    fc.assert(
      fc.property(fc.constantFrom("create", "update", "replace", "delete", "import", "forget"), (action) => {
        expect(beyond([object(action, { a: "1" })], [object(action, { a: "1" })])).toEqual([]);
        expect(beyond([object(action)], [])).toEqual([]);
      }),
    );
  });

  it("may change in place what was to be replaced, not the other way round", () => {
    expect(beyond([object("replace", { a: "1" })], [object("update", { a: "1" })])).toEqual([]);
    expect(beyond([object("update", { a: "1" })], [object("replace", { a: "1" })])).toEqual([
      "oci_core_vcn.net would be replaced, reviewed: changed",
    ]);
  });

  it("may not touch what was not", () => {
    expect(beyond([], [object("delete")])).toEqual(["oci_core_vcn.net would be destroyed, reviewed: untouched"]);
  });

  it.each(["create", "update", "replace"] as const)("may give no attribute more in a %s", (action) => {
    expect(beyond([object(action, { shape: UNKNOWN })], [object(action, { "shape.0.ocpus": "1" })])).toEqual([]);
    expect(beyond([object(action, { shape: UNKNOWN })], [object(action, { shapely: "1" })])).toEqual([
      "oci_core_vcn.net would also change shapely",
    ]);
  });

  it.each(["create", "update", "replace"] as const)(
    "may give no other value in a %s, but where none was known",
    (action) => {
      const other = [`${ADDRESS} would get other values than were reviewed: a.b`];
      expect(beyond([object(action, { "a.b": UNKNOWN })], [object(action, { "a.b": "2" })])).toEqual([]);
      for (const [before, after] of [
        [{ "a.b": "1" }, { "a.b": "2" }],
        [{ "a.b": "1" }, { "a.b": UNKNOWN }],
        [{ a: "1" }, { "a.b": "1" }],
        [{ "a.b.0": "1" }, { "a.b": "1" }],
      ])
        expect(beyond([object(action, before)], [object(action, after)])).toEqual(other);
    },
  );
});

describe("what is kept of a plan's values", () => {
  const key = reviewKey("k".repeat(43));
  const seen = (...change: Parameters<typeof planned>) => {
    const document = { changes: new Map([[ADDRESS, planned(...change)]]), outputs: {} };
    const [only] = seenIn({ stack: { name: "oci" }, changes: [{ address: ADDRESS, action: "update" }] }, document, key);
    return only?.values;
  };
  const digest = (path: string, json: string): string => digestOf(key, ["oci", ADDRESS, path], json);

  it("is a digest of each that changes, also of what becomes empty or is gone", () => {
    expect(seen({ a: 1, b: [1, 2], c: { d: 1 } }, { a: 1, b: [1], c: {} })).toEqual(
      new Map([
        ["b.1", digest("b.1", "null")],
        ["c", digest("c", "{}")],
      ]),
    );
  });

  it("says of what is not known that it is not, also where nothing was before", () => {
    expect(seen(null, { a: "x" }, { after_unknown: { id: true } })).toEqual(
      new Map([
        ["a", digest("a", '"x"')],
        ["id", UNKNOWN],
      ]),
    );
  });

  it("tells nobody that two objects get the same, nor what, without the secret", () => {
    expect(digestOf(key, ["oci", "x.a", "p"], '"v"')).not.toBe(digestOf(key, ["oci", "x.b", "p"], '"v"'));
    expect(digestOf(key, ["oci", "x.a", "p"], '"v"')).not.toBe(
      digestOf(reviewKey("j".repeat(43)), ["oci", "x.a", "p"], '"v"'),
    );
  });
});

describe("a document with a MAC", () => {
  const key = reviewKey("k".repeat(43));
  const text = '{"the":"index"}';

  it("is known again by the same secret", () => {
    expect(isMacOf(key, text, macOf(key, text))).toBe(true);
  });

  it("is not by another secret, without it, or when a byte was changed or is missing", () => {
    const mac = macOf(key, text);
    expect(isMacOf(reviewKey("j".repeat(43)), text, mac)).toBe(false);
    expect(isMacOf(key, text, "")).toBe(false);
    fc.assert(
      fc.property(fc.nat(text.length - 1), fc.integer({ min: 1, max: 255 }), (index, flip) => {
        const bad = Buffer.from(text);
        bad[index] = (bad[index] ?? 0) ^ flip;
        expect(isMacOf(key, bad.toString("latin1"), mac)).toBe(false);
        expect(isMacOf(key, text.slice(0, index), mac)).toBe(false);
      }),
    );
  });
});
