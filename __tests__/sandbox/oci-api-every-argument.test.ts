/** An argument that is taken is told again: what a create sets reads back as set, for every resource and all its arguments. */
import { ARGUMENTS } from "../../sandbox/oci/arguments.ts";
import { apiName } from "../../sandbox/oci/api/fields.ts";
import type { Attributes } from "../../sandbox/plugin/resource.ts";
import { everyArgument, type Said, schemas } from "./every-argument.ts";
import { type Answered, type Api, ociApi } from "./oci-api.ts";
import { emptyStore } from "./oci-tenancy.ts";

const CORE = "/20160918";
const tags = { freeform_tags: { team: "lab" }, defined_tags: { Operations: { CostCenter: "42" } } };
const unread = "the API takes it and tells it nowhere";
const providers = "the provider keeps it to itself";
const older = "the older name of another argument";

let api: Api;
/** What references lead to. */
let made: Readonly<Record<string, string>>;

async function post(path: string, body: object): Promise<Answered["body"]> {
  const answer = await api.call("POST", path, { compartmentId: api.store.state.oci.tenancyId, ...body });
  if (answer.status > 204) throw new Error(`${answer.status} ${answer.body.code}: ${answer.body.message}`);
  return answer.body;
}

async function get(path: string): Promise<Answered["body"]> {
  return (await api.call("GET", path)).body;
}

beforeAll(async () => {
  api = await ociApi(emptyStore("pay-as-you-go"));
  const root = api.store.state.oci.tenancyId;
  const [{ name: domain }] = await get(`${CORE}/availabilityDomains?compartmentId=${root}`);
  const vcn = await post(`${CORE}/vcns`, { cidrBlocks: ["10.0.0.0/16"], dnsLabel: "lab" });
  const subnet = await post(`${CORE}/subnets`, { vcnId: vcn.id, cidrBlock: "10.0.0.0/24", dnsLabel: "hosts" });
  const group = await post(`${CORE}/networkSecurityGroups`, { vcnId: vcn.id });
  const list = await post(`${CORE}/securityLists`, { vcnId: vcn.id });
  const [image] = await get(`${CORE}/images?compartmentId=${root}&shape=VM.Standard.A1.Flex`);
  const instance = await post(`${CORE}/instances`, {
    availabilityDomain: domain,
    shape: "VM.Standard.A1.Flex",
    shapeConfig: { ocpus: 1 },
    sourceDetails: { sourceType: "image", imageId: image.id },
    createVnicDetails: { subnetId: subnet.id, assignPublicIp: false },
  });
  const [{ vnicId: vnic }] = await get(`${CORE}/vnicAttachments?compartmentId=${root}&instanceId=${instance.id}`);
  const [{ id: privateIp }] = await get(`${CORE}/privateIps?vnicId=${vnic}`);
  const [service] = await get(`${CORE}/services`);
  const volume = await post(`${CORE}/volumes`, { availabilityDomain: domain });
  made = {
    root,
    domain,
    vnic,
    privateIp,
    vcn: vcn.id,
    subnet: subnet.id,
    group: group.id,
    list: list.id,
    image: image.id,
    instance: instance.id,
    volume: volume.id,
    namespace: api.store.state.oci.namespace,
    table: vcn.defaultRouteTableId,
    dhcp: vcn.defaultDhcpOptionsId,
    service: service.id,
  };
});

afterAll(async () => {
  expect(api.said).toEqual([]);
  await api.end();
});

interface Case {
  readonly path: string;
  said(here: typeof made): Said;
}

const rule = (end: string): Attributes => ({
  [end]: "10.1.0.0/16",
  [`${end}Type`]: "CIDR_BLOCK",
  protocol: "6",
  isStateless: true,
  description: "a rule",
  tcpOptions: { destinationPortRange: { min: 80, max: 81 }, sourcePortRange: { min: 1, max: 9 } },
});

const CASES: Readonly<Record<string, Case>> = {
  oci_core_vcn: {
    path: `${CORE}/vcns`,
    said: () => ({
      values: { cidr_blocks: ["10.2.0.0/16", "10.3.0.0/16"], dns_label: "second" },
      without: { cidr_block: older, is_oracle_gua_allocation_enabled: unread, security_attributes: "not played" },
    }),
  },
  oci_core_subnet: {
    path: `${CORE}/subnets`,
    said: ({ vcn = "", domain = "", table = "", list = "", dhcp = "" }) => ({
      values: {
        vcn_id: vcn,
        availability_domain: domain,
        cidr_block: "10.0.1.0/24",
        ipv4cidr_blocks: ["10.0.1.0/24"],
        dns_label: "guests",
        route_table_id: table,
        security_list_ids: [list],
        dhcp_options_id: dhcp,
      },
      without: {},
    }),
  },
  oci_core_internet_gateway: {
    path: `${CORE}/internetGateways`,
    said: ({ vcn = "", table = "" }) => ({
      values: { vcn_id: vcn, route_table_id: table },
      without: { enabled: "isEnabled in the API" },
    }),
  },
  oci_core_route_table: {
    path: `${CORE}/routeTables`,
    said: ({ vcn = "", privateIp = "" }) => ({
      values: {
        vcn_id: vcn,
        route_rules: [
          {
            destination: "10.9.0.0/16",
            destinationType: "CIDR_BLOCK",
            networkEntityId: privateIp,
            description: "a way",
          },
        ],
      },
      without: {},
    }),
  },
  oci_core_dhcp_options: {
    path: `${CORE}/dhcps`,
    said: ({ vcn = "" }) => ({
      values: {
        vcn_id: vcn,
        domain_name_type: "VCN_DOMAIN",
        options: [
          { type: "DomainNameServer", serverType: "CustomDnsServer", customDnsServers: ["10.0.0.53", "9.9.9.9"] },
          { type: "SearchDomain", searchDomainNames: ["lab.example.org"] },
        ],
      },
      without: {},
    }),
  },
  oci_core_service_gateway: {
    path: `${CORE}/serviceGateways`,
    said: ({ vcn = "", table = "", service = "" }) => ({
      values: { vcn_id: vcn, route_table_id: table, services: [{ serviceId: service }] },
      without: {},
    }),
  },
  oci_core_security_list: {
    path: `${CORE}/securityLists`,
    said: ({ vcn = "" }) => ({
      values: { vcn_id: vcn, ingress_security_rules: [rule("source")], egress_security_rules: [rule("destination")] },
      without: {},
    }),
  },
  oci_core_network_security_group: {
    path: `${CORE}/networkSecurityGroups`,
    said: ({ vcn = "" }) => ({ values: { vcn_id: vcn }, without: {} }),
  },
  oci_core_instance: {
    path: `${CORE}/instances`,
    said: ({ domain = "", subnet = "", image = "" }) => ({
      values: {
        availability_domain: domain,
        fault_domain: "FAULT-DOMAIN-2",
        shape: "VM.Standard.A1.Flex",
        "shape_config.ocpus": 2,
        "shape_config.memory_in_gbs": 13,
        "shape_config.vcpus": 2,
        "shape_config.baseline_ocpu_utilization": "BASELINE_1_2",
        source_details: { sourceType: "image", imageId: image, bootVolumeSizeInGBs: 51, bootVolumeVpusPerGB: 20 },
        "availability_config.recovery_action": "STOP_INSTANCE",
        "agent_config.plugins_config": [{ name: "Bastion", desiredState: "ENABLED" }],
        metadata: { role: "host" },
        extended_metadata: { deep: { er: "x" } },
        "launch_options.boot_volume_type": "ISCSI",
        "launch_options.firmware": "UEFI_64",
        "launch_options.network_type": "VFIO",
        "launch_options.remote_data_volume_type": "ISCSI",
        create_vnic_details: { subnetId: subnet },
      },
      without: {
        async: providers,
        preserve_boot_volume: providers,
        preserve_data_volumes_created_at_launch: providers,
        update_operation_constraint: providers,
        state: providers,
        image: older,
        subnet_id: older,
        hostname_label: older,
        is_pv_encryption_in_transit_enabled: "in the launch options",
      },
    }),
  },
  oci_core_volume: {
    path: `${CORE}/volumes`,
    said: ({ domain = "" }) => ({
      values: {
        availability_domain: domain,
        size_in_gbs: 60,
        vpus_per_gb: 20,
        autotune_policies: [{ autotuneType: "PERFORMANCE_BASED", maxVpusPerGB: 30 }],
      },
      without: { size_in_mbs: older, backup_policy_id: "an assignment", block_volume_replicas_deletion: providers },
    }),
  },
  oci_core_volume_attachment: {
    path: `${CORE}/volumeAttachments`,
    said: ({ instance = "", volume = "" }) => ({
      values: {
        instance_id: instance,
        volume_id: volume,
        device: "/dev/oracleoci/oraclevdb",
        encryption_in_transit_type: "NONE",
      },
      without: { attachment_type: "type in the API", compartment_id: "the instance's", use_chap: unread },
    }),
  },
  oci_core_private_ip: {
    path: `${CORE}/privateIps`,
    said: ({ vnic = "", subnet = "" }) => ({
      values: {
        vnic_id: vnic,
        subnet_id: subnet,
        ip_address: "10.0.0.77",
        hostname_label: "second",
        lifetime: "RESERVED",
      },
      without: {},
    }),
  },
  oci_core_public_ip: {
    path: `${CORE}/publicIps`,
    said: ({ privateIp = "" }) => ({ values: { lifetime: "RESERVED", private_ip_id: privateIp }, without: {} }),
  },
  oci_limits_quota: {
    path: "/20181025/quotas",
    said: () => ({ values: { statements: ["zero compute-core quotas in tenancy"], name: "a-quota" }, without: {} }),
  },
  oci_identity_compartment: {
    path: `${CORE}/compartments`,
    said: () => ({ values: {}, without: { enable_delete: providers } }),
  },
  oci_budget_budget: {
    path: "/20190111/budgets",
    said: ({ root = "" }) => ({
      values: {
        reset_period: "MONTHLY",
        processing_period_type: "MONTH",
        target_type: "COMPARTMENT",
        targets: [root],
        target_compartment_id: root,
        amount: 3,
        budget_processing_period_start_offset: 5,
        start_date: "2026-12-01T00:00:00.000Z",
        end_date: "2027-12-01T00:00:00.000Z",
      },
      without: { system_tags: "the service's" },
    }),
  },
  oci_objectstorage_bucket: {
    path: "/n/{namespace}/b",
    said: ({ namespace = "" }) => ({
      values: { namespace, storage_tier: "Standard", versioning: "Enabled", auto_tiering: "InfrequentAccess" },
      without: {
        access_type: "publicAccessType in the API",
        bucket_scope: unread,
        retention_rules: "objects of their own",
      },
    }),
  },
};

const known = Object.entries(CASES).map(([resource, given]) => ({ resource, ...given }));

function idOf(path: string, body: Answered["body"]): string {
  return path.startsWith("/n/") ? body.name : body.id;
}

async function create(resource: string, { path, said }: Case) {
  const body = { compartmentId: made.root ?? "", ...everyArgument(resource, said(made)) };
  const sent: Attributes = {
    ...body,
    ...("freeformTags" in body && { freeformTags: tags.freeform_tags, definedTags: tags.defined_tags }),
    ...("compartmentId" in body && { compartmentId: made.root ?? "" }),
    ...(resource === "oci_core_volume_attachment" && { type: "iscsi" }),
  };
  const place = path.replace("{namespace}", made.namespace ?? "");
  return { place, sent, answer: await api.call("POST", place, sent) };
}

it.each(known.filter(({ resource }) => resource in schemas))(
  "$resource reads back with every argument as it was set",
  async ({ resource, ...given }) => {
    const { place, sent, answer } = await create(resource, given);
    expect([answer.status, answer.body.message]).toEqual([200, undefined]);
    // The VNIC tells its details itself.
    const { compartmentId: _root, type: _attachmentType, createVnicDetails: _vnic, ...told } = sent;
    expect(await get(`${place}/${idOf(place, answer.body)}`)).toMatchObject(told);
  },
);

// Only the whole provider's schema, beside the checkout, has these.
it.skip.each(known.filter(({ resource }) => !(resource in schemas)))(
  "$resource: its schema is not here",
  () => undefined,
);

const refused = known.flatMap(({ resource, ...given }) =>
  (ARGUMENTS[resource]?.notPlayed ?? []).map((argument) => ({ resource, argument, given })),
);

it.each(refused)("$resource says that $argument is not played", async ({ resource, argument, given }) => {
  const names = argument.split(".").map(apiName);
  const nested = names.reduceRight<Attributes>(
    (inner, name, index) => ({ [name]: index === names.length - 1 ? "x" : inner }),
    {},
  );
  const place = given.path.replace("{namespace}", made.namespace ?? "");
  const answer = await api.call("POST", place, { compartmentId: made.root ?? "", ...nested });
  expect([resource, answer.status, answer.body.code]).toEqual([resource, 501, "MethodNotImplemented"]);
});
