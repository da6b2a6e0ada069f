/** Virtual networks: VCNs, subnets, gateways, route tables, security lists, DHCP options. */
import { formatAddress } from "../../../config/cidr.ts";
import type { Attributes, Json } from "../../plugin/resource.ts";
import type { DhcpOptions, InternetGateway, RouteTable, SecurityList, Subnet, Vcn } from "../../world/oci.ts";
import { dhcpOptions } from "../dhcp-options.ts";
import { requireCidr } from "../ipv4.ts";
import { invalid, limitExceeded } from "../refusals.ts";
import { routeTable } from "../route-table.ts";
import { securityList } from "../security-list.ts";
import { subnet, subnetDomain } from "../subnet.ts";
import { internetGateway, vcn, vcnDomain } from "../vcn.ts";
import { byRules, collection, record, shown, viewOf } from "./collection.ts";
import { isObject } from "./fields.ts";
import { listed } from "./lists.ts";
import type { Asked, Route } from "./route.ts";
import { ruleFields } from "./security-groups.ts";

const BASE = "/20160918";
const AVAILABLE = { lifecycleState: "AVAILABLE" };
const states = { creating: "PROVISIONING", deleting: "TERMINATING", deleted: null };

const vcns = byRules<Vcn>({
  path: `${BASE}/vcns`,
  service: "Core Vcn",
  resource: "oci_core_vcn",
  type: vcn,
  states,
  all: (tenancy) => tenancy.vcns,
  view: (each) => ({
    ...AVAILABLE,
    displayName: each.displayName,
    cidrBlock: each.cidrBlocks[0] ?? null,
    cidrBlocks: each.cidrBlocks,
    dnsLabel: each.dnsLabel,
    vcnDomainName: vcnDomain(each),
    defaultDhcpOptionsId: each.defaultDhcpOptionsId,
    defaultRouteTableId: each.defaultRouteTableId,
    defaultSecurityListId: each.defaultSecurityListId,
  }),
});

const subnets = byRules<Subnet>({
  path: `${BASE}/subnets`,
  service: "Core Subnet",
  resource: "oci_core_subnet",
  type: subnet,
  states,
  all: (tenancy) => tenancy.subnets,
  view: (each, { call }) => ({
    ...AVAILABLE,
    displayName: each.displayName,
    vcnId: each.vcnId,
    availabilityDomain: each.availabilityDomain,
    cidrBlock: each.cidrBlock,
    ipv4CidrBlocks: [each.cidrBlock],
    dnsLabel: each.dnsLabel,
    subnetDomainName: subnetDomain(call.world.state.oci, each),
    routeTableId: each.routeTableId,
    securityListIds: each.securityListIds,
    dhcpOptionsId: each.dhcpOptionsId,
    prohibitPublicIpOnVnic: each.prohibitPublicIpOnVnic,
    prohibitInternetIngress: each.prohibitPublicIpOnVnic,
    virtualRouterIp: formatAddress(requireCidr("Core Subnet", each.cidrBlock, "cidr_block").base + 1),
    virtualRouterMac: each.virtualRouterMac,
  }),
});

const internetGateways = byRules<InternetGateway>({
  path: `${BASE}/internetGateways`,
  service: "Core Internet Gateway",
  resource: "oci_core_internet_gateway",
  type: internetGateway,
  states,
  all: (tenancy) => tenancy.internetGateways,
  view: (each) => ({
    ...AVAILABLE,
    displayName: each.displayName,
    vcnId: each.vcnId,
    isEnabled: each.enabled,
    routeTableId: each.routeTableId,
  }),
});

const routeTables = byRules<RouteTable>({
  path: `${BASE}/routeTables`,
  service: "Core Route Table",
  resource: "oci_core_route_table",
  type: routeTable,
  states,
  all: (tenancy) => tenancy.routeTables,
  view: (each) => ({
    ...AVAILABLE,
    displayName: each.displayName,
    vcnId: each.vcnId,
    routeRules: each.routeRules.map((rule) => ({
      // The older name of a destination: taken, and not told any more.
      cidrBlock: null,
      destination: rule.destination,
      destinationType: rule.destinationType,
      networkEntityId: rule.networkEntityId,
      description: rule.description,
      routeType: "STATIC",
    })),
  }),
});

/** In the provider's rules of a list, the destination ports stand in the options themselves. */
function providerRules(rules: Json | undefined): Json {
  if (!Array.isArray(rules)) return rules ?? null;
  const options = (value: Json | undefined): Json => {
    if (!isObject(value)) return value ?? null;
    const { destinationPortRange, ...rest } = value;
    return { ...rest, ...(isObject(destinationPortRange) ? destinationPortRange : {}) };
  };
  return rules.map((rule: Json) => {
    if (!isObject(rule)) return rule;
    const [tcpOptions, udpOptions] = [options(rule.tcpOptions), options(rule.udpOptions)];
    return { ...rule, ...(tcpOptions && { tcpOptions }), ...(udpOptions && { udpOptions }) };
  });
}

const securityLists = byRules<SecurityList>({
  path: `${BASE}/securityLists`,
  service: "Core Security List",
  resource: "oci_core_default_security_list",
  atCreate: ({ vcnId }) => ({ vcn_id: vcnId ?? null }),
  type: securityList,
  states,
  all: (tenancy) => tenancy.securityLists,
  view: (each) => ({
    ...AVAILABLE,
    displayName: each.displayName,
    vcnId: each.vcnId,
    ingressSecurityRules: each.rules.filter(({ direction }) => direction === "INGRESS").map(ruleFields),
    egressSecurityRules: each.rules.filter(({ direction }) => direction === "EGRESS").map(ruleFields),
  }),
  prepare: (body) => ({
    ...body,
    ...("ingressSecurityRules" in body && { ingressSecurityRules: providerRules(body.ingressSecurityRules) }),
    ...("egressSecurityRules" in body && { egressSecurityRules: providerRules(body.egressSecurityRules) }),
  }),
});

const dhcps = byRules<DhcpOptions>({
  path: `${BASE}/dhcps`,
  service: "Core Dhcp Options",
  resource: "oci_core_dhcp_options",
  type: dhcpOptions,
  states,
  all: (tenancy) => tenancy.dhcpOptions,
  view: (each) => ({
    ...AVAILABLE,
    displayName: each.displayName,
    vcnId: each.vcnId,
    domainNameType: each.domainNameType,
    options: each.options.map((option) => ({ ...option })),
  }),
});

/** Networks of a VCN are changed by actions; core's work requests would be looked for at Oracle, so there is none. */
async function changeCidrs(asked: Asked, to: (cidrs: readonly string[]) => readonly string[]): Promise<Attributes> {
  const found = record(asked, vcns);
  await vcns.change(asked, found, { cidrBlocks: to(found.cidrBlocks) });
  return viewOf(asked, vcns, found);
}

function cidrOf({ body }: Asked, field: string): string {
  const cidr = body[field];
  if (typeof cidr === "string") return cidr;
  throw invalid("Core Vcn", `${field} is required.`);
}

export const networkRoutes: readonly Route[] = [
  ...[vcns].flatMap(collection),
  ...[subnets].flatMap(collection),
  ...[internetGateways].flatMap(collection),
  ...[routeTables].flatMap(collection),
  ...[securityLists].flatMap(collection),
  ...[dhcps].flatMap(collection),
  {
    method: "POST",
    path: `${BASE}/vcns/{id}/actions/addCidr`,
    run: async (asked) => shown(await changeCidrs(asked, (cidrs) => [...cidrs, cidrOf(asked, "cidrBlock")])),
  },
  {
    method: "POST",
    path: `${BASE}/vcns/{id}/actions/removeCidr`,
    run: async (asked) => {
      const gone = cidrOf(asked, "cidrBlock");
      return shown(await changeCidrs(asked, (cidrs) => cidrs.filter((cidr) => cidr !== gone)));
    },
  },
  {
    method: "POST",
    path: `${BASE}/vcns/{id}/actions/modifyCidr`,
    run: async (asked) => {
      const [old, fresh] = [cidrOf(asked, "originalCidrBlock"), cidrOf(asked, "newCidrBlock")];
      return shown(await changeCidrs(asked, (cidrs) => cidrs.map((cidr) => (cidr === old ? fresh : cidr))));
    },
  },
  ...["natGateways", "localPeeringGateways"].flatMap((gateways): Route[] => [
    { method: "GET", path: `${BASE}/${gateways}`, run: (asked) => listed(asked, []) },
    {
      method: "POST",
      path: `${BASE}/${gateways}`,
      run: () => {
        throw limitExceeded("Core Gateway", [`${gateways} (limit 0, used 0, asked 1 more)`]);
      },
    },
  ]),
];
