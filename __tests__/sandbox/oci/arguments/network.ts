/** Networks and what guards them. */
import { isObject } from "../../../../sandbox/oci/model/attributes.ts";
import type { Attributes, Json } from "../../../../sandbox/plugin/resource.ts";
import { type Case, OLDER, OTHER, UNREAD } from "./case.ts";
import { CORE } from "./world.ts";

const source_port_range = [{ min: 1, max: 9 }];
const ranges = [{ destination_port_range: [{ min: 80, max: 81 }], source_port_range }];

const listRules = (end: string): Attributes[] => {
  const rule = { [end]: "10.1.0.0/16", [`${end}_type`]: "CIDR_BLOCK", stateless: true, description: "a rule" };
  return [
    { ...rule, protocol: "6", tcp_options: [{ min: 80, max: 81, source_port_range }] },
    { ...rule, protocol: "17", udp_options: [{ min: 53, max: 53, source_port_range }] },
    { ...rule, protocol: "1", icmp_options: [{ type: 3, code: 4 }] },
  ];
};
const listSaid = { ingress_security_rules: listRules("source"), egress_security_rules: listRules("destination") };

/** The API has the destination range beside the source's, and a flag by its full name. */
function apiRule(rule: Json): Json {
  if (!isObject(rule)) return rule;
  const transport = (name: string): Attributes => {
    const options = rule[name] ?? null;
    if (!isObject(options)) return {};
    const { min, max, ...rest } = options;
    const range = min !== undefined && max !== undefined && { destinationPortRange: { min, max } };
    return { [name]: { ...rest, ...range } };
  };
  const { stateless = false, ...rest } = rule;
  return { ...rest, isStateless: stateless, ...transport("tcpOptions"), ...transport("udpOptions") };
}

function apiRules({ ingressSecurityRules, egressSecurityRules, ...body }: Attributes): Attributes {
  const rules = (list: Json | undefined): Json => (Array.isArray(list) ? list.map(apiRule) : []);
  return {
    ...body,
    ingressSecurityRules: rules(ingressSecurityRules),
    egressSecurityRules: rules(egressSecurityRules),
  };
}

/** What a VCN was born with is there already. */
function ofDefault({ manageDefaultResourceId = null, ...body }: Attributes): Attributes {
  return { ...body, id: manageDefaultResourceId };
}

/** Rules of a group, one of each kind. */
const groupRule = (variant: string, values: Attributes, without: readonly string[]): Case => ({
  resource: "oci_core_network_security_group_security_rule",
  variant,
  said: ({ group }) => ({
    values: { network_security_group_id: group, ...values },
    without: Object.fromEntries(without.map((name) => [name, OTHER])),
  }),
  untold: { network_security_group_id: "in the path" },
  body: ({ stateless = false, ...rule }) => ({ ...rule, isStateless: stateless }),
});

const inward = { direction: "INGRESS", source: "10.1.0.0/16", source_type: "CIDR_BLOCK" };
const outward = { direction: "EGRESS", destination: "10.1.0.0/16", destination_type: "CIDR_BLOCK" };

export const networkCases: readonly Case[] = [
  {
    resource: "oci_core_vcn",
    path: () => `${CORE}/vcns`,
    said: () => ({
      values: {
        cidr_blocks: ["10.2.0.0/16", "10.3.0.0/16"],
        ipv6private_cidr_blocks: ["fc00:1::/48"],
        dns_label: "second",
      },
      without: { cidr_block: OLDER },
    }),
    untold: { is_ipv6enabled: UNREAD, is_oracle_gua_allocation_enabled: UNREAD },
  },
  {
    resource: "oci_core_subnet",
    path: () => `${CORE}/subnets`,
    said: ({ vcn, network6, domain, table, list, dhcp }) => ({
      values: {
        vcn_id: vcn,
        availability_domain: domain,
        cidr_block: "10.0.1.0/24",
        ipv4cidr_blocks: ["10.0.1.0/24", "10.0.2.0/24"],
        ipv6cidr_block: network6.replace("0100:", "0101:"),
        ipv6cidr_blocks: [network6.replace("0100:", "0101:")],
        dns_label: "guests",
        route_table_id: table,
        security_list_ids: [list],
        dhcp_options_id: dhcp,
      },
      without: {},
    }),
  },
  {
    resource: "oci_core_internet_gateway",
    path: () => `${CORE}/internetGateways`,
    said: ({ vcn, table }) => ({ values: { vcn_id: vcn, route_table_id: table, enabled: false }, without: {} }),
    body: ({ enabled = null, ...body }) => ({ ...body, isEnabled: enabled }),
  },
  {
    resource: "oci_core_route_table",
    path: () => `${CORE}/routeTables`,
    said: ({ vcn, privateIp }) => ({
      values: {
        vcn_id: vcn,
        "route_rules.destination": "10.9.0.0/16",
        "route_rules.destination_type": "CIDR_BLOCK",
        "route_rules.network_entity_id": privateIp,
        "route_rules.route_type": "STATIC",
      },
      without: { "route_rules.cidr_block": OLDER },
    }),
  },
  {
    resource: "oci_core_dhcp_options",
    path: () => `${CORE}/dhcps`,
    said: ({ vcn }) => ({
      values: {
        vcn_id: vcn,
        domain_name_type: "VCN_DOMAIN",
        options: [
          { type: "DomainNameServer", server_type: "CustomDnsServer", custom_dns_servers: ["10.0.0.53", "9.9.9.9"] },
          { type: "SearchDomain", search_domain_names: ["lab.example.org"] },
        ],
      },
      without: {},
    }),
  },
  {
    resource: "oci_core_service_gateway",
    path: () => `${CORE}/serviceGateways`,
    said: ({ vcn, table, service }) => ({
      values: { vcn_id: vcn, route_table_id: table, "services.service_id": service },
      without: {},
    }),
  },
  {
    resource: "oci_core_security_list",
    path: () => `${CORE}/securityLists`,
    said: ({ vcn }) => ({ values: { vcn_id: vcn, ...listSaid }, without: {} }),
    body: apiRules,
  },
  {
    resource: "oci_core_default_security_list",
    said: ({ list }) => ({ values: { manage_default_resource_id: list, ...listSaid }, without: {} }),
    body: (body) => apiRules(ofDefault(body)),
  },
  {
    resource: "oci_core_default_route_table",
    said: ({ table, privateIp }) => ({
      values: {
        manage_default_resource_id: table,
        "route_rules.destination": "10.8.0.0/16",
        "route_rules.destination_type": "CIDR_BLOCK",
        "route_rules.network_entity_id": privateIp,
        "route_rules.route_type": "STATIC",
      },
      without: { "route_rules.cidr_block": OLDER },
    }),
    body: ofDefault,
  },
  {
    resource: "oci_core_default_dhcp_options",
    said: ({ dhcp }) => ({
      values: {
        manage_default_resource_id: dhcp,
        domain_name_type: "VCN_DOMAIN",
        options: [{ type: "DomainNameServer", server_type: "CustomDnsServer", custom_dns_servers: ["10.0.0.53"] }],
      },
      without: {},
    }),
    body: ofDefault,
  },
  {
    resource: "oci_core_network_security_group",
    path: () => `${CORE}/networkSecurityGroups`,
    said: ({ vcn }) => ({ values: { vcn_id: vcn }, without: {} }),
  },
  groupRule("TCP in", { ...inward, protocol: "6", tcp_options: ranges }, [
    "destination",
    "destination_type",
    "udp_options",
    "icmp_options",
  ]),
  groupRule("UDP out", { ...outward, protocol: "17", udp_options: ranges }, [
    "source",
    "source_type",
    "tcp_options",
    "icmp_options",
  ]),
  groupRule("ICMP in", { ...inward, protocol: "1", icmp_options: [{ type: 3, code: 4 }] }, [
    "destination",
    "destination_type",
    "tcp_options",
    "udp_options",
  ]),
];
