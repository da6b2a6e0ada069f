import * as fc from "fast-check";
import { beyond, type Seen } from "../../cli/review/beyond.ts";
import { learn, SENSITIVE } from "../../cli/masking/masker.ts";
import { forcedBy, KNOWN_AFTER_APPLY, valuesOf } from "../../cli/review/values.ts";
import { seal, sealKey, unseal } from "../../cli/review/seal.ts";

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

describe("a plan after the review", () => {
  const object = (action: Seen["action"], ...paths: string[]): Seen => ({ address: "oci_core_vcn.net", action, paths });

  it("may do what was reviewed, or nothing", () => {
    fc.assert(
      fc.property(fc.constantFrom("create", "update", "replace", "delete", "import", "forget"), (action) => {
        expect(beyond([object(action, "a")], [object(action, "a")])).toEqual([]);
        expect(beyond([object(action)], [])).toEqual([]);
      }),
    );
  });

  it("may change in place what was to be replaced, not the other way round", () => {
    expect(beyond([object("replace")], [object("update", "a")])).toEqual([]);
    expect(beyond([object("update", "a")], [object("replace", "a")])).toEqual([
      "oci_core_vcn.net would be replaced, reviewed: changed",
    ]);
  });

  it("may not touch what was not", () => {
    expect(beyond([], [object("delete")])).toEqual(["oci_core_vcn.net would be destroyed, reviewed: untouched"]);
  });

  it("may not change more attributes, though it may know more of those that it changes", () => {
    expect(beyond([object("update", "shape")], [object("update", "shape.0.ocpus")])).toEqual([]);
    expect(beyond([object("update", "shape")], [object("update", "shapely")])).toEqual([
      "oci_core_vcn.net would also change shapely",
    ]);
  });
});

describe("a sealed file", () => {
  const key = sealKey("k".repeat(43));
  const content = Buffer.from("the plan");

  it("is opened by the same secret, as the same thing", () => {
    expect(unseal(seal(content, key, "oci 1"), key, "oci 1")).toEqual(content);
  });

  it("is not opened by another secret, as another thing, or when a byte was changed or is missing", () => {
    const sealed = seal(content, key, "oci 1");
    expect(unseal(sealed, sealKey("j".repeat(43)), "oci 1")).toBeNull();
    expect(unseal(sealed, key, "oci 2")).toBeNull();
    fc.assert(
      fc.property(fc.nat(sealed.length - 1), fc.integer({ min: 1, max: 255 }), (index, flip) => {
        const bad = Buffer.from(sealed);
        bad[index] = (bad[index] ?? 0) ^ flip;
        expect(unseal(bad, key, "oci 1")).toBeNull();
        expect(unseal(sealed.subarray(0, index), key, "oci 1")).toBeNull();
      }),
    );
  });
});
