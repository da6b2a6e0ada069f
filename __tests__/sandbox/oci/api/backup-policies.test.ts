/** Volume backup policies and the volumes that have them. */
import { ociInventory } from "../../../../sandbox/oci/index.ts";
import { accepted, type Answered, type Api, ociApi } from "../client.ts";

const CORE = "/20160918";
const BRONZE = "ocid1.volumebackuppolicy.oc1..aaaaaaaadrzfwjb5tflixtmy5axp2kx65uqakgnupfogabzjhtn5x5dfra6q";
const weekly = { backupType: "FULL", period: "ONE_WEEK", retentionSeconds: 604_800 };

let api: Api;
let root: string;
let domain: string;

beforeAll(async () => {
  api = await ociApi();
  root = api.store.state.oci.tenancyId;
  [{ name: domain }] = await get(`/availabilityDomains?compartmentId=${root}`);
});

beforeEach(() => {
  Object.assign(api.store.state.oci, { volumes: [], volumeBackupPolicies: [], backupPolicyAssignments: [] });
});

afterAll(async () => {
  expect(api.said).toEqual([]);
  await api.end();
});

function post(path: string, body: object): Promise<Answered> {
  return api.call("POST", `${CORE}${path}`, { compartmentId: root, ...body });
}

const made = (path: string, body: object): Promise<Answered["body"]> => accepted(post(path, body));

async function get(path: string): Promise<Answered["body"]> {
  return (await api.call("GET", `${CORE}${path}`)).body;
}

const remove = (path: string): Promise<Answered> => api.call("DELETE", `${CORE}${path}`);
const volume = (more = {}) => made("/volumes", { availabilityDomain: domain, sizeInGBs: 50, ...more });
const assign = (assetId: string, policyId: string) => made("/volumeBackupPolicyAssignments", { assetId, policyId });

it("Oracle's three are listed where no compartment is named, and can only be looked at", async () => {
  const oracles: readonly { displayName: string; id: string }[] = await get("/volumeBackupPolicies");
  expect(oracles.map(({ displayName }) => displayName)).toEqual(["silver", "bronze", "gold"]);
  expect(await get(`/volumeBackupPolicies?compartmentId=${root}`)).toEqual([]);
  expect(await get(`/volumeBackupPolicies/${BRONZE}`)).toMatchObject({
    displayName: "bronze",
    schedules: [{ period: "ONE_MONTH" }, { period: "ONE_YEAR", backupType: "FULL" }],
  });
  expect((await api.call("PUT", `${CORE}/volumeBackupPolicies/${BRONZE}`, { displayName: "mine" })).status).toBe(404);
  expect((await remove(`/volumeBackupPolicies/${BRONZE}`)).status).toBe(404);
});

it("one's own is changed by what the change says", async () => {
  const { id } = await made("/volumeBackupPolicies", { displayName: "weekly", schedules: [weekly] });
  await api.call("PUT", `${CORE}/volumeBackupPolicies/${id}`, { displayName: "kept" });
  expect(await get(`/volumeBackupPolicies/${id}`)).toMatchObject({ displayName: "kept", schedules: [weekly] });
  await api.call("PUT", `${CORE}/volumeBackupPolicies/${id}`, { schedules: [] });
  expect(await get(`/volumeBackupPolicies?compartmentId=${root}`)).toMatchObject([
    { displayName: "kept", schedules: [] },
  ]);
  expect((await remove(`/volumeBackupPolicies/${id}`)).status).toBe(204);
});

it.each([
  { backupType: "HALF" },
  { period: "ONE_DECADE" },
  { retentionSeconds: 0 },
  { retentionSeconds: "long" },
  { dayOfWeek: "FUNDAY" },
  { month: "JUNETEMBER" },
  { timeZone: "CET" },
])("refuses a schedule with %o", async (wrong) => {
  expect((await post("/volumeBackupPolicies", { schedules: [{ ...weekly, ...wrong }] })).status).toBe(400);
});

it("a volume has one policy: the next takes the place of the one before", async () => {
  const { id: policy } = await made("/volumeBackupPolicies", { schedules: [weekly] });
  const { id } = await volume();
  const first = await assign(id, BRONZE);
  const second = await assign(id, policy);
  expect(await get(`/volumeBackupPolicyAssignments?assetId=${id}`)).toMatchObject([
    { id: second.id, assetId: id, policyId: policy },
  ]);
  expect((await api.call("GET", `${CORE}/volumeBackupPolicyAssignments/${first.id}`)).status).toBe(404);
  expect((await remove(`/volumeBackupPolicies/${policy}`)).body.code).toBe("Conflict");
  expect((await remove(`/volumeBackupPolicyAssignments/${second.id}`)).status).toBe(204);
  expect((await remove(`/volumeBackupPolicies/${policy}`)).status).toBe(204);
});

it("an assignment goes with its volume", async () => {
  const { id: policy } = await made("/volumeBackupPolicies", { schedules: [weekly] });
  const { id } = await volume({ backupPolicyId: policy });
  const [assignment] = await get(`/volumeBackupPolicyAssignments?assetId=${id}`);
  expect(assignment).toMatchObject({ assetId: id, policyId: policy });
  await remove(`/volumes/${id}`);
  expect((await api.call("GET", `${CORE}/volumeBackupPolicyAssignments/${assignment.id}`)).status).toBe(404);
  expect((await remove(`/volumeBackupPolicies/${policy}`)).status).toBe(204);
});

it("policies of one's own and assignments are in the inventory", async () => {
  const { id: policy } = await made("/volumeBackupPolicies", { displayName: "weekly", schedules: [weekly] });
  const { id } = await volume();
  const { id: assignment } = await assign(id, policy);
  expect(ociInventory(api.store.state.oci)).toEqual([
    { type: "oci_core_volume_backup_policy", id: policy, name: "weekly" },
    { type: "oci_core_volume_backup_policy_assignment", id: assignment, name: id },
  ]);
});

it("neither a volume nor a policy that is not there can be assigned", async () => {
  const { id } = await volume();
  const refused = [
    await post("/volumeBackupPolicyAssignments", { assetId: "ocid1.volume.oc1..x", policyId: BRONZE }),
    await post("/volumeBackupPolicyAssignments", { assetId: id, policyId: "ocid1.volumebackuppolicy.oc1..x" }),
    await post("/volumes", { availabilityDomain: domain, backupPolicyId: "ocid1.volumebackuppolicy.oc1..x" }),
    await api.call("GET", `${CORE}/volumeBackupPolicyAssignments`),
  ];
  expect(refused.map(({ status }) => status)).toEqual([404, 404, 404, 400]);
  expect(api.store.state.oci.volumes).toHaveLength(1);
});
