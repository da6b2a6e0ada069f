/** Tag namespaces, their tags, and tags that new objects get by themselves. */
import { accepted, type Api, ociApi } from "../client.ts";

const CORE = "/20160918";
let api: Api;

beforeEach(async () => {
  api = await ociApi();
});
afterEach(async () => {
  expect(api.said).toEqual([]);
  await api.end();
});

const inTenancy = (body: object) => ({
  compartmentId: api.store.state.oci.tenancyId,
  description: "for tests",
  ...body,
});
const namespace = (name = "Lab") => api.call("POST", `${CORE}/tagNamespaces`, inTenancy({ name }));

async function withTag() {
  const { id } = await accepted(namespace());
  const tag = await accepted(
    api.call("POST", `${CORE}/tagNamespaces/${id}/tags`, { name: "Owner", description: "who" }),
  );
  return { id, tag, path: `${CORE}/tagNamespaces/${id}/tags/Owner` };
}

it("a namespace's name is the tenancy's, whatever its letters' case", async () => {
  await accepted(namespace("Lab"));
  expect(await namespace("LAB")).toMatchObject({ status: 409, body: { code: "TagNamespaceAlreadyExists" } });
});

it.each(["a b", "a.b", "x".repeat(101)])("no namespace is called %p", async (name) => {
  expect((await namespace(name)).status).toBe(400);
});

it("a tag goes once it is retired, and a namespace once it has no tags", async () => {
  const { id, path } = await withTag();
  expect(await api.call("DELETE", `${CORE}/tagNamespaces/${id}`)).toMatchObject({
    status: 409,
    body: { code: "Conflict" },
  });
  expect(await api.call("DELETE", path)).toMatchObject({ status: 409, body: { code: "IncorrectState" } });
  await accepted(api.call("PUT", path, { isRetired: true }));
  expect((await api.call("DELETE", path)).status).toBeLessThan(300);
  expect((await api.call("DELETE", `${CORE}/tagNamespaces/${id}`)).status).toBeLessThan(300);
});

it("a namespace that is retired retires its tags", async () => {
  const { id, path } = await withTag();
  await accepted(api.call("PUT", `${CORE}/tagNamespaces/${id}`, { isRetired: true }));
  expect((await api.call("GET", path)).body).toMatchObject({ isRetired: true, lifecycleState: "INACTIVE" });
});

it("a default is not found once it is deleted: it has no state for that", async () => {
  const { tag } = await withTag();
  const body = inTenancy({ tagDefinitionId: tag.id, value: "me" });
  const { id, lifecycleState } = await accepted(api.call("POST", `${CORE}/tagDefaults`, body));
  await accepted(api.call("DELETE", `${CORE}/tagDefaults/${id}`));
  expect([lifecycleState, (await api.call("GET", `${CORE}/tagDefaults/${id}`)).status]).toEqual(["ACTIVE", 404]);
});

it("a default tags what is made in its compartment from then on, and nothing from before", async () => {
  const { tag } = await withTag();
  const vcn = (cidr: string) => accepted(api.call("POST", `${CORE}/vcns`, inTenancy({ cidrBlocks: [cidr] })));
  const before = await vcn("10.0.0.0/16");
  await accepted(api.call("POST", `${CORE}/tagDefaults`, inTenancy({ tagDefinitionId: tag.id, value: "me" })));
  const after = await vcn("10.1.0.0/16");
  const tagsOf = async (id: string) => (await api.call("GET", `${CORE}/vcns/${id}`)).body.definedTags.Lab;
  expect(await tagsOf(before.id)).toBeUndefined();
  expect(await tagsOf(after.id)).toEqual({ Owner: "me" });
});

it("a compartment has one default of a tag", async () => {
  const { tag } = await withTag();
  const make = () => api.call("POST", `${CORE}/tagDefaults`, inTenancy({ tagDefinitionId: tag.id, value: "me" }));
  await accepted(make());
  expect(await make()).toMatchObject({ status: 409, body: { code: "Conflict" } });
});
