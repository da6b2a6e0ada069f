/** Boot volumes: an instance's own, and those that are preserved when it is terminated. */
import { ociInventory } from "../../../../sandbox/oci/index.ts";
import { type Answered, type Api, ociApi } from "../client.ts";
import { emptyStore } from "../tenancy.ts";

const CORE = "/20160918";
let api: Api;
let root: string;
let host: Answered["body"];
let subnet: Answered["body"];

beforeEach(async () => {
  api = await ociApi(emptyStore("always-free"));
  root = api.store.state.oci.tenancyId;
  const vcn = (await post("/vcns", { cidrBlocks: ["10.0.0.0/16"], dnsLabel: "lab" })).body;
  subnet = (await post("/subnets", { vcnId: vcn.id, cidrBlock: "10.0.0.0/24", dnsLabel: "hosts" })).body;
  host = (await launch()).body;
});

afterEach(async () => {
  expect(api.said).toEqual([]);
  await api.end();
});

function post(path: string, body: object): Promise<Answered> {
  return api.call("POST", `${CORE}${path}`, { compartmentId: root, ...body });
}

const get = (path: string): Promise<Answered> => api.call("GET", `${CORE}${path}`);
const remove = (path: string): Promise<Answered> => api.call("DELETE", `${CORE}${path}`);
const volumes = async (): Promise<Answered["body"]> => (await get(`/bootVolumes?compartmentId=${root}`)).body;

let launchBody: object;

async function launch(): Promise<Answered> {
  const [{ name: availabilityDomain }] = (await get(`/availabilityDomains?compartmentId=${root}`)).body;
  const [image] = (await get(`/images?compartmentId=${root}&shape=VM.Standard.A1.Flex`)).body;
  launchBody = {
    displayName: "pve-1",
    availabilityDomain,
    shape: "VM.Standard.A1.Flex",
    shapeConfig: { ocpus: 1, memoryInGBs: 6 },
    sourceDetails: { sourceType: "image", imageId: image.id, bootVolumeSizeInGBs: 150 },
    createVnicDetails: { subnetId: subnet.id, assignPublicIp: false },
  };
  return post("/instances", launchBody);
}

const terminate = (preserve: boolean): Promise<Answered> =>
  remove(`/instances/${host.id}?preserveBootVolume=${preserve}`);

it("goes with its instance where nobody preserves it", async () => {
  await terminate(false);
  expect(await volumes()).toEqual([]);
});

it("stays as it was when it is preserved, belongs to no instance, and is in the inventory", async () => {
  const [before] = await volumes();
  await terminate(true);
  expect(await volumes()).toEqual([{ ...before, freeformTags: {} }]);
  expect((await get(`/bootVolumes/${before.id}`)).body).toMatchObject({
    sizeInGBs: 150,
    displayName: before.displayName,
  });
  const [{ name: domain }] = (await get(`/availabilityDomains?compartmentId=${root}`)).body;
  const attachments = await get(`/bootVolumeAttachments?availabilityDomain=${domain}&compartmentId=${root}`);
  expect(attachments.body).toEqual([]);
  expect(ociInventory(api.store.state.oci)).toContainEqual({
    type: "oci_core_boot_volume",
    id: before.id,
    name: "pve-1 (Boot Volume)",
  });
});

it("takes the room of the next instance when it is preserved, until it is deleted", async () => {
  const [{ id }] = await volumes();
  await terminate(true);
  expect(await launch()).toMatchObject({ status: 400, body: { code: "LimitExceeded" } });
  expect(await remove(`/bootVolumes/${id}`)).toMatchObject({ status: 204 });
  expect(await launch()).toMatchObject({ status: 200 });
});

it("is not deleted while an instance has it", async () => {
  const [{ id }] = await volumes();
  expect(await remove(`/bootVolumes/${id}`)).toMatchObject({ status: 409 });
});

it("is attached to its instance, and made anew of what changed between two backups", async () => {
  const [attachment] = (await get(`/bootVolumeAttachments?compartmentId=${root}`)).body;
  expect(attachment).toMatchObject({ encryptionInTransitType: "NONE", timeUpdated: host.timeCreated });
  const backup = async () => (await post("/bootVolumeBackups", { bootVolumeId: attachment.bootVolumeId })).body.id;
  const [firstBackupId, secondBackupId] = [await backup(), await backup()];
  await terminate(false);
  const { availabilityDomain, sourceDetails } = host;
  const made = await post("/bootVolumes", {
    availabilityDomain,
    sourceDetails: { type: "bootVolumeBackupDelta", firstBackupId, secondBackupId },
  });
  expect(made.body).toMatchObject({ sizeInGBs: 150, imageId: sourceDetails.imageId });
});

it("boots another instance, which has it by its own names and sizes, and nobody else has it then", async () => {
  const [{ id }] = await volumes();
  await terminate(true);
  const from = { ...launchBody, sourceDetails: { sourceType: "bootVolume", bootVolumeId: id } };
  const again = (await post("/instances", from)).body;
  expect(again.sourceDetails).toEqual({ sourceType: "bootVolume", bootVolumeId: id });
  await api.call("PUT", `${CORE}/bootVolumes/${id}`, { displayName: "root", sizeInGBs: 160 });
  expect(await volumes()).toMatchObject([{ id, displayName: "root", sizeInGBs: 160 }]);
  const other = await post("/instances", { ...from, shape: "VM.Standard.E2.1.Micro", shapeConfig: null });
  expect([other.status, other.body.code]).toEqual([409, "Conflict"]);
});

it("is found no more once it is deleted, in the service's words", async () => {
  const none = { sourceType: "bootVolume", bootVolumeId: "ocid1.bootvolume.oc1..no" };
  await terminate(false);
  const refused = await post("/instances", { ...launchBody, sourceDetails: none });
  expect([refused.status, refused.body.message]).toEqual([404, expect.stringMatching(/^One or more of the specified/)]);
});

it("is attached to another instance as a disk, and boots none meanwhile", async () => {
  const [{ id }] = await volumes();
  await terminate(true);
  const second = (
    await post("/instances", {
      ...launchBody,
      shapeConfig: { ocpus: 1, memoryInGBs: 6 },
      sourceDetails: { sourceType: "image", imageId: host.imageId, bootVolumeSizeInGBs: 50 },
    })
  ).body;
  const disk = await post("/volumeAttachments", { instanceId: second.id, volumeId: id, type: "iscsi" });
  expect(disk.status).toBe(200);
  const from = { ...launchBody, sourceDetails: { sourceType: "bootVolume", bootVolumeId: id } };
  expect((await post("/instances", from)).status).toBe(409);
});
