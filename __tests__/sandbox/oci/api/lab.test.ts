/** A lab made call by call, as the real provider makes it. */
import { parseFault } from "../../../../sandbox/faults/spec.ts";
import { accepted, type Answered, type Api, ociApi } from "../client.ts";
import { host, hostImage, network, tenancy } from "../tenancy.ts";

let api: Api;
let root: string;
let domain: string;

beforeEach(async () => {
  api = await ociApi();
  root = api.store.state.oci.tenancyId;
  const { body } = await api.call("GET", `/20160918/availabilityDomains?compartmentId=${root}`);
  domain = body[0].name;
});

afterEach(async () => {
  expect(api.said).toEqual([]);
  await api.end();
});

function post(path: string, body: object): Promise<Answered["body"]> {
  return accepted(api.call("POST", path, { compartmentId: root, ...body }));
}

async function get(path: string): Promise<Answered["body"]> {
  return (await api.call("GET", path)).body;
}

async function madeNetwork() {
  const vcn = await post("/20160918/vcns", { cidrBlocks: ["10.0.0.0/16"], dnsLabel: "lab" });
  const gateway = await post("/20160918/internetGateways", { vcnId: vcn.id, isEnabled: true });
  const table = await post("/20160918/routeTables", {
    vcnId: vcn.id,
    routeRules: [{ destination: "0.0.0.0/0", destinationType: "CIDR_BLOCK", networkEntityId: gateway.id }],
  });
  const subnet = await post("/20160918/subnets", {
    vcnId: vcn.id,
    cidrBlock: "10.0.0.0/24",
    dnsLabel: "hosts",
    routeTableId: table.id,
    securityListIds: [vcn.defaultSecurityListId],
  });
  const group = await post("/20160918/networkSecurityGroups", { vcnId: vcn.id, displayName: "hosts" });
  return { vcn, gateway, table, subnet, group };
}

async function madeImage(): Promise<string> {
  const { id } = await post("/20160918/images", {
    imageSourceDetails: {
      sourceType: "objectStorageTuple",
      namespaceName: api.store.state.oci.namespace,
      bucketName: "lab",
      objectName: "proxmox-ampere-abc.oci",
      operatingSystem: "Debian",
    },
  });
  await api.call("PUT", `/20160918/images/${id}/shapes/VM.Standard.A1.Flex`, {});
  return id;
}

function launch(subnetId: string, imageId: string, more: object = {}) {
  return {
    availabilityDomain: domain,
    displayName: "pve-1",
    shape: "VM.Standard.A1.Flex",
    shapeConfig: { ocpus: 1, memoryInGBs: 6 },
    sourceDetails: { sourceType: "image", imageId, bootVolumeSizeInGBs: 75 },
    createVnicDetails: { subnetId, assignPublicIp: true, privateIp: "10.0.0.11", hostnameLabel: "pve-1" },
    instanceOptions: { areLegacyImdsEndpointsDisabled: true },
    metadata: { user_data: Buffer.from("#cloud-config\n{}").toString("base64") },
    ...more,
  };
}

async function madeInstance() {
  const net = await madeNetwork();
  const imageId = await madeImage();
  return { ...net, imageId, instance: await post("/20160918/instances/", launch(net.subnet.id, imageId)) };
}

describe("an instance", () => {
  it("is launched, on its way for a while, and runs then", async () => {
    const { instance } = await madeInstance();
    expect(instance.lifecycleState).toBe("PROVISIONING");
    api.turnClock(1000);
    expect(await get(`/20160918/instances/${instance.id}`)).toMatchObject({
      lifecycleState: "RUNNING",
      shapeConfig: { ocpus: 1, memoryInGBs: 6, vcpus: 1 },
      sourceDetails: { sourceType: "image", bootVolumeSizeInGBs: 75 },
      instanceOptions: { areLegacyImdsEndpointsDisabled: true },
      launchOptions: { firmware: "UEFI_64", networkType: "PARAVIRTUALIZED" },
      systemTags: { "orcl-cloud": { "free-tier-retained": "true" } },
    });
  });

  it("has its VNIC, addresses and boot volume where the provider looks for them", async () => {
    const { instance, subnet } = await madeInstance();
    const of = `compartmentId=${root}&instanceId=${instance.id}`;
    const [attachment] = await get(`/20160918/vnicAttachments/?${of}`);
    const vnic = await get(`/20160918/vnics/${attachment.vnicId}`);
    expect(vnic).toMatchObject({
      privateIp: "10.0.0.11",
      subnetId: subnet.id,
      isPrimary: true,
      hostnameLabel: "pve-1",
    });
    expect(vnic.publicIp).toMatch(/^192\.0\.2\./);
    const [address] = await get(`/20160918/privateIps?vnicId=${vnic.id}`);
    expect(address).toMatchObject({ ipAddress: "10.0.0.11", isPrimary: true });
    const byAddress = await post("/20160918/publicIps/actions/getByIpAddress", { ipAddress: vnic.publicIp });
    expect(byAddress).toMatchObject({ lifetime: "EPHEMERAL", assignedEntityId: address.id });
    const [boot] = await get(`/20160918/bootVolumeAttachments?${of}&availabilityDomain=${encodeURIComponent(domain)}`);
    expect(await get(`/20160918/bootVolumes/${boot.bootVolumeId}`)).toMatchObject({ sizeInGBs: 75 });
  });

  it("is stopped and started", async () => {
    const { instance } = await madeInstance();
    api.turnClock(1000);
    const path = `/20160918/instances/${instance.id}`;
    expect((await api.call("POST", `${path}?action=STOP`)).body.lifecycleState).toBe("STOPPING");
    expect((await api.call("POST", `${path}?action=START`)).body.code).toBe("IncorrectState");
    api.turnClock(1000);
    expect((await get(path)).lifecycleState).toBe("STOPPED");
    expect((await api.call("POST", `${path}?action=START`)).body.lifecycleState).toBe("STARTING");
    expect((await api.call("POST", `${path}?action=DANCE`)).body.code).toBe("InvalidParameter");
  });

  it("keeps what a change does not say", async () => {
    const { instance } = await madeInstance();
    const path = `/20160918/instances/${instance.id}`;
    await api.call("PUT", path, { displayName: "pve-one", shapeConfig: { ocpus: 2 } });
    expect(await get(path)).toMatchObject({
      displayName: "pve-one",
      shapeConfig: { ocpus: 2, memoryInGBs: 6 },
      sourceDetails: { bootVolumeSizeInGBs: 75 },
      instanceOptions: { areLegacyImdsEndpointsDisabled: true },
    });
  });

  it("is terminated by a work request, which load balancers do not list", async () => {
    const { instance } = await madeInstance();
    const { headers } = await api.call("DELETE", `/20160918/instances/${instance.id}`);
    api.turnClock(1000);
    expect(await get(`/20160918/workRequests/${headers.get("opc-work-request-id")}`)).toMatchObject({
      operationType: "TerminateInstance",
      status: "SUCCEEDED",
      resources: [{ entityType: "instance", actionType: "DELETED", identifier: instance.id }],
    });
    expect(await get(`/20200501/workRequests?compartmentId=${root}`)).toEqual({ items: [] });
  });

  it("is terminated, and shown as such for a while", async () => {
    const { instance } = await madeInstance();
    const path = `/20160918/instances/${instance.id}`;
    expect((await api.call("DELETE", path)).status).toBe(204);
    expect((await get(path)).lifecycleState).toBe("TERMINATING");
    api.turnClock(1000);
    expect((await get(path)).lifecycleState).toBe("TERMINATED");
    expect(await get(`/20160918/instances?compartmentId=${root}`)).toMatchObject([{ lifecycleState: "TERMINATED" }]);
    expect(api.store.state.oci.instances).toEqual([]);
    api.turnClock(2 * 60 * 60 * 1000);
  });

  it.each([
    ["more than the account may have", { shapeConfig: { ocpus: 3, memoryInGBs: 18 } }, 400, "LimitExceeded"],
    ["a shape that there is not", { shape: "VM.Standard9.Flex" }, 400, "InvalidParameter"],
    ["too small a boot volume", { sourceDetails: { imageId: "?", bootVolumeSizeInGBs: 40 } }, 400, "InvalidParameter"],
  ])("is refused with %s", async (_, more, status, code) => {
    const net = await madeNetwork();
    const imageId = await madeImage();
    const details = "sourceDetails" in more ? { sourceDetails: { ...more.sourceDetails, imageId } } : more;
    const body = { compartmentId: root, ...launch(net.subnet.id, imageId, details) };
    const answer = await api.call("POST", "/20160918/instances/", body);
    expect([answer.status, answer.body.code]).toEqual([status, code]);
  });

  it("finds no capacity where the place is full, and a report says so before", async () => {
    const net = await madeNetwork();
    const imageId = await madeImage();
    const full = (id: number) => ({
      id,
      spec: parseFault({ what: "capacity", faultDomain: `FAULT-DOMAIN-${id}` }),
      seen: 0,
      hits: 0,
    });
    api.store.state.faults = { lastId: 2, active: [full(1), full(2)] };
    const ask = (faultDomain: string) => ({
      instanceShape: "VM.Standard.A1.Flex",
      faultDomain,
      instanceShapeConfig: { ocpus: 1, memoryInGBs: 6 },
    });
    const report = await post("/20160918/computeCapacityReports", {
      availabilityDomain: domain,
      shapeAvailabilities: [ask("FAULT-DOMAIN-1"), ask("FAULT-DOMAIN-3")],
    });
    expect(report.shapeAvailabilities).toMatchObject([
      { availabilityStatus: "OUT_OF_HOST_CAPACITY" },
      { availabilityStatus: "AVAILABLE" },
    ]);
    const wanted = launch(net.subnet.id, imageId, { faultDomain: "FAULT-DOMAIN-1" });
    const refused = await api.call("POST", "/20160918/instances/", { compartmentId: root, ...wanted });
    expect([refused.status, refused.body]).toEqual([500, { code: "InternalError", message: "Out of host capacity." }]);
    const placed = await post("/20160918/instances/", launch(net.subnet.id, imageId));
    expect(placed.faultDomain).toBe("FAULT-DOMAIN-3");
  });
});

describe("an image", () => {
  const details = (objectName: string) => ({
    compartmentId: root,
    imageSourceDetails: {
      sourceType: "objectStorageTuple",
      namespaceName: api.store.state.oci.namespace,
      bucketName: "lab",
      objectName,
    },
  });

  it("is imported by a work request", async () => {
    const made = await api.call("POST", "/20160918/images", details("a.oci"));
    const work = `/20160918/workRequests/${made.headers.get("opc-work-request-id")}`;
    api.turnClock(1000);
    expect(await get(work)).toMatchObject({ status: "SUCCEEDED", resources: [{ identifier: made.body.id }] });
  });

  it("boots on the shapes that were added to it", async () => {
    const id = await madeImage();
    const shapes = await get(`/20160918/shapes?compartmentId=${root}&imageId=${id}`);
    const a1 = { shape: "VM.Standard.A1.Flex", ocpuOptions: { min: 1, max: 80 } };
    // Each availability domain lists it.
    expect(shapes).toMatchObject([a1, a1, a1]);
    await api.call("DELETE", `/20160918/images/${id}/shapes/VM.Standard.A1.Flex`);
    expect((await api.call("GET", `/20160918/images/${id}/shapes/VM.Standard.A1.Flex`)).status).toBe(404);
  });

  it("is narrowed by a schema of its own, of capabilities that there are", async () => {
    const [global] = await get(`/20160918/computeGlobalImageCapabilitySchemas?compartmentId=${root}`);
    const firmware = { descriptorType: "enumstring", source: "IMAGE", values: ["UEFI_64"], defaultValue: "UEFI_64" };
    const schema = (schemaData: object) => ({
      computeGlobalImageCapabilitySchemaVersionName: global.currentVersionName,
      schemaData,
    });
    const imageId = await madeImage();
    const of = { compartmentId: root, imageId };
    const made = await post("/20160918/computeImageCapabilitySchemas", {
      ...of,
      ...schema({ "Compute.Firmware": firmware }),
    });
    expect(await get(`/20160918/computeImageCapabilitySchemas/${made.id}`)).toMatchObject({
      imageId,
      schemaData: { "Compute.Firmware": firmware },
    });
    const strange = { ...of, ...schema({ "Compute.Magic": firmware }) };
    const path = "/20160918/computeImageCapabilitySchemas";
    await api.call("DELETE", `${path}/${made.id}`);
    expect((await api.call("POST", path, strange)).body.code).toBe("InvalidParameter");
  });
});

describe("what something depends on", () => {
  it.each([
    ["a VCN with subnets", ({ vcn }: Made) => `/20160918/vcns/${vcn.id}`],
    ["a subnet with a VNIC", ({ subnet }: Made) => `/20160918/subnets/${subnet.id}`],
    ["a gateway with a route", ({ gateway }: Made) => `/20160918/internetGateways/${gateway.id}`],
    ["a route table of a subnet", ({ table }: Made) => `/20160918/routeTables/${table.id}`],
    ["a VCN's own security list", ({ vcn }: Made) => `/20160918/securityLists/${vcn.defaultSecurityListId}`],
  ])("is not deleted: %s", async (_, path) => {
    const made = await madeInstance();
    const answer = await api.call("DELETE", path(made));
    expect([answer.status, answer.body.code]).toEqual([409, "Conflict"]);
  });
});
type Made = Awaited<ReturnType<typeof madeInstance>>;

describe("security rules", () => {
  const tcp = (min: number) => ({
    direction: "INGRESS",
    protocol: "6",
    source: "203.0.113.0/24",
    sourceType: "CIDR_BLOCK",
    isStateless: false,
    tcpOptions: { destinationPortRange: { min, max: min } },
  });

  it("of a group are added, changed and removed", async () => {
    const { group } = await madeNetwork();
    const path = `/20160918/networkSecurityGroups/${group.id}`;
    const added = await post(`${path}/actions/addSecurityRules`, { securityRules: [tcp(22), tcp(6443)] });
    expect(added.securityRules).toMatchObject([{ isValid: true, ...tcp(22) }, tcp(6443)]);
    const [first, second] = added.securityRules;
    await post(`${path}/actions/updateSecurityRules`, { securityRules: [{ ...tcp(2222), id: first.id }] });
    await post(`${path}/actions/removeSecurityRules`, { securityRuleIds: [second.id] });
    expect(await get(`${path}/securityRules`)).toMatchObject([{ ...tcp(2222), id: first.id }]);
  });

  it("of a group are added all or none", async () => {
    const { group } = await madeNetwork();
    const path = `/20160918/networkSecurityGroups/${group.id}`;
    const { status } = await api.call("POST", `${path}/actions/addSecurityRules`, {
      securityRules: [tcp(22), tcp(70_000)],
    });
    expect(status).toBe(400);
    expect(await get(`${path}/securityRules`)).toEqual([]);
  });

  it("of a list are replaced", async () => {
    const { vcn } = await madeNetwork();
    const path = `/20160918/securityLists/${vcn.defaultSecurityListId}`;
    const { direction: _, ...rule } = tcp(22);
    await api.call("PUT", path, { ingressSecurityRules: [rule] });
    const list = await get(path);
    expect(list.ingressSecurityRules).toMatchObject([rule]);
    expect(list.egressSecurityRules).toHaveLength(1);
  });
});

describe("a network load balancer", () => {
  it("is made of parts, each by a work request that ends", async () => {
    const { subnet, instance } = await madeInstance();
    const path = "/20200501/networkLoadBalancers";
    const body = { compartmentId: root, displayName: "api", subnetId: subnet.id };
    const made = await api.call("POST", path, body);
    const one = `${path}/${made.body.id}`;
    const work = (answer: Answered) => `/20200501/workRequests/${answer.headers.get("opc-work-request-id")}`;
    expect(await get(work(made))).toMatchObject({ status: "IN_PROGRESS" });
    api.turnClock(1000);
    expect(await get(work(made))).toMatchObject({
      status: "SUCCEEDED",
      resources: [{ entityType: "NetworkLoadBalancer", actionType: "CREATED", identifier: made.body.id }],
    });
    const set = {
      name: "api",
      policy: "FIVE_TUPLE",
      isPreserveSource: false,
      healthChecker: { protocol: "TCP", port: 6443 },
    };
    const sets = await api.call("POST", `${one}/backendSets`, set);
    const target = { name: "pve-1", targetId: instance.id, port: 6443 };
    await api.call("POST", `${one}/backendSets/api/backends`, target);
    const listener = { name: "api", defaultBackendSetName: "api", protocol: "TCP", port: 6443 };
    await api.call("POST", `${one}/listeners`, listener);
    expect(sets.status).toBe(202);
    expect(await get(one)).toMatchObject({
      lifecycleState: "ACTIVE",
      backendSets: { api: { ...set, backends: [{ ...target, ipAddress: "10.0.0.11" }] } },
      listeners: { api: listener },
    });
    expect(await get(`${one}/backendSets/api/backends`)).toMatchObject({ items: [target] });
    expect((await api.call("DELETE", `${one}/backendSets/api`)).body.code).toBe("Conflict");
    expect((await api.call("DELETE", one)).status).toBe(202);
    api.turnClock(1000);
    expect((await api.call("GET", one)).status).toBe(404);
  });

  it("joins other groups by a call of its own", async () => {
    const { vcn, subnet } = await madeNetwork();
    const group = await post("/20160918/networkSecurityGroups", { vcnId: vcn.id });
    const { id } = await post("/20200501/networkLoadBalancers", { displayName: "api", subnetId: subnet.id });
    const one = `/20200501/networkLoadBalancers/${id}`;
    const changed = await api.call("PUT", `${one}/networkSecurityGroups`, { networkSecurityGroupIds: [group.id] });
    const work = await get(`/20200501/workRequests/${changed.headers.get("opc-work-request-id")}`);
    expect([changed.status, work.operationType]).toEqual([202, "UPDATE_NSGS"]);
    expect((await get(one)).networkSecurityGroupIds).toEqual([group.id]);
  });
});

describe("volumes", () => {
  it("are attached, and not deleted then", async () => {
    const { instance } = await madeInstance();
    const volume = await post("/20160918/volumes", { availabilityDomain: domain, sizeInGBs: 50 });
    const attached = await post("/20160918/volumeAttachments", {
      type: "paravirtualized",
      instanceId: instance.id,
      volumeId: volume.id,
    });
    expect(attached).toMatchObject({ lifecycleState: "ATTACHING", attachmentType: "paravirtualized" });
    expect((await api.call("DELETE", `/20160918/volumes/${volume.id}`)).body.code).toBe("Conflict");
    await api.call("DELETE", `/20160918/volumeAttachments/${attached.id}`);
    expect((await api.call("DELETE", `/20160918/volumes/${volume.id}`)).status).toBe(204);
  });

  it("count with boot volumes: 200 GB in all", async () => {
    await madeInstance();
    const answer = await api.call("POST", "/20160918/volumes", {
      compartmentId: root,
      availabilityDomain: domain,
      sizeInGBs: 126,
    });
    expect([answer.status, answer.body.code]).toEqual([400, "LimitExceeded"]);
  });
});

describe("limits", () => {
  it("are told with what is left of them", async () => {
    await madeInstance();
    const values = await get(
      `/20190729/limitValues?compartmentId=${root}&serviceName=compute&name=standard-a1-core-count`,
    );
    expect(values).toContainEqual({
      name: "standard-a1-core-count",
      scopeType: "AD",
      availabilityDomain: domain,
      value: 2,
    });
    const left = await get(
      `/20190729/services/compute/limits/standard-a1-core-count/resourceAvailability?compartmentId=${root}` +
        `&availabilityDomain=${encodeURIComponent(domain)}`,
    );
    expect(left).toMatchObject({ used: 1, available: 1 });
  });
});

describe("the account's own", () => {
  it("compartments, budgets and quotas are made, changed and deleted", async () => {
    const compartment = await post("/20160918/compartments", { name: "lab", description: "A lab" });
    const twin = { compartmentId: root, name: "lab", description: "Another" };
    expect((await api.call("POST", "/20160918/compartments", twin)).status).toBe(409);
    const budget = await post("/20190111/budgets", {
      amount: 1,
      resetPeriod: "MONTHLY",
      targetType: "COMPARTMENT",
      targets: [compartment.id],
    });
    const rule = await post(`/20190111/budgets/${budget.id}/alertRules`, {
      type: "ACTUAL",
      threshold: 0.1,
      thresholdType: "ABSOLUTE",
    });
    await api.call("PUT", `/20190111/budgets/${budget.id}/alertRules/${rule.id}`, { threshold: 0.5 });
    expect(await get(`/20190111/budgets/${budget.id}/alertRules`)).toMatchObject([
      { threshold: 0.5, thresholdType: "ABSOLUTE", budgetId: budget.id },
    ]);
    const quota = await post("/20181025/quotas", {
      name: "lab",
      description: "Nothing else",
      statements: ["zero compute-core quotas in tenancy"],
    });
    for (const path of [`/20181025/quotas/${quota.id}`, `/20190111/budgets/${budget.id}`])
      expect((await api.call("DELETE", path)).status).toBe(204);
    const path = `/20160918/compartments/${compartment.id}`;
    expect((await api.call("DELETE", path)).status).toBe(204);
    const again = { compartmentId: root, name: "lab", description: "d" };
    expect(await api.call("POST", "/20160918/compartments", again)).toMatchObject({
      status: 409,
      body: { code: "CompartmentAlreadyExists" },
    });
    expect(await get(path)).toMatchObject({ lifecycleState: "DELETING", name: "lab" });
    expect(await get(`/20160918/compartments?compartmentId=${root}`)).toMatchObject([{ lifecycleState: "DELETING" }]);
    const { oci } = api.store.state;
    // The clock is not turned: signatures of another time are refused.
    oci.deletedCompartments = (oci.deletedCompartments ?? []).map((each) => ({
      ...each,
      deletedAt: "2026-01-01T00:00:00Z",
    }));
    expect(await get(path)).toMatchObject({ lifecycleState: "DELETED", name: expect.stringMatching(/^lab\.\w{8}$/) });
    expect((await api.call("POST", "/20160918/compartments", again)).status).toBe(200);
  });
});

describe("one world", () => {
  it("shows over the API what the stand-in made, and the other way round", async () => {
    const to = await tenancy("always-free", { region: "eu-frankfurt-1" }, api.store);
    const net = await network(to);
    const made = await to.apply("oci_core_instance", host(to, net, await hostImage(to)));
    expect(await get(`/20160918/instances/${String(made.id)}`)).toMatchObject({
      displayName: "pve-1",
      lifecycleState: "RUNNING",
    });
    await api.call("PUT", `/20160918/instances/${String(made.id)}`, { displayName: "renamed" });
    expect(await to.read("oci_core_instance", made)).toMatchObject({ display_name: "renamed" });
    await api.call("DELETE", `/20160918/instances/${String(made.id)}`);
    expect(await to.read("oci_core_instance", made)).toBeNull();
  });
});
