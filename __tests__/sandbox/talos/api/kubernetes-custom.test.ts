import { z } from "zod";
import { cluster } from "../cluster.ts";
import { type Ask, asking, watched } from "./kubernetes-calls.ts";

const DEFINITIONS = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";
const WIDGETS = "/apis/example.org/v1/namespaces/default/widgets";
const MERGE = "application/merge-patch+json";

const spec = {
  type: "object",
  required: ["size"],
  properties: {
    size: { type: "integer", minimum: 1 },
    color: { type: "string", enum: ["red", "blue"], default: "red" },
    code: { type: "string", pattern: "^[a-z]+$" },
    ports: { type: "array", maxItems: 2, items: { "x-kubernetes-int-or-string": true } },
    more: { type: "object", "x-kubernetes-preserve-unknown-fields": true },
  },
};
const version = (name: string, storage: boolean): object => ({
  name,
  served: true,
  storage,
  subresources: { status: {} },
  additionalPrinterColumns: [
    { name: "Size", type: "integer", jsonPath: ".spec.size" },
    { name: "Ready", type: "string", jsonPath: '.status.conditions[?(@.type=="Ready")].status' },
  ],
  schema: {
    openAPIV3Schema: {
      type: "object",
      properties: { spec, status: { type: "object", "x-kubernetes-preserve-unknown-fields": true } },
    },
  },
});
const definition = (name = "widgets.example.org"): object => ({
  metadata: { name },
  spec: {
    group: "example.org",
    scope: "Namespaced",
    names: { plural: "widgets", kind: "Widget", shortNames: ["wd"] },
    versions: [version("v1", true), version("v1beta1", false)],
  },
});
const widget = (own: object = {}, more: object = {}): object => ({
  metadata: { name: "one" },
  spec: { size: 1, ...own },
  ...more,
});

async function withWidgets(): Promise<Ask> {
  const ask = await asking(cluster(["cp-1"]));
  await ask("POST", DEFINITIONS, definition());
  return ask;
}

describe("a custom kind", () => {
  it("is there from its definition on, in each version that is served, and gone with it and all its objects", async () => {
    const ask = await asking(cluster(["cp-1"]));
    expect((await ask("GET", WIDGETS)).code).toBe(404);
    await ask("POST", DEFINITIONS, definition());
    expect((await ask("GET", `${DEFINITIONS}/widgets.example.org`)).body["status"]).toMatchObject({
      conditions: [{ type: "NamesAccepted" }, { type: "Established", status: "True" }],
      storedVersions: ["v1"],
    });
    await ask("POST", WIDGETS, widget());
    expect((await ask("GET", WIDGETS.replace("v1", "v1beta1"))).body.items).toMatchObject([
      { apiVersion: "example.org/v1beta1", metadata: { name: "one" } },
    ]);
    await ask("DELETE", `${DEFINITIONS}/widgets.example.org`);
    expect((await ask("GET", WIDGETS)).code).toBe(404);
    await ask("POST", DEFINITIONS, definition());
    expect((await ask("GET", WIDGETS)).body.items).toEqual([]);
  });

  it("is among what discovery tells", async () => {
    const ask = await withWidgets();
    expect((await ask("GET", "/apis/example.org")).body["versions"]).toMatchObject([
      { version: "v1" },
      { version: "v1beta1" },
    ]);
    expect((await ask("GET", "/apis/example.org/v1")).body["resources"]).toMatchObject([
      { name: "widgets", kind: "Widget", shortNames: ["wd"] },
      { name: "widgets/status" },
    ]);
    expect((await ask("GET", "/openapi/v3/apis/example.org/v1")).body["components"]).toMatchObject({
      schemas: { "org.example.v1.Widget": { properties: { spec: { properties: { size: { type: "integer" } } } } } },
    });
  });

  it("has what its schema fills in, and not what it does not know", async () => {
    const ask = await withWidgets();
    const { body, warning } = await ask("POST", WIDGETS, widget({ sise: 2, more: { any: 1 } }));
    expect(body["spec"]).toEqual({ size: 1, color: "red", more: { any: 1 } });
    expect(warning).toContain('unknown field \\"spec.sise\\"');
    expect(await ask("POST", `${WIDGETS}?fieldValidation=Strict`, widget({ sise: 2 }))).toMatchObject({
      code: 400,
      body: { message: expect.stringContaining('strict decoding error: unknown field "spec.sise"') },
    });
  });

  it.each([
    [{ size: "x" }, 'spec.size: Invalid value: "string": spec.size in body must be of type integer: "string"'],
    [{ size: 0 }, "spec.size: Invalid value: 0: spec.size in body should be greater than or equal to 1"],
    [{ size: undefined }, "spec.size: Required value"],
    [{ color: "green" }, 'spec.color: Unsupported value: "green": supported values: "red", "blue"'],
    [{ code: "A1" }, "spec.code: Invalid value: \"A1\": spec.code in body should match '^[a-z]+$'"],
    [{ ports: [1, "a", 2] }, "spec.ports in body should be at most 2 items long"],
    [{ ports: [true] }, "spec.ports[0] in body must be of type integer or string"],
  ])("refuses what its schema does: %j", async (own, message) => {
    const ask = await withWidgets();
    expect(await ask("POST", WIDGETS, widget(own))).toMatchObject({
      code: 422,
      body: { message: expect.stringContaining(message) },
    });
  });

  it("has a status of its own, columns, merge patches, and no strategic ones", async () => {
    const ask = await withWidgets();
    expect((await ask("POST", WIDGETS, widget({}, { status: { a: 1 } }))).body).not.toHaveProperty("status");
    const status = { status: { conditions: [{ type: "Ready", status: "True" }] } };
    await ask("PATCH", `${WIDGETS}/one/status`, status, MERGE);
    expect((await ask("PATCH", `${WIDGETS}/one`, {}, "application/strategic-merge-patch+json")).code).toBe(415);
    const table = await ask("GET", WIDGETS, undefined, undefined, {
      accept: "application/json;as=Table;v=v1;g=meta.k8s.io",
    });
    expect(table.body["rows"]).toMatchObject([{ cells: ["one", "1", "True"] }]);
  });

  it("has fields with managers, one by one", async () => {
    const ask = await withWidgets();
    const apply = (manager: string, own: object) =>
      ask(
        "PATCH",
        `${WIDGETS}/one?fieldManager=${manager}`,
        { apiVersion: "example.org/v1", kind: "Widget", ...widget(own) },
        "application/apply-patch+yaml",
      );
    await apply("one", { code: "a" });
    expect((await apply("two", { code: "b" })).body.message).toBe(
      'Apply failed with 1 conflict: conflict with "one": .spec.code',
    );
    expect((await apply("two", { color: "blue" })).body).toMatchObject({ spec: { size: 1, code: "a", color: "blue" } });
  });

  it("is watched in a version that is not the stored one", async () => {
    const lab = cluster(["cp-1"]);
    const ask = await asking(lab);
    await ask("POST", DEFINITIONS, definition());
    const [event] = await watched(lab, `${WIDGETS.replace("v1", "v1beta1")}?watch=1`, 1, () =>
      ask("POST", WIDGETS, widget()),
    );
    expect(event).toMatchObject({ type: "ADDED", object: { apiVersion: "example.org/v1beta1" } });
  });

  it("is none in a group that a kind of the server's own could have", async () => {
    const ask = await asking(cluster(["cp-1"]));
    const text = JSON.stringify(definition()).replaceAll("widgets", "deployments").replaceAll("example.org", "apps");
    expect(await ask("POST", DEFINITIONS, z.object({}).loose().parse(JSON.parse(text)))).toMatchObject({
      code: 422,
      body: { message: expect.stringContaining("should be a domain with at least one dot") },
    });
  });

  it("is none with a version that is no text", async () => {
    const ask = await asking(cluster(["cp-1"]));
    const text = JSON.stringify(definition()).replace('"name":"v1"', '"name":{}');
    expect(await ask("POST", DEFINITIONS, z.object({}).loose().parse(JSON.parse(text)))).toMatchObject({
      code: 400,
      body: { message: expect.stringContaining("spec.versions[0].name of type string") },
    });
  });

  it("is none under a name that is not its plural and group", async () => {
    const ask = await asking(cluster(["cp-1"]));
    expect(await ask("POST", DEFINITIONS, definition("gadgets.example.org"))).toMatchObject({
      code: 422,
      body: { message: expect.stringContaining('must be spec.names.plural+"."+spec.group') },
    });
  });
});
