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
