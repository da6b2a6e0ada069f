/** Backups of volumes, and volumes that are made of one. */
import { accepted, type Answered, type Api, ociApi } from "../client.ts";
import { emptyStore } from "../tenancy.ts";

const CORE = "/20160918";
let api: Api;

beforeEach(async () => {
  api = await ociApi(emptyStore("pay-as-you-go"));
});
afterEach(async () => {
  expect(api.said).toEqual([]);
  await api.end();
});

function post(path: string, body: object): Promise<Answered> {
  return api.call("POST", `${CORE}${path}`, { compartmentId: api.store.state.oci.tenancyId, ...body });
}

async function backedUp() {
  const [{ name: availabilityDomain }] = await accepted(
    api.call("GET", `${CORE}/availabilityDomains?compartmentId=${api.store.state.oci.tenancyId}`),
  );
  const volume = await accepted(post("/volumes", { availabilityDomain, sizeInGBs: 60 }));
  const backup = await accepted(post("/volumeBackups", { volumeId: volume.id }));
  const restored = (id: string, sizeInGBs?: number) =>
    post("/volumes", { availabilityDomain, sizeInGBs, sourceDetails: { type: "volumeBackup", id } });
  return { volume, backup, restored };
}

it("a backup stays when its volume goes, and a new volume of its size is made of it", async () => {
  const { volume, backup, restored } = await backedUp();
  await api.call("DELETE", `${CORE}/volumes/${volume.id}`);
  expect((await api.call("GET", `${CORE}/volumeBackups/${backup.id}`)).body.sizeInGBs).toBe(60);
  expect((await accepted(restored(backup.id))).sizeInGBs).toBe(60);
});

it("no volume is made of a backup that is not there", async () => {
  const { backup, restored } = await backedUp();
  await api.call("DELETE", `${CORE}/volumeBackups/${backup.id}`);
  expect((await restored(backup.id)).status).toBe(404);
});

it("no backup is made of a volume that is not there", async () => {
  expect((await post("/volumeBackups", { volumeId: "ocid1.volume.oc1.x.y" })).status).toBe(404);
});

it("a volume is made of what changed between two backups, and of none that is not there", async () => {
  const { volume, backup } = await backedUp();
  const second = await accepted(post("/volumeBackups", { volumeId: volume.id }));
  const { availabilityDomain } = volume;
  const made = (secondBackupId: string) =>
    post("/volumes", {
      availabilityDomain,
      sourceDetails: { type: "volumeBackupDelta", firstBackupId: backup.id, secondBackupId },
    });
  expect((await accepted(made(second.id))).sizeInGBs).toBe(60);
  expect((await made("ocid1.volumebackup.oc1.x.y")).status).toBe(404);
});

it("a backup is copied into another region, and says of what", async () => {
  const { backup } = await backedUp();
  const body = { destinationRegion: "eu-zurich-1", displayName: "far" };
  const copy = await accepted(api.call("POST", `${CORE}/volumeBackups/${backup.id}/actions/copy`, body));
  expect(copy).toMatchObject({ displayName: "far", sizeInGBs: 60, sourceVolumeBackupId: backup.id });
  expect(copy.id).toMatch(/^ocid1\.volumebackup\.oc1\.eu-zurich-1\./);
  expect(api.store.state.oci.volumeBackups.map(({ region }) => region)).toEqual(["eu-frankfurt-1", "eu-zurich-1"]);
});
