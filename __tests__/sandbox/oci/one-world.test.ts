/** Every resource type of the stacks: what the stand-in makes is seen by the API, and the other way round. */
import { GLOBAL_SCHEMA } from "../../../sandbox/oci/model/global-capability-schema.ts";
import { ociProvider } from "../../../sandbox/oci/index.ts";
import type { Attributes } from "../../../sandbox/plugin/resource.ts";
import type { Values } from "../../../sandbox/plugin/value.ts";
import { type Api, ociApi } from "./client.ts";
import { idOf, type Tenancy, tenancy } from "./tenancy.ts";

let api: Api;
let to: Tenancy;
let root: string;

beforeEach(async () => {
  api = await ociApi();
  to = await tenancy("always-free", { region: "eu-frankfurt-1" }, api.store);
  root = to.root;
});

afterEach(async () => {
  expect(api.said).toEqual([]);
  await api.end();
});

const CORE = "/20160918";
const DOMAIN = "Uocm:EU-FRANKFURT-1-AD-1";
const A1 = "VM.Standard.A1.Flex";
const SET = { name: "api", policy: "FIVE_TUPLE" };
const USER_DATA = Buffer.from("#cloud-config\n{}").toString("base64");

const UEFI = { descriptorType: "enumstring", source: "IMAGE", values: ["UEFI_64"], defaultValue: "UEFI_64" };

/** Ids by type, of what has been made so far. */
type Ids = Readonly<Record<string, string>>;

interface Kind {
  readonly type: string;
  readonly config: (ids: Ids) => Attributes;
  /** Where the API makes it, and of what. @default - it comes with its VCN */
  readonly create?: (ids: Ids) => readonly [method: "POST" | "PUT", path: string, body: object];
  /** What the API shows of it. */
  readonly path: (ids: Ids) => string;
  /** Its import id, where that is not what the API gave as id. */
  readonly importId?: (ids: Ids, id: string) => string;
}

const last = (id: string | undefined): string => (id ?? "").split("/").at(-1) ?? "";
const nlb = ({ oci_network_load_balancer_network_load_balancer: id }: Ids): string => id ?? "";

/** In the order in which they can be made. */
const KINDS: readonly Kind[] = [
  {
    type: "oci_identity_compartment",
    config: () => ({ compartment_id: root, name: "lab", description: "A lab", enable_delete: true }),
    create: () => ["POST", `${CORE}/compartments`, { compartmentId: root, name: "lab", description: "A lab" }],
    path: (ids) => `${CORE}/compartments/${ids.oci_identity_compartment}`,
  },
  {
    type: "oci_core_vcn",
    config: () => ({ compartment_id: root, cidr_blocks: ["10.0.0.0/16"], dns_label: "lab" }),
    create: () => ["POST", `${CORE}/vcns`, { compartmentId: root, cidrBlocks: ["10.0.0.0/16"], dnsLabel: "lab" }],
    path: (ids) => `${CORE}/vcns/${ids.oci_core_vcn}`,
  },
  {
    type: "oci_core_default_security_list",
    config: () => ({ manage_default_resource_id: to.oci.vcns[0]?.defaultSecurityListId ?? "" }),
    path: () => `${CORE}/securityLists/${to.oci.vcns[0]?.defaultSecurityListId}`,
    importId: () => to.oci.vcns[0]?.defaultSecurityListId ?? "",
  },
  {
    type: "oci_core_internet_gateway",
    config: ({ oci_core_vcn = "" }) => ({ compartment_id: root, vcn_id: oci_core_vcn }),
    create: ({ oci_core_vcn }) => [
      "POST",
      `${CORE}/internetGateways`,
      { compartmentId: root, vcnId: oci_core_vcn, isEnabled: true },
    ],
    path: (ids) => `${CORE}/internetGateways/${ids.oci_core_internet_gateway}`,
  },
  {
    type: "oci_core_route_table",
    config: ({ oci_core_vcn = "", oci_core_internet_gateway = "" }) => ({
      compartment_id: root,
      vcn_id: oci_core_vcn,
      route_rules: [{ destination: "0.0.0.0/0", network_entity_id: oci_core_internet_gateway }],
    }),
    create: ({ oci_core_vcn, oci_core_internet_gateway }) => [
      "POST",
      `${CORE}/routeTables`,
      {
        compartmentId: root,
        vcnId: oci_core_vcn,
        routeRules: [{ destination: "0.0.0.0/0", networkEntityId: oci_core_internet_gateway }],
      },
    ],
    path: (ids) => `${CORE}/routeTables/${ids.oci_core_route_table}`,
  },
  {
    type: "oci_core_subnet",
    config: ({ oci_core_vcn = "" }) => ({ compartment_id: root, vcn_id: oci_core_vcn, cidr_block: "10.0.0.0/24" }),
    create: ({ oci_core_vcn }) => [
      "POST",
      `${CORE}/subnets`,
      { compartmentId: root, vcnId: oci_core_vcn, cidrBlock: "10.0.0.0/24" },
    ],
    path: (ids) => `${CORE}/subnets/${ids.oci_core_subnet}`,
  },
  {
    type: "oci_core_network_security_group",
    config: ({ oci_core_vcn = "" }) => ({ compartment_id: root, vcn_id: oci_core_vcn }),
    create: ({ oci_core_vcn }) => [
      "POST",
      `${CORE}/networkSecurityGroups`,
      { compartmentId: root, vcnId: oci_core_vcn },
    ],
    path: (ids) => `${CORE}/networkSecurityGroups/${ids.oci_core_network_security_group}`,
  },
  {
    type: "oci_core_network_security_group_security_rule",
    config: ({ oci_core_network_security_group: id = "" }) => ({
      network_security_group_id: id,
      direction: "EGRESS",
      protocol: "all",
      destination: "0.0.0.0/0",
    }),
    create: ({ oci_core_network_security_group: id }) => [
      "POST",
      `${CORE}/networkSecurityGroups/${id}/actions/addSecurityRules`,
      { securityRules: [{ direction: "EGRESS", protocol: "all", destination: "0.0.0.0/0" }] },
    ],
    path: (ids) => `${CORE}/networkSecurityGroups/${ids.oci_core_network_security_group}/securityRules`,
    importId: ({ oci_core_network_security_group: id }) =>
      `networkSecurityGroups/${id}/securityRules/${to.oci.networkSecurityGroups[0]?.rules[0]?.id}`,
  },
  {
    type: "oci_core_image",
    config: () => ({
      compartment_id: root,
      image_source_details: [
        {
          source_type: "objectStorageTuple",
          namespace_name: to.oci.namespace,
          bucket_name: "lab",
          object_name: "pve.oci",
        },
      ],
    }),
    create: () => [
      "POST",
      `${CORE}/images`,
      {
        compartmentId: root,
        imageSourceDetails: {
          sourceType: "objectStorageTuple",
          namespaceName: to.oci.namespace,
          bucketName: "lab",
          objectName: "pve.oci",
        },
      },
    ],
    path: (ids) => `${CORE}/images/${ids.oci_core_image}`,
  },
  {
    type: "oci_core_shape_management",
    config: ({ oci_core_image = "" }) => ({ compartment_id: root, image_id: oci_core_image, shape_name: A1 }),
    create: ({ oci_core_image }) => ["PUT", `${CORE}/images/${oci_core_image}/shapes/${A1}`, {}],
    path: (ids) => `${CORE}/images/${ids.oci_core_image}/shapes/${A1}`,
    importId: ({ oci_core_image }) => `c/${root}/i/${oci_core_image}/s/${A1}`,
  },
  {
    type: "oci_core_compute_image_capability_schema",
    config: ({ oci_core_image = "" }) => ({
      compartment_id: root,
      compute_global_image_capability_schema_version_name: GLOBAL_SCHEMA.version,
      image_id: oci_core_image,
      schema_data: { "Compute.Firmware": JSON.stringify(UEFI) },
    }),
    create: ({ oci_core_image }) => [
      "POST",
      `${CORE}/computeImageCapabilitySchemas`,
      {
        compartmentId: root,
        computeGlobalImageCapabilitySchemaVersionName: GLOBAL_SCHEMA.version,
        imageId: oci_core_image,
        schemaData: { "Compute.Firmware": UEFI },
      },
    ],
    path: (ids) => `${CORE}/computeImageCapabilitySchemas/${ids.oci_core_compute_image_capability_schema}`,
  },
  {
    type: "oci_core_instance",
    config: ({ oci_core_subnet = "", oci_core_image = "" }) => ({
      compartment_id: root,
      availability_domain: DOMAIN,
      shape: A1,
      shape_config: [{ ocpus: 1, memory_in_gbs: 6 }],
      source_details: [{ source_type: "image", source_id: oci_core_image }],
      create_vnic_details: [{ subnet_id: oci_core_subnet }],
      metadata: { user_data: USER_DATA },
    }),
    create: ({ oci_core_subnet, oci_core_image }) => [
      "POST",
      `${CORE}/instances`,
      {
        compartmentId: root,
        availabilityDomain: DOMAIN,
        shape: A1,
        shapeConfig: { ocpus: 1, memoryInGBs: 6 },
        sourceDetails: { sourceType: "image", imageId: oci_core_image },
        createVnicDetails: { subnetId: oci_core_subnet },
        metadata: { user_data: USER_DATA },
      },
    ],
    path: (ids) => `${CORE}/instances/${ids.oci_core_instance}`,
  },
  {
    type: "oci_network_load_balancer_network_load_balancer",
    config: ({ oci_core_subnet = "" }) => ({ compartment_id: root, display_name: "api", subnet_id: oci_core_subnet }),
    create: ({ oci_core_subnet }) => [
      "POST",
      "/20200501/networkLoadBalancers",
      { compartmentId: root, displayName: "api", subnetId: oci_core_subnet },
    ],
    path: (ids) => `/20200501/networkLoadBalancers/${nlb(ids)}`,
  },
  {
    type: "oci_network_load_balancer_backend_set",
    config: (ids) => ({ network_load_balancer_id: nlb(ids), ...SET, health_checker: [{ protocol: "TCP" }] }),
    create: (ids) => [
      "POST",
      `/20200501/networkLoadBalancers/${nlb(ids)}/backendSets`,
      { ...SET, healthChecker: { protocol: "TCP" } },
    ],
    path: (ids) => `/20200501/networkLoadBalancers/${nlb(ids)}/backendSets/api`,
    importId: (ids) => `networkLoadBalancers/${nlb(ids)}/backendSets/api`,
  },
  {
    type: "oci_network_load_balancer_backend",
    config: (ids) => ({
      network_load_balancer_id: nlb(ids),
      backend_set_name: "api",
      name: "one",
      ip_address: "10.0.0.9",
      port: 6443,
    }),
    create: (ids) => [
      "POST",
      `/20200501/networkLoadBalancers/${nlb(ids)}/backendSets/api/backends`,
      { name: "one", ipAddress: "10.0.0.9", port: 6443 },
    ],
    path: (ids) => `/20200501/networkLoadBalancers/${nlb(ids)}/backendSets/api/backends/one`,
    importId: (ids) => `networkLoadBalancers/${nlb(ids)}/backendSets/api/backends/one`,
  },
  {
    type: "oci_network_load_balancer_listener",
    config: (ids) => ({
      network_load_balancer_id: nlb(ids),
      name: "api",
      default_backend_set_name: "api",
      protocol: "TCP",
      port: 6443,
    }),
    create: (ids) => [
      "POST",
      `/20200501/networkLoadBalancers/${nlb(ids)}/listeners`,
      { name: "api", defaultBackendSetName: "api", protocol: "TCP", port: 6443 },
    ],
    path: (ids) => `/20200501/networkLoadBalancers/${nlb(ids)}/listeners/api`,
    importId: (ids) => `networkLoadBalancers/${nlb(ids)}/listeners/api`,
  },
  {
    type: "oci_budget_budget",
    config: () => ({
      compartment_id: root,
      amount: 1,
      reset_period: "MONTHLY",
      target_type: "COMPARTMENT",
      targets: [root],
    }),
    create: () => [
      "POST",
      "/20190111/budgets",
      { compartmentId: root, amount: 1, resetPeriod: "MONTHLY", targetType: "COMPARTMENT", targets: [root] },
    ],
    path: (ids) => `/20190111/budgets/${ids.oci_budget_budget}`,
  },
  {
    type: "oci_budget_alert_rule",
    config: ({ oci_budget_budget = "" }) => ({
      budget_id: oci_budget_budget,
      type: "ACTUAL",
      threshold: 1,
      threshold_type: "PERCENTAGE",
    }),
    create: ({ oci_budget_budget }) => [
      "POST",
      `/20190111/budgets/${oci_budget_budget}/alertRules`,
      { type: "ACTUAL", threshold: 1, thresholdType: "PERCENTAGE" },
    ],
    path: (ids) => `/20190111/budgets/${ids.oci_budget_budget}/alertRules/${last(ids.oci_budget_alert_rule)}`,
    importId: ({ oci_budget_budget }, id) => `budgets/${oci_budget_budget}/alertRules/${id}`,
  },
  {
    type: "oci_limits_quota",
    config: () => ({
      compartment_id: root,
      name: "lab",
      description: "Nothing else",
      statements: ["zero compute-core quotas in tenancy"],
    }),
    create: () => [
      "POST",
      "/20181025/quotas",
      {
        compartmentId: root,
        name: "lab",
        description: "Nothing else",
        statements: ["zero compute-core quotas in tenancy"],
      },
    ],
    path: (ids) => `/20181025/quotas/${ids.oci_limits_quota}`,
  },
];

/** What both say in the same words. */
const SAME = { display_name: "displayName", name: "name", shape: "shape", direction: "direction", port: "port" };

function expectSame(type: string, state: Values, shown: Readonly<Record<string, unknown>>): void {
  for (const [attribute, field] of Object.entries(SAME))
    if (state[attribute] !== undefined && state[attribute] !== null && type !== "oci_core_shape_management")
      expect([type, field, shown[field]]).toEqual([type, field, state[attribute]]);
}

it("the types here are all that there are", () => {
  expect(KINDS.map(({ type }) => type).toSorted()).toEqual(Object.keys(ociProvider.resources).toSorted());
});

it("the API shows and deletes what the stand-in made", async () => {
  const ids: Record<string, string> = {};
  const states: Record<string, Values> = {};
  for (const { type, config, path } of KINDS) {
    const state = (states[type] = await to.apply(type, config(ids)));
    ids[type] = idOf(state);
    const { status, body } = await api.call("GET", path(ids));
    expect([type, status]).toEqual([type, 200]);
    expectSame(type, state, Array.isArray(body) ? body[0] : body);
  }
  for (const { type, path } of KINDS.toReversed()) {
    // These are no objects of their own: one is emptied, the other removed by its group.
    if (type === "oci_core_default_security_list" || type === "oci_core_network_security_group_security_rule") continue;
    const { status } = await api.call("DELETE", path(ids));
    expect([type, status < 300]).toEqual([type, true]);
    expect([type, await to.read(type, states[type] ?? {})]).toEqual([type, null]);
  }
});

it("the stand-in reads and deletes what the API made", async () => {
  const ids: Record<string, string> = {};
  const states: Record<string, Values> = {};
  for (const { type, create, path, importId } of KINDS) {
    if (create) {
      const [method, target, body] = create(ids);
      const answer = await api.call(method, target, body);
      expect([type, answer.status < 300]).toEqual([type, true]);
      ids[type] = answer.body?.id ?? "";
    }
    const id = importId?.(ids, ids[type] ?? "") ?? ids[type] ?? "";
    // The provider has no import of these.
    const isRead = type === "oci_core_shape_management";
    const state = (states[type] = isRead ? ((await to.read(type, { id })) ?? {}) : await to.importState(type, id));
    const { body } = await api.call("GET", path(ids));
    expectSame(type, state, Array.isArray(body) ? body[0] : body);
  }
  for (const { type, path } of KINDS.toReversed()) {
    const state = states[type] ?? {};
    await to.destroy(type, type === "oci_identity_compartment" ? { ...state, enable_delete: true } : state);
    if (type === "oci_core_default_security_list" || type === "oci_core_network_security_group_security_rule") continue;
    api.turnClock(2000);
    const { status, body } = await api.call("GET", path(ids));
    // A compartment is told of long after it was deleted.
    const there = type === "oci_identity_compartment" ? [200, "DELETING"] : [404, undefined];
    expect([type, status, status === 200 ? body.lifecycleState : undefined]).toEqual([type, ...there]);
  }
});
