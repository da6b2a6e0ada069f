/** A whole OCI stack as Terraform JSON: every resource type that the sandbox plays. */

export interface LabVariant {
  readonly hostName?: string;
  readonly ocpus?: number;
  readonly hostAddress?: string;
  readonly open?: boolean;
}

const NETWORK = {
  compartment_id: "${oci_identity_compartment.lab.id}",
  vcn_id: "${oci_core_vcn.lab.id}",
};
const PLACE = {
  compartment_id: "${oci_identity_compartment.lab.id}",
  availability_domain: "${data.oci_identity_availability_domains.all.availability_domains[0].name}",
};
const BALANCER = { network_load_balancer_id: "${oci_network_load_balancer_network_load_balancer.api.id}" };
const ROOT = { compartment_id: "${var.tenancy_ocid}" };

function network(open: boolean): object {
  const rules = {
    ingress_security_rules: [
      { protocol: "6", source: "10.0.0.0/8", tcp_options: [{ min: 22, max: 22 }] },
      { protocol: "1", source: "0.0.0.0/0", icmp_options: [{ type: 3 }] },
    ],
    egress_security_rules: [{ protocol: "all", destination: "0.0.0.0/0" }],
  };
  const route = { destination: "0.0.0.0/0", network_entity_id: "${oci_core_internet_gateway.lab.id}" };
  const list = { manage_default_resource_id: "${oci_core_vcn.lab.default_security_list_id}", display_name: "closed" };
  const group = { network_security_group_id: "${oci_core_network_security_group.hosts.id}" };
  return {
    oci_core_vcn: {
      lab: {
        compartment_id: NETWORK.compartment_id,
        cidr_blocks: ["10.0.0.0/16"],
        display_name: "lab",
        dns_label: "lab",
      },
    },
    oci_core_internet_gateway: { lab: NETWORK },
    oci_core_route_table: { lab: { ...NETWORK, route_rules: [route] } },
    oci_core_default_security_list: { closed: { ...list, ...(open ? rules : {}) } },
    oci_core_subnet: {
      hosts: {
        ...NETWORK,
        cidr_block: "10.0.0.0/24",
        dns_label: "hosts",
        route_table_id: "${oci_core_route_table.lab.id}",
        security_list_ids: ["${oci_core_default_security_list.closed.id}"],
      },
    },
    oci_core_network_security_group: { hosts: { ...NETWORK, display_name: "hosts" } },
    oci_core_network_security_group_security_rule: {
      ssh: {
        ...group,
        direction: "INGRESS",
        protocol: "6",
        description: "ssh",
        source: "203.0.113.0/24",
        source_type: "CIDR_BLOCK",
        tcp_options: { destination_port_range: { min: 22, max: 22 } },
      },
      among: {
        ...group,
        direction: "EGRESS",
        protocol: "all",
        destination: group.network_security_group_id,
        destination_type: "NETWORK_SECURITY_GROUP",
      },
    },
  };
}

function compute({ hostName = "pve-1", ocpus = 1, hostAddress = "10.0.0.11" }: LabVariant): object {
  const vnic = { subnet_id: "${oci_core_subnet.hosts.id}", nsg_ids: ["${oci_core_network_security_group.hosts.id}"] };
  return {
    oci_core_image: {
      pve: {
        compartment_id: NETWORK.compartment_id,
        display_name: "pve",
        image_source_details: {
          source_type: "objectStorageTuple",
          namespace_name: "${data.oci_objectstorage_namespace.lab.namespace}",
          bucket_name: "lab",
          object_name: "proxmox-ampere-abc.oci",
        },
        timeouts: { create: "2h" },
      },
    },
    oci_core_shape_management: {
      a1: {
        compartment_id: NETWORK.compartment_id,
        image_id: "${oci_core_image.pve.id}",
        shape_name: "VM.Standard.A1.Flex",
      },
    },
    oci_core_instance: {
      host: {
        ...PLACE,
        fault_domain: "FAULT-DOMAIN-1",
        display_name: hostName,
        shape: "VM.Standard.A1.Flex",
        shape_config: { ocpus, memory_in_gbs: 6 },
        source_details: { source_type: "image", source_id: "${oci_core_image.pve.id}", boot_volume_size_in_gbs: "75" },
        create_vnic_details: { ...vnic, private_ip: hostAddress, hostname_label: "pve-1" },
        instance_options: { are_legacy_imds_endpoints_disabled: true },
        preserve_boot_volume: false,
        metadata: { user_data: '${base64encode("#cloud-config\\n{}")}' },
        depends_on: ["oci_core_shape_management.a1"],
      },
      micro: {
        ...PLACE,
        display_name: "qdevice",
        shape: "VM.Standard.E2.1.Micro",
        source_details: { source_type: "image", source_id: "${data.oci_core_images.ubuntu.images[0].id}" },
        create_vnic_details: { subnet_id: vnic.subnet_id },
      },
    },
  };
}

const ACCESS = {
  oci_network_load_balancer_network_load_balancer: {
    api: {
      compartment_id: NETWORK.compartment_id,
      display_name: "api",
      subnet_id: "${oci_core_subnet.hosts.id}",
      network_security_group_ids: ["${oci_core_network_security_group.hosts.id}"],
    },
  },
  oci_network_load_balancer_backend_set: {
    api: {
      ...BALANCER,
      name: "api",
      policy: "FIVE_TUPLE",
      is_preserve_source: false,
      health_checker: { protocol: "TCP", port: 6443 },
    },
  },
  oci_network_load_balancer_backend: {
    host: {
      ...BALANCER,
      backend_set_name: "${oci_network_load_balancer_backend_set.api.name}",
      name: "pve-1",
      target_id: "${oci_core_instance.host.id}",
      port: 6443,
    },
  },
  oci_network_load_balancer_listener: {
    api: {
      ...BALANCER,
      name: "api",
      default_backend_set_name: "${oci_network_load_balancer_backend_set.api.name}",
      protocol: "TCP",
      port: 6443,
    },
  },
};

const ACCOUNT = {
  oci_identity_compartment: { lab: { ...ROOT, name: "lab", description: "A lab", enable_delete: true } },
  oci_budget_budget: {
    lab: {
      ...ROOT,
      provider: "oci.home",
      amount: 1,
      reset_period: "MONTHLY",
      target_type: "COMPARTMENT",
      targets: [NETWORK.compartment_id],
    },
  },
  oci_budget_alert_rule: {
    any: {
      provider: "oci.home",
      budget_id: "${oci_budget_budget.lab.id}",
      type: "ACTUAL",
      threshold: 0.1,
      threshold_type: "ABSOLUTE",
    },
  },
  oci_limits_quota: {
    lab: {
      ...ROOT,
      provider: "oci.home",
      name: "lab",
      description: "Nothing else",
      statements: ["zero compute-core quotas in tenancy"],
    },
  },
};

/** The root module. */
export function labConfig(variant: LabVariant = {}): object {
  return {
    terraform: { required_providers: { oci: { source: "oracle/oci", version: "8.28.0" } } },
    provider: { oci: [{ region: "eu-frankfurt-1" }, { alias: "home", region: "eu-frankfurt-1" }] },
    variable: { tenancy_ocid: { type: "string" } },
    data: {
      oci_identity_availability_domains: { all: ROOT },
      oci_objectstorage_namespace: { lab: ROOT },
      oci_core_images: {
        ubuntu: {
          ...ROOT,
          operating_system: "Canonical Ubuntu",
          operating_system_version: "24.04",
          shape: "VM.Standard.E2.1.Micro",
          sort_by: "TIMECREATED",
          sort_order: "DESC",
        },
      },
    },
    resource: { ...ACCOUNT, ...network(variant.open ?? false), ...compute(variant), ...ACCESS },
  };
}
