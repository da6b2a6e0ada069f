import { type Attributes, Refusal, type ResourceType } from "../../../sandbox/plugin/resource.ts";
import type { ProviderSchema } from "../../../sandbox/plugin/schema.ts";
import { UNKNOWN } from "../../../sandbox/plugin/value.ts";
import { emptyStore } from "../oci/tenancy.ts";
import { Diagnosis, type Terraform, terraform, unknowns } from "./terraform.ts";

/** A thing with every kind of attribute and block. */
const schema: ProviderSchema = {
  source: "test/test",
  provider: { version: 0 },
  data_source_schemas: {},
  resource_schemas: {
    thing: {
      version: 0,
      block: {
        attributes: {
          id: { type: "string", computed: true },
          name: { type: "string", required: true },
          size: { type: "number", optional: true },
          color: { type: "string", optional: true, computed: true },
          etag: { type: "string", computed: true },
          tags: { type: ["set", "string"], optional: true },
          secret: { type: "string", optional: true, write_only: true },
          access: {
            nested_type: {
              nesting_mode: "single",
              attributes: {
                user: { type: "string", required: true },
                token: { type: "string", computed: true },
              },
            },
            optional: true,
          },
        },
        block_types: {
          disk: {
            nesting_mode: "list",
            block: {
              attributes: {
                gb: { type: "number", required: true },
                path: { type: "string", optional: true, computed: true },
              },
            },
          },
          rule: {
            nesting_mode: "set",
            block: {
              attributes: {
                port: { type: "number", required: true },
                note: { type: "string", optional: true, computed: true },
                open: { type: "bool", optional: true },
                labels: { type: ["list", "string"], optional: true },
              },
            },
          },
          shape: {
            nesting_mode: "list",
            block: { attributes: { cpus: { type: "number", optional: true, computed: true } } },
          },
          timeouts: { nesting_mode: "single", block: { attributes: { create: { type: "string", optional: true } } } },
        },
      },
    },
  },
};

function elements(from: Attributes, name: string): readonly Attributes[] {
  const value = from[name];
  return Array.isArray(value) ? value : [];
}

/** Fills in everything, as a service does; remembers what it was called with. */
function service(overrides: Partial<ResourceType> = {}) {
  const calls: { readonly what: string; readonly planned: Attributes }[] = [];
  const fill = (planned: Attributes): Attributes => ({
    id: "thing-1",
    color: planned.color ?? "grey",
    etag: `etag-${calls.length}`,
    access: planned.access === null ? null : { token: "t0ken" },
    disk: elements(planned, "disk").map((disk, index) => ({ path: disk.path ?? `/dev/${index}` })),
    rule: elements(planned, "rule").map((rule) => ({ ...rule, note: rule.note ?? "none" })),
    shape: elements(planned, "shape").length > 0 ? [{ cpus: 2 }] : [{ cpus: 1 }],
  });
  const type: ResourceType = {
    computedBlocks: ["shape"],
    defaults: { size: 10, "rule.open": false },
    create(_call, planned) {
      calls.push({ what: "create", planned });
      return fill(planned);
    },
    read: (_call, state) => state,
    update(_call, _prior, planned) {
      calls.push({ what: "update", planned });
      return fill(planned);
    },
    delete: () => void calls.push({ what: "delete", planned: {} }),
    ...overrides,
  };
  return { type, calls };
}

function provider(type: ResourceType): Promise<Terraform> {
  const resources = { thing: type };
  return terraform({ source: "test/test", resources, dataSources: {} }, schema, emptyStore());
}

const config = {
  name: "a",
  disk: [{ gb: 50 }, { gb: 60, path: "/dev/sdx" }],
  rule: [{ port: 22 }, { port: 80, note: "web", open: true }],
  tags: ["x", "y"],
  access: { user: "root" },
};

describe("planning", () => {
  it("leaves unknown what the service will fill in, on create", async () => {
    const { values } = await (await provider(service().type)).plan("thing", { name: "a" });
    expect(unknowns(values)).toEqual(["id", "color", "etag", "shape"]);
  });

  it("leaves unknown what is computed inside blocks and nested attributes, on create", async () => {
    const { values } = await (await provider(service().type)).plan("thing", config);
    expect(values.disk).toEqual([
      { gb: 50, path: UNKNOWN },
      { gb: 60, path: "/dev/sdx" },
    ]);
    expect(values.access).toEqual({ user: "root", token: UNKNOWN });
  });

  it("fills in defaults, also inside blocks", async () => {
    const { values } = await (await provider(service().type)).plan("thing", { name: "a", rule: [{ port: 22 }] });
    expect(values).toMatchObject({ size: 10, rule: [{ port: 22, open: false }] });
  });

  it("changes nothing when the config has not changed", async () => {
    const run = await provider(service().type);
    const state = await run.apply("thing", config);
    const again = await run.plan("thing", config, state);
    expect(again.empty).toBe(true);
    expect(again.replaces).toEqual([]);
  });

  it("sees no change in another order of a set, of values or of blocks", async () => {
    const run = await provider(service().type);
    const state = await run.apply("thing", config);
    const turned = { ...config, tags: ["y", "x"], rule: config.rule.toReversed() };
    expect((await run.plan("thing", turned, state)).empty).toBe(true);
  });

  it.each([
    ["SDKv2, which takes an element of a set with an empty list for one with none", true],
    ["the framework, which tells them apart", false],
  ])("goes by %s", async (_kind, zeroIsUnset) => {
    const run = await provider(service({ zeroIsUnset }).type);
    const one = { ...config, rule: [{ port: 22 }, { port: 80, labels: [] }] };
    const other = { ...config, rule: [{ port: 22, labels: [] }, { port: 80 }] };
    const { empty } = await run.plan("thing", other, await run.apply("thing", one));
    expect(empty).toBe(zeroIsUnset);
  });

  it("sees a change in another order of a list of blocks", async () => {
    const run = await provider(service().type);
    const state = await run.apply("thing", config);
    const turned = { ...config, disk: config.disk.toReversed() };
    expect((await run.plan("thing", turned, state)).values.disk).toMatchObject([{ gb: 60 }, { gb: 50 }]);
  });

  it("keeps computed values through an update", async () => {
    const run = await provider(service().type);
    const state = await run.apply("thing", config);
    const { values } = await run.plan("thing", { ...config, name: "b" }, state);
    expect(unknowns(values)).toEqual([]);
    expect(values).toMatchObject({ id: "thing-1", color: "grey", disk: [{ path: "/dev/0" }, { path: "/dev/sdx" }] });
  });

  it("makes unknown what an update may change, and only when there is an update", async () => {
    const run = await provider(service({ changesOnUpdate: ["etag"] }).type);
    const state = await run.apply("thing", config);
    expect(unknowns((await run.plan("thing", { ...config, name: "b" }, state)).values)).toEqual(["etag"]);
    expect((await run.plan("thing", config, state)).empty).toBe(true);
  });

  it("keeps a block that the service filled in, and takes away one that it does not own", async () => {
    const run = await provider(service().type);
    const state = await run.apply("thing", config);
    const { values } = await run.plan("thing", { ...config, disk: [] }, state);
    expect(values).toMatchObject({ disk: [], shape: [{ cpus: 1 }] });
  });

  it("does not know the computed parts of a block that is added", async () => {
    const run = await provider(service().type);
    const state = await run.apply("thing", config);
    const { values } = await run.plan("thing", { ...config, rule: [...config.rule, { port: 443 }] }, state);
    expect(values.rule).toContainEqual({ port: 443, note: UNKNOWN, open: false, labels: null });
  });

  it("goes back to the default when an attribute is taken out, and to nothing when there is none", async () => {
    const run = await provider(service().type);
    const state = await run.apply("thing", { ...config, size: 20 });
    const { tags: _tags, ...rest } = config;
    const { values } = await run.plan("thing", rest, state);
    expect(values).toMatchObject({ size: 10, tags: null });
  });

  it("replaces for an attribute that forces it, and says where", async () => {
    const run = await provider(service({ forceNew: ["name", "disk.gb"] }).type);
    const state = await run.apply("thing", config);
    const changed = { ...config, disk: [{ gb: 50 }, { gb: 70, path: "/dev/sdx" }] };
    expect((await run.plan("thing", changed, state)).replaces).toEqual(["disk.1.gb"]);
    expect((await run.plan("thing", { ...config, name: "b" }, state)).replaces).toEqual(["name"]);
  });

  it("replaces for a block that forces it when one comes or goes, not when one changes", async () => {
    const run = await provider(service({ forceNew: ["disk"] }).type);
    const state = await run.apply("thing", config);
    expect((await run.plan("thing", { ...config, disk: [{ gb: 50 }] }, state)).replaces).toEqual(["disk"]);
    const changed = { ...config, disk: [{ gb: 51 }, { gb: 60, path: "/dev/sdx" }] };
    expect((await run.plan("thing", changed, state)).replaces).toEqual([]);
  });

  it("replaces for what only the values tell", async () => {
    const replaces: ResourceType["replaces"] = (prior, planned) =>
      Number(planned.size) < Number(prior.size) ? ["size"] : [];
    const run = await provider(service({ replaces }).type);
    const state = await run.apply("thing", { ...config, size: 20 });
    expect((await run.plan("thing", { ...config, size: 10 }, state)).replaces).toEqual(["size"]);
    expect((await run.plan("thing", { ...config, size: 30 }, state)).replaces).toEqual([]);
  });

  it("replaces for every change of what cannot be updated, except of timeouts", async () => {
    const { update: _update, ...fixed } = service().type;
    const run = await provider(fixed);
    const state = await run.apply("thing", config);
    expect((await run.plan("thing", { ...config, size: 11 }, state)).replaces).toEqual(["size"]);
    expect((await run.plan("thing", { ...config, timeouts: { create: "1h" } }, state)).replaces).toEqual([]);
  });

  it("lets the handler know better, and leaves its plan alone when nothing changes", async () => {
    const plan: ResourceType["plan"] = (_call, _prior, proposed) => ({ color: `${String(proposed.name)}-ish` });
    const run = await provider(service({ plan }).type);
    const state = await run.apply("thing", config);
    expect(state.color).toBe("a-ish");
    expect((await run.plan("thing", config, state)).empty).toBe(true);
  });

  it("tells the handler what is not known yet", async () => {
    const seen: boolean[] = [];
    const plan: ResourceType["plan"] = (_call, _prior, _proposed, known) => {
      seen.push(known("name"), known("etag"));
      return {};
    };
    await (await provider(service({ plan }).type)).plan("thing", config);
    expect(seen).toEqual([true, false]);
  });
});

describe("applying", () => {
  it("gives the handler write-only values, and keeps them out of the state", async () => {
    const { type, calls } = service();
    const run = await provider(type);
    expect((await run.plan("thing", { ...config, secret: "s3cret" })).values.secret).toBeNull();
    const state = await run.apply("thing", { ...config, secret: "s3cret" });
    expect(calls[0]?.planned.secret).toBe("s3cret");
    expect(state.secret).toBeNull();
    expect((await run.plan("thing", { ...config, secret: "other" }, state)).empty).toBe(true);
  });

  it("leaves nothing unknown in the state", async () => {
    const state = await (await provider(service({ create: () => ({ id: "thing-1" }) }).type)).apply("thing", config);
    expect(state).toMatchObject({ id: "thing-1", color: null, shape: [], disk: [{ gb: 50, path: null }, { gb: 60 }] });
  });

  it("turns a refusal into a diagnostic that points at the attribute", async () => {
    const refuse = (): never => {
      throw new Refusal("409-Conflict", "No.", "disk.gb");
    };
    const failed = (await provider(service({ create: refuse }).type)).apply("thing", config);
    await expect(failed).rejects.toThrow("409-Conflict No.");
    await expect(failed).rejects.toMatchObject({ attribute: "disk.0.gb" });
    await expect(failed).rejects.toBeInstanceOf(Diagnosis);
  });

  it("calls everything else that is thrown a bug of the sandbox", async () => {
    const slip = (): never => {
      throw new TypeError("x is not a function");
    };
    const failed = (await provider(service({ create: slip }).type)).apply("thing", config);
    await expect(failed).rejects.toThrow("Sandbox bug in apply of thing x is not a function");
  });

  it("calls an attribute that the schema does not have a bug, too", async () => {
    const failed = (await provider(service({ create: () => ({ colour: "red" }) }).type)).apply("thing", config);
    await expect(failed).rejects.toThrow("thing has no colour");
  });
});
