/** What the arguments of resources lead to: a network, a host, a load balancer, a budget, an image of one's own. */
import { accepted, type Answered, type Api } from "../client.ts";

export const CORE = "/20160918";
export const BALANCERS = "/20200501/networkLoadBalancers";
export const BUDGETS = "/20190111/budgets";

/** Ids by what they are of. */
export interface Made {
  readonly root: string;
  readonly domain: string;
  readonly namespace: string;
  readonly bucket: string;
  readonly vcn: string;
  readonly table: string;
  readonly list: string;
  readonly dhcp: string;
  readonly subnet: string;
  readonly network6: string;
  readonly group: string;
  readonly service: string;
  readonly platformImage: string;
  readonly image: string;
  readonly bareImage: string;
  readonly schemaVersion: string;
  readonly instance: string;
  readonly configuration: string;
  readonly vnic: string;
  readonly privateIp: string;
  readonly reservedIp: string;
  readonly reservedAddress: string;
  readonly volume: string;
  readonly otherVolume: string;
  readonly balancer: string;
  readonly budget: string;
  readonly user: string;
  readonly userGroup: string;
}

export async function argumentWorld(api: Api): Promise<Made> {
  const { tenancyId: root, namespace } = api.store.state.oci;

  const post = (path: string, body: object): Promise<Answered["body"]> =>
    accepted(api.call("POST", path, { compartmentId: root, ...body }));
  const get = async (path: string): Promise<Answered["body"]> => (await api.call("GET", path)).body;

  const [{ name: domain }] = await get(`${CORE}/availabilityDomains?compartmentId=${root}`);
  const vcn = await post(`${CORE}/vcns`, { cidrBlocks: ["10.0.0.0/16"], dnsLabel: "lab", isIpv6Enabled: true });
  const networks = { cidrBlock: "10.0.0.0/24", ipv6CidrBlock: vcn.ipv6CidrBlocks[0].replace("/56", "/64") };
  const subnet = await post(`${CORE}/subnets`, { vcnId: vcn.id, ...networks, dnsLabel: "hosts" });
  const group = await post(`${CORE}/networkSecurityGroups`, { vcnId: vcn.id });
  const list = await post(`${CORE}/securityLists`, { vcnId: vcn.id });
  const [platform] = await get(`${CORE}/images?compartmentId=${root}&shape=VM.Standard.A1.Flex`);
  const source = { sourceType: "objectStorageTuple", namespaceName: namespace, bucketName: "elsewhere" };
  const image = await post(`${CORE}/images`, { imageSourceDetails: { ...source, objectName: "lab.oci" } });
  const bareImage = await post(`${CORE}/images`, { imageSourceDetails: { ...source, objectName: "lab.qcow2" } });
  const [globalSchema] = await get(`${CORE}/computeGlobalImageCapabilitySchemas`);
  const instance = await post(`${CORE}/instances`, {
    availabilityDomain: domain,
    shape: "VM.Standard.A1.Flex",
    shapeConfig: { ocpus: 1 },
    sourceDetails: { sourceType: "image", imageId: platform.id },
    createVnicDetails: { subnetId: subnet.id, assignPublicIp: false },
  });
  const launchDetails = {
    shape: "VM.Standard.A1.Flex",
    shapeConfig: { ocpus: 1 },
    sourceDetails: { sourceType: "image", imageId: platform.id },
  };
  const configuration = await post(`${CORE}/instanceConfigurations`, {
    instanceDetails: { instanceType: "compute", launchDetails },
  });
  const [{ vnicId: vnic }] = await get(`${CORE}/vnicAttachments?compartmentId=${root}&instanceId=${instance.id}`);
  const [{ id: privateIp }] = await get(`${CORE}/privateIps?vnicId=${vnic}`);
  const [service] = await get(`${CORE}/services`);
  const reservedIp = await post(`${CORE}/publicIps`, { lifetime: "RESERVED" });
  const volume = await post(`${CORE}/volumes`, { availabilityDomain: domain });
  const otherVolume = await post(`${CORE}/volumes`, { availabilityDomain: domain });
  const balancer = await post(BALANCERS, { displayName: "api", subnetId: subnet.id });
  const checker = { protocol: "TCP", port: 6443 };
  await post(`${BALANCERS}/${balancer.id}/backendSets`, { name: "api", policy: "FIVE_TUPLE", healthChecker: checker });
  const budget = await post(BUDGETS, { amount: 1, resetPeriod: "MONTHLY", targetType: "COMPARTMENT", targets: [root] });
  const userGroup = await post(`${CORE}/groups`, { name: "members", description: "" });
  await post(`/n/${namespace}/b`, { name: "a-bucket-of-objects" });
  return {
    root,
    domain,
    namespace,
    vnic,
    privateIp,
    bucket: "a-bucket-of-objects",
    vcn: vcn.id,
    table: vcn.defaultRouteTableId,
    dhcp: vcn.defaultDhcpOptionsId,
    subnet: subnet.id,
    network6: subnet.ipv6CidrBlock,
    group: group.id,
    service: service.id,
    list: list.id,
    platformImage: platform.id,
    image: image.id,
    bareImage: bareImage.id,
    schemaVersion: globalSchema.currentVersionName,
    instance: instance.id,
    configuration: configuration.id,
    reservedIp: reservedIp.id,
    reservedAddress: reservedIp.ipAddress,
    volume: volume.id,
    otherVolume: otherVolume.id,
    balancer: balancer.id,
    budget: budget.id,
    user: api.store.state.oci.apiKey?.userId ?? "",
    userGroup: userGroup.id,
  };
}
