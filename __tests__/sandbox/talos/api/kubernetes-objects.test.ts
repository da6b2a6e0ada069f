import * as fc from "fast-check";
import { withDefaults } from "../../../../sandbox/talos/api/kubernetes/kinds/defaults.ts";
import { kindNamed } from "../../../../sandbox/talos/api/kubernetes/kinds/kinds.ts";
import { strategicPatch } from "../../../../sandbox/talos/api/kubernetes/kinds/merge.ts";
import { fromProtobuf } from "../../../../sandbox/talos/api/kubernetes/kinds/protobuf.ts";
import { common, fieldsIn, pathsOf, union, without } from "../../../../sandbox/talos/api/kubernetes/kinds/ownership.ts";
import { TYPES, fieldsOf } from "../../../../sandbox/talos/api/kubernetes/kinds/types.ts";
import { WIRE_NUMBERS } from "../../../../sandbox/talos/api/kubernetes/kinds/wire-numbers.ts";
import { same, type Value } from "../../../../sandbox/talos/api/kubernetes/objects/fields.ts";
import { jsonPatch, mergePatch } from "../../../../sandbox/talos/api/kubernetes/objects/json-patch.ts";
import { quantity } from "../../../../sandbox/talos/api/kubernetes/objects/quantity.ts";
import { labelSelector } from "../../../../sandbox/talos/api/kubernetes/objects/selectors.ts";

const key = fc.stringMatching(/^[a-z]{1,3}$/);
const leaf: fc.Arbitrary<Value> = fc.oneof(fc.integer(), fc.stringMatching(/^[a-z]{0,3}$/), fc.boolean());
const { object } = fc.letrec<{ object: Readonly<Record<string, Value>>; value: Value }>((tie) => ({
  object: fc.dictionary(key, tie("value"), { maxKeys: 4 }),
  value: fc.oneof({ depthSize: "small" }, leaf, tie("object")),
}));

/** What has to be merged into the one to have the other. */
function difference(
  from: Readonly<Record<string, Value>>,
  to: Readonly<Record<string, Value>>,
): Readonly<Record<string, Value>> {
  const isMap = (value: Value | undefined): value is Readonly<Record<string, Value>> =>
    typeof value === "object" && value !== null && !Array.isArray(value);
  const gone = Object.keys(from).filter((each) => !(each in to));
  return Object.fromEntries([
    ...gone.map((each) => [each, null] as const),
    ...Object.entries(to).map(([name, value]) => {
      const before = from[name];
      return [name, isMap(value) && isMap(before) ? difference(before, value) : value] as const;
    }),
  ]);
}

describe("patches", () => {
  it("a merge patch of the difference of two objects makes the one the other", () => {
    fc.assert(fc.property(object, object, (from, to) => same(mergePatch(from, difference(from, to)), to)));
  });

  it("a strategic merge does the same where there are no lists", () => {
    fc.assert(fc.property(object, object, (from, to) => same(strategicPatch(from, difference(from, to), "any"), to)));
  });

  it("a JSON patch that adds and removes leaves what there was", () => {
    fc.assert(
      fc.property(object, leaf, (from, value) => {
        const added = jsonPatch(from, [{ op: "add", path: "/New", value }]);
        return same(
          jsonPatch(added, [
            { op: "test", path: "/New", value },
            { op: "remove", path: "/New" },
          ]),
          from,
        );
      }),
    );
  });

  it.each([
    [{ containers: [{ name: "b", $patch: "delete" }] }, [{ name: "a", image: "1" }]],
    [
      { containers: [{ name: "a", image: "2" }] },
      [
        { name: "a", image: "2" },
        { name: "b", image: "1" },
      ],
    ],
    [
      { containers: [{ name: "c" }], "$setElementOrder/containers": [{ name: "c" }, { name: "a" }, { name: "b" }] },
      [{ name: "c" }, { name: "a", image: "1" }, { name: "b", image: "1" }],
    ],
    [{ containers: [{ $patch: "replace" }, { name: "z" }] }, [{ name: "z" }]],
  ])("a strategic merge of a keyed list: %j", (patch, containers) => {
    const before = {
      containers: [
        { name: "a", image: "1" },
        { name: "b", image: "1" },
      ],
    };
    expect(strategicPatch(before, patch, "PodSpec")).toEqual({ containers });
  });
});

describe("sets of fields", () => {
  const pods = fc.record({
    spec: fc.record({
      hostname: fc.constant("x"),
      nodeSelector: fc.dictionary(key, fc.constant("1")),
      containers: fc.uniqueArray(key, { maxLength: 3 }).map((names) => names.map((name) => ({ name, image: "i" }))),
    }),
  });

  it("what is taken from both and put together again is both", () => {
    fc.assert(
      fc.property(pods, pods, (one, other) => {
        const [a, b] = [fieldsIn(one, "Pod"), fieldsIn(other, "Pod")];
        const parts = union(union(without(a, b), without(b, a)), common(a, b));
        expect(parts).toEqual(union(a, b));
      }),
    );
  });

  it("have a map that is empty beside what another has put into it", () => {
    const owned = { "f:labels": { ".": {}, "f:a": {} } };
    expect(union({ "f:labels": {} }, { "f:labels": { "f:a": {} } })).toEqual(owned);
    expect(without(owned, { "f:labels": {} })).toEqual({ "f:labels": { "f:a": {} } });
    expect(common(owned, { "f:labels": {} })).toEqual({ "f:labels": {} });
  });

  it("are written as errors name them", () => {
    const owned = fieldsIn({ spec: { containers: [{ name: "web", image: "i" }] } }, "Pod");
    expect(pathsOf(owned)).toEqual(['.spec.containers[name="web"].name', '.spec.containers[name="web"].image']);
  });
});

describe("what a client does not say", () => {
  it("is filled in of probes, volumes and variables", () => {
    const container = {
      name: "a",
      image: "a:1",
      livenessProbe: { httpGet: { port: 80 } },
      env: [{ name: "A", valueFrom: { fieldRef: { fieldPath: "metadata.name" } } }],
    };
    const volumes = [{ name: "a", configMap: { name: "a" } }, { name: "b" }];
    expect(withDefaults(kindNamed("Pod"), { spec: { containers: [container], volumes } })["spec"]).toMatchObject({
      containers: [
        {
          livenessProbe: {
            httpGet: { path: "/", port: 80, scheme: "HTTP" },
            timeoutSeconds: 1,
            periodSeconds: 10,
            successThreshold: 1,
            failureThreshold: 3,
          },
          env: [{ valueFrom: { fieldRef: { apiVersion: "v1" } } }],
        },
      ],
      volumes: [
        { name: "a", configMap: { name: "a", defaultMode: 420 } },
        { name: "b", emptyDir: {} },
      ],
    });
  });
});

describe("what a client sends as protobuf", () => {
  /** A field of a message: a number, a text, or a message itself. */
  function field(number: number, content: number | string | readonly Buffer[]): Buffer {
    const tag = (wire: number): readonly number[] =>
      number < 16 ? [(number << 3) | wire] : [((number << 3) & 0x7f) | wire | 0x80, number >> 4];
    if (typeof content === "number") return Buffer.from([...tag(0), content]);
    const bytes = typeof content === "string" ? Buffer.from(content) : Buffer.concat(content);
    return Buffer.concat([Buffer.from([...tag(2), bytes.length]), bytes]);
  }
  const sent = (apiVersion: string, kind: string, object: readonly Buffer[]): Buffer =>
    Buffer.concat([Buffer.from("k8s\0"), field(1, [field(1, apiVersion), field(2, kind)]), field(2, object)]);

  it("is read with times to the millionth, and without what only the server says", () => {
    const managed = field(17, [field(1, "somebody"), field(7, [field(1, "{}")])]);
    const spec = field(2, [field(1, "me"), field(4, [field(1, 60), Buffer.from([2 << 3, 0xe8, 0x07])])]);
    const lease = [field(1, [field(1, "one"), managed]), spec];
    expect(fromProtobuf(sent("coordination.k8s.io/v1", "Lease", lease))).toEqual({
      apiVersion: "coordination.k8s.io/v1",
      kind: "Lease",
      metadata: { name: "one" },
      spec: { holderIdentity: "me", renewTime: "1970-01-01T00:01:00.000001Z" },
    });
  });

  it("is refused where there is more in it than is known, also deep inside", () => {
    const volume = field(1, [field(1, "data"), field(2, [field(28, [field(1, "driver")])])]);
    expect(() => fromProtobuf(sent("v1", "Pod", [field(2, [volume])]))).toThrow(
      "the sandbox cannot read this as protobuf, send application/json: field 2.28 of Volume",
    );
  });
});

describe("selectors", () => {
  const labels = { a: "1", b: "2" };

  it.each([
    "a=1",
    "a==1",
    "a!=2",
    "c!=1",
    "a in (1,2)",
    "a notin (2)",
    "c notin (1)",
    "a",
    "!c",
    "b>1",
    "b<3",
    "a=1,b=2",
    "",
  ])("%s takes it", (text) => {
    expect(labelSelector(text)(labels)).toBe(true);
  });

  it.each(["a=2", "c=1", "a!=1", "a in (3)", "c in (1)", "a notin (1)", "c", "!a", "b>2", "c>0", "a=1,b=3"])(
    "%s does not",
    (text) => {
      expect(labelSelector(text)(labels)).toBe(false);
    },
  );
});

describe("quantities", () => {
  it.each([
    ["500m", 0.5],
    ["1.5", 1.5],
    ["64Mi", 64 * 2 ** 20],
    ["1e3", 1000],
    ["2k", 2000],
    ["many", null],
  ])("%s is %s", (text, amount) => {
    expect(quantity(text)).toBe(amount);
  });
});

describe("the declared types", () => {
  it("name no type that is not there, and number no field that they do not have", () => {
    for (const type of Object.keys(TYPES))
      for (const field of fieldsOf(type).values()) expect(() => fieldsOf(field.type)).not.toThrow();
    const strange = Object.entries(WIRE_NUMBERS).flatMap(([type, numbers]) =>
      numbers.split(/\s+/).flatMap((each) => (fieldsOf(type).has(each.split("=")[0] ?? "") ? [] : [`${type}.${each}`])),
    );
    expect(strange).toEqual([]);
  });
});
