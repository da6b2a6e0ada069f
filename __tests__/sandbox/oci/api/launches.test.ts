/** What a launch says beside a size: its platform, its security attributes, an image by what it is. */
import { accepted, type Answered, type Api, ociApi } from "../client.ts";
import { emptyStore } from "../tenancy.ts";

const CORE = "/20160918";
let api: Api;
let root: string;

beforeEach(async () => {
  api = await ociApi(emptyStore("pay-as-you-go"));
  root = api.store.state.oci.tenancyId;
});

afterEach(async () => {
  expect(api.said).toEqual([]);
  await api.end();
});

function post(path: string, body: object): Promise<Answered> {
  return api.call("POST", `${CORE}${path}`, { compartmentId: root, ...body });
}

const get = (path: string): Promise<Answered["body"]> => accepted(api.call("GET", `${CORE}${path}`));

async function launch(more: object): Promise<Answered> {
  const [{ name: availabilityDomain }] = await get(`/availabilityDomains?compartmentId=${root}`);
  const vcn = await accepted(post("/vcns", { cidrBlocks: ["10.0.0.0/16"] }));
  const subnet = await accepted(post("/subnets", { vcnId: vcn.id, cidrBlock: "10.0.0.0/24" }));
  const [image] = await get(`/images?compartmentId=${root}&shape=VM.Standard.E4.Flex`);
  return post("/instances", {
    availabilityDomain,
    shape: "VM.Standard.E4.Flex",
    shapeConfig: { ocpus: 1 },
    sourceDetails: { sourceType: "image", imageId: image.id },
    createVnicDetails: { subnetId: subnet.id },
    ...more,
  });
}

test("a platform is set at the launch, and a change says only what is to be another", async () => {
  const made = await accepted(launch({ platformConfig: { type: "AMD_VM", isSecureBootEnabled: true } }));
  expect(made.platformConfig).toMatchObject({ isSecureBootEnabled: true, isSymmetricMultiThreadingEnabled: true });
  const platformConfig = { type: "AMD_VM", isSymmetricMultiThreadingEnabled: false };
  const changed = await accepted(api.call("PUT", `${CORE}/instances/${made.id}`, { platformConfig }));
  expect(changed.platformConfig).toMatchObject({ isSecureBootEnabled: true, isSymmetricMultiThreadingEnabled: false });
});

test("a platform of another processor is refused", async () => {
  expect((await launch({ platformConfig: { type: "INTEL_VM" } })).body.code).toBe("InvalidParameter");
});

test("security attributes are kept, and replaced", async () => {
  const attributes = (value: string) => ({ zone: { team: { value, mode: "enforce" } } });
  const made = await accepted(launch({ securityAttributes: attributes("a") }));
  expect(made.securityAttributes).toEqual(attributes("a"));
  const body = { securityAttributes: attributes("b") };
  expect((await accepted(api.call("PUT", `${CORE}/instances/${made.id}`, body))).securityAttributes).toEqual(
    attributes("b"),
  );
});

test("security attributes are on their way for a while after a change of them, and of nothing else", async () => {
  const { id } = await accepted(launch({}));
  const change = async (body: object): Promise<string> =>
    (await accepted(api.call("PUT", `${CORE}/instances/${id}`, body))).securityAttributesState;
  expect(await change({ displayName: "other" })).toBe("STABLE");
  expect(await change({ securityAttributes: { "oracle-zpr": { of: { value: "a", mode: "enforce" } } } })).toBe(
    "UPDATING",
  );
  api.turnClock(1000);
  expect((await accepted(api.call("GET", `${CORE}/instances/${id}`))).securityAttributesState).toBe("STABLE");
});

test("launch options change to another type, and back to the image's own", async () => {
  const { id } = await accepted(launch({ launchOptions: { bootVolumeType: "ISCSI" } }));
  const path = `${CORE}/instances/${id}`;
  const body = { launchOptions: { bootVolumeType: "PARAVIRTUALIZED", networkType: "VFIO" } };
  expect((await accepted(api.call("PUT", path, body))).launchOptions).toMatchObject(body.launchOptions);
});

test("an image is found by what it is, the newest first, and stays when the launch is changed", async () => {
  const filter = { compartmentId: root, operatingSystem: "Oracle Linux", operatingSystemVersion: "8" };
  const sourceDetails = { sourceType: "image", instanceSourceImageFilterDetails: filter };
  const made = await accepted(launch({ sourceDetails }));
  const all = await get(
    `/images?compartmentId=${root}&shape=VM.Standard.E4.Flex&operatingSystem=Oracle%20Linux&operatingSystemVersion=8`,
  );
  const newest = all.toSorted((a: Answered["body"], b: Answered["body"]) =>
    a.timeCreated < b.timeCreated ? 1 : -1,
  )[0];
  expect(made.sourceDetails).toMatchObject({ imageId: newest.id, instanceSourceImageFilterDetails: filter });
  const changed = await accepted(api.call("PUT", `${CORE}/instances/${made.id}`, { displayName: "another" }));
  expect(changed.sourceDetails.imageId).toBe(newest.id);
});

test("a launch by a filter that no image meets is refused", async () => {
  const instanceSourceImageFilterDetails = { compartmentId: root, operatingSystem: "Plan 9" };
  const answer = await launch({ sourceDetails: { sourceType: "image", instanceSourceImageFilterDetails } });
  expect(answer.body.code).toBe("InvalidParameter");
});

test("an instance has 32 names for volumes, of which one that is taken is not free", async () => {
  const { id, availabilityDomain } = await accepted(launch({}));
  const volume = await accepted(post("/volumes", { availabilityDomain }));
  const device = "/dev/oracleoci/oraclevdb";
  await accepted(post("/volumeAttachments", { type: "paravirtualized", instanceId: id, volumeId: volume.id, device }));
  const names = (query: string) => get(`/instances/${id}/devices${query}`);
  expect(await names("")).toHaveLength(32);
  expect(await names("?isAvailable=false")).toEqual([{ name: device, isAvailable: false }]);
});
