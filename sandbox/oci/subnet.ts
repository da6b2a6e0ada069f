/** Subnets, and the addresses in them. */
import type { Attributes, Call } from "../plugin/resource.ts";
import type { OciTenancy, Subnet, Vcn } from "../world/oci.ts";
import { cidrOf, contains, formatAddress, overlaps, parseAddress } from "../../config/cidr.ts";
import { maybeFlag, maybeText, maybeTexts, text } from "./attributes.ts";
import { requireDhcpOptions } from "./dhcp-options.ts";
import { requireCidr } from "./ipv4.ts";
import { attachedVnics } from "./primary-address.ts";
import { conflict, invalid, notPlayed, referenced } from "./refusals.ts";
import { requireAvailabilityDomain } from "./regions.ts";
import { defaultName, newObject, requireObject, stored } from "./stored.ts";
import { requireDnsLabel, requireVcn, vcnDomain } from "./vcn.ts";

const SERVICE = "Core Subnet";

export function requireSubnet(call: Call, service: string, id: string, attribute: string): Subnet {
  return requireObject(call, service, call.world.state.oci.subnets, id, attribute);
}

/** Every private address in use in a subnet. */
function takenAddresses(tenancy: OciTenancy, subnetId: string): Set<string> {
  const { networkLoadBalancers, loadBalancers, privateIps } = tenancy;
  return new Set([
    ...privateIps.filter((other) => other.subnetId === subnetId).map(({ ipAddress }) => ipAddress),
    ...attachedVnics(tenancy)
      .filter(({ vnic }) => vnic.subnetId === subnetId)
      .map(({ privateIp }) => privateIp),
    ...networkLoadBalancers.filter((balancer) => balancer.subnetId === subnetId).map(({ privateIp }) => privateIp),
    ...loadBalancers.filter(({ subnetIds }) => subnetIds[0] === subnetId).map(({ privateIp }) => privateIp),
  ]);
}

/**
 * The wanted private address, or the lowest free one. The first two and the last of a subnet are OCI's own.
 * @throws 400 for an address outside, 409 for one that is taken.
 */
export function takeAddress(
  call: Call,
  service: string,
  subnet: Subnet,
  wanted: string | null,
  attribute: string,
): string {
  const cidr = requireCidr(service, subnet.cidrBlock, attribute);
  const taken = takenAddresses(call.world.state.oci, subnet.id);
  const [first, last] = [cidr.base + 2, cidr.base + cidr.size - 2];
  if (wanted === null) {
    for (let value = first; value <= last; value += 1) {
      if (!taken.has(formatAddress(value))) return formatAddress(value);
    }
    throw conflict(service, `No private IP address is left in ${subnet.cidrBlock}.`, attribute);
  }
  const value = parseAddress(wanted);
  if (value === null || value < first || value > last)
    throw invalid(
      service,
      `Private IP address ${wanted} is not valid in subnet ${subnet.cidrBlock}: ` +
        `${formatAddress(first)} to ${formatAddress(last)} can be used.`,
      attribute,
    );
  if (taken.has(wanted)) throw conflict(service, `Private IP address ${wanted} is already in use.`, attribute);
  return wanted;
}

/** Public addresses come from the networks that RFC 5737 keeps for documentation: they lead nowhere. */
const PUBLIC_NETWORKS = ["192.0.2.0/24", "198.51.100.0/24"];

export function takePublicAddress(call: Call, service: string): string {
  const { networkLoadBalancers, loadBalancers, publicIps } = call.world.state.oci;
  const taken = new Set([
    ...[...attachedVnics(call.world.state.oci), ...networkLoadBalancers, ...loadBalancers].map(
      ({ publicIp }) => publicIp,
    ),
    ...publicIps.map(({ ipAddress }) => ipAddress),
  ]);
  for (const { base, size } of PUBLIC_NETWORKS.map(cidrOf)) {
    for (let value = base + 1; value < base + size - 1; value += 1) {
      if (!taken.has(formatAddress(value))) return formatAddress(value);
    }
  }
  throw conflict(service, "No public IP address is left in the sandbox.");
}

/** A new or changed subnet's network: inside its VCN and beside the others. */
function requireNetwork(call: Call, vcn: Vcn, cidr: string, self: string | null): string {
  const network = requireCidr(SERVICE, cidr, "cidr_block");
  if (network.prefix > 30)
    throw invalid(SERVICE, `The requested CIDR ${cidr} is invalid: /30 is the smallest.`, "cidr_block");
  const inside = vcn.cidrBlocks.some((block) => contains(requireCidr(SERVICE, block, "vcn_id"), network));
  if (!inside)
    throw invalid(
      SERVICE,
      `The requested CIDR ${cidr} is invalid: not inside the VCN's ${vcn.cidrBlocks.join(", ")}.`,
      "cidr_block",
    );
  const other = call.world.state.oci.subnets.find(
    (subnet) =>
      subnet.vcnId === vcn.id &&
      subnet.id !== self &&
      overlaps(requireCidr(SERVICE, subnet.cidrBlock, "cidr_block"), network),
  );
  if (other)
    throw invalid(
      SERVICE,
      `The requested CIDR ${cidr} is invalid: subnet ${other.id} with CIDR ${other.cidrBlock} overlaps with it.`,
      "cidr_block",
    );
  return cidr;
}

/** @throws ServiceRefusal 501 for a subnet of several networks */
function onlyNetwork(cidrs: readonly string[]): string | undefined {
  if (new Set(cidrs).size > 1) throw notPlayed("a subnet with several ipv4CidrBlocks", "ipv4cidr_blocks");
  return cidrs[0];
}

/** The VCN's own tables and lists, or others of the same VCN. */
function attachments(call: Call, vcn: Vcn, planned: Attributes) {
  const { routeTables, securityLists } = call.world.state.oci;
  const routeTableId = maybeText(planned, "route_table_id") ?? vcn.defaultRouteTableId;
  const securityListIds = maybeTexts(planned, "security_list_ids") ?? [vcn.defaultSecurityListId];
  const dhcpOptionsId = maybeText(planned, "dhcp_options_id") ?? vcn.defaultDhcpOptionsId;
  if (requireObject(call, SERVICE, routeTables, routeTableId, "route_table_id").vcnId !== vcn.id)
    throw invalid(SERVICE, `Route table ${routeTableId} belongs to another VCN.`, "route_table_id");
  for (const id of securityListIds) {
    if (requireObject(call, SERVICE, securityLists, id, "security_list_ids").vcnId !== vcn.id)
      throw invalid(SERVICE, `Security list ${id} belongs to another VCN.`, "security_list_ids");
  }
  return { routeTableId, securityListIds, dhcpOptionsId: requireDhcpOptions(call, SERVICE, vcn, dhcpOptionsId) };
}

export function subnetDomain(tenancy: OciTenancy, { vcnId, dnsLabel }: Subnet): string | null {
  const vcn = tenancy.vcns.find(({ id }) => id === vcnId);
  const domain = vcn ? vcnDomain(vcn) : null;
  return dnsLabel && domain && `${dnsLabel}.${domain}`;
}

function requireSubnetLabel(call: Call, vcn: Vcn, label: string | null): string | null {
  if (label === null) return null;
  if (vcn.dnsLabel === null)
    throw invalid(SERVICE, `The VCN has no dnsLabel, so its subnets cannot have one.`, "dns_label");
  if (call.world.state.oci.subnets.some(({ vcnId, dnsLabel }) => vcnId === vcn.id && dnsLabel === label))
    throw conflict(SERVICE, `dnsLabel ${label} is already used in the VCN.`, "dns_label");
  return requireDnsLabel(SERVICE, label);
}

export const subnet = stored<Subnet>({
  service: SERVICE,
  all: (tenancy) => tenancy.subnets,
  attributes: (record, tenancy) => ({
    availability_domain: record.availabilityDomain,
    cidr_block: record.cidrBlock,
    dhcp_options_id: record.dhcpOptionsId,
    display_name: record.displayName,
    dns_label: record.dnsLabel,
    ipv4cidr_blocks: [record.cidrBlock],
    ipv6cidr_blocks: [],
    prohibit_internet_ingress: record.prohibitPublicIpOnVnic,
    prohibit_public_ip_on_vnic: record.prohibitPublicIpOnVnic,
    route_table_id: record.routeTableId,
    security_list_ids: record.securityListIds,
    state: "AVAILABLE",
    subnet_domain_name: subnetDomain(tenancy, record),
    vcn_id: record.vcnId,
    virtual_router_ip: formatAddress(requireCidr(SERVICE, record.cidrBlock, "cidr_block").base + 1),
    virtual_router_mac: record.virtualRouterMac,
  }),
  create(call, planned) {
    const vcn = requireVcn(call, SERVICE, text(planned, "vcn_id"));
    const block = maybeText(planned, "cidr_block");
    const cidr = onlyNetwork([...(block === null ? [] : [block]), ...(maybeTexts(planned, "ipv4cidr_blocks") ?? [])]);
    if (cidr === undefined) throw invalid(SERVICE, "cidrBlock is required.", "cidr_block");
    const domain = maybeText(planned, "availability_domain");
    const closed = maybeFlag(planned, "prohibit_public_ip_on_vnic") ?? maybeFlag(planned, "prohibit_internet_ingress");
    const octets = Array.from({ length: 3 }, () =>
      (parseInt(call.world.random(4), 36) % 256).toString(16).padStart(2, "0"),
    );
    return {
      ...newObject(call, SERVICE, "subnet", planned),
      vcnId: vcn.id,
      displayName: maybeText(planned, "display_name") ?? defaultName(call, "subnet"),
      cidrBlock: requireNetwork(call, vcn, cidr, null),
      dnsLabel: requireSubnetLabel(call, vcn, maybeText(planned, "dns_label")),
      availabilityDomain: domain && requireAvailabilityDomain(call, SERVICE, domain),
      prohibitPublicIpOnVnic: closed ?? false,
      ...attachments(call, vcn, planned),
      virtualRouterMac: ["00", "00", "17", ...octets].join(":").toUpperCase(),
    };
  },
  update(call, record, planned) {
    const vcn = requireVcn(call, SERVICE, record.vcnId);
    const block = maybeText(planned, "cidr_block") ?? record.cidrBlock;
    // One of the two is as it was: a change says the other.
    const other = onlyNetwork(maybeTexts(planned, "ipv4cidr_blocks") ?? []);
    const cidr = requireNetwork(call, vcn, block === record.cidrBlock ? (other ?? block) : block, record.id);
    const network = requireCidr(SERVICE, cidr, "cidr_block");
    for (const address of takenAddresses(call.world.state.oci, record.id)) {
      const value = parseAddress(address) ?? 0;
      if (value < network.base || value >= network.base + network.size)
        throw conflict(SERVICE, `The CIDR ${cidr} leaves out ${address}, which is in use.`, "cidr_block");
    }
    const { routeTableId, securityListIds, dhcpOptionsId } = attachments(call, vcn, planned);
    record.cidrBlock = cidr;
    record.displayName = maybeText(planned, "display_name") ?? record.displayName;
    record.routeTableId = routeTableId;
    record.securityListIds = securityListIds;
    record.dhcpOptionsId = dhcpOptionsId;
  },
  remove(call, record) {
    const { networkLoadBalancers, loadBalancers } = call.world.state.oci;
    const attached = attachedVnics(call.world.state.oci).find(({ vnic }) => vnic.subnetId === record.id)?.vnic;
    if (attached)
      throw referenced(SERVICE, `The Subnet ${record.id}`, `the VNIC ${attached.id} of ${attached.displayName}`);
    const balancer = networkLoadBalancers.find(({ subnetId }) => subnetId === record.id);
    if (balancer) throw referenced(SERVICE, `The Subnet ${record.id}`, `the network load balancer ${balancer.id}`);
    const flexible = loadBalancers.find(({ subnetIds }) => subnetIds.includes(record.id));
    if (flexible) throw referenced(SERVICE, `The Subnet ${record.id}`, `the load balancer ${flexible.id}`);
  },
});
