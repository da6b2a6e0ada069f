/** Subnets. */
import { z } from "zod";
import { contains, formatAddress, overlaps, parseAddress } from "../../../config/cidr.ts";
import type { Attributes, ProviderContext } from "../../plugin/resource.ts";
import type { OciTenancy } from "../../world/oci.ts";
import { takenAddresses } from "./addresses.ts";
import { maybeText as textOf, maybeTexts, text as required } from "../model/attributes.ts";
import { requireCidr } from "../model/ipv4.ts";
import { contains6, formatAddress6, fullCidr6, overlaps6, requireCidr6 } from "../model/ipv6.ts";
import {
  AVAILABLE,
  flag,
  generatedName,
  maybeText,
  type Resource,
  type Stored,
  text,
  texts,
} from "../kernel/resource.ts";
import { attachedVnics } from "./primary-address.ts";
import { conflict, invalid, referenced } from "../model/refusals.ts";
import { requireObject } from "../model/records.ts";
import { requireDhcpOptions } from "./dhcp-options.ts";
import { requireRouteTable } from "./route-table.ts";
import { ipv6Blocks, lowerCase, requireDnsLabel, requireVcn, type Vcn, vcnDomain } from "./vcn.ts";

const SERVICE = "Core Subnet";

const body = z.object({
  vcnId: text,
  displayName: generatedName,
  /** The first of all. */
  cidrBlock: text,
  ipv4CidrBlocks: texts,
  ipv6CidrBlocks: texts.default([]),
  dnsLabel: maybeText.transform(lowerCase),
  availabilityDomain: maybeText,
  prohibitPublicIpOnVnic: flag.default(false),
  routeTableId: text,
  securityListIds: texts,
  dhcpOptionsId: text,
  virtualRouterMac: text,
});

/** A subnet of a VCN. */
export type Subnet = Stored<z.output<typeof body>>;

/** @throws ServiceRefusal 404 */
export function requireSubnet(call: ProviderContext, service: string, id: string, attribute: string): Subnet {
  return requireObject(call, service, call.world.state.oci.subnets, id, attribute);
}

/** A new or changed subnet's network: inside its VCN and beside the others. */
function requireNetwork(call: ProviderContext, vcn: Vcn, cidr: string, { id: self }: Pick<Subnet, "id">): void {
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
      subnet.ipv4CidrBlocks.some((block) => overlaps(requireCidr(SERVICE, block, "cidr_block"), network)),
  );
  if (other)
    throw invalid(
      SERVICE,
      `The requested CIDR ${cidr} is invalid: subnet ${other.id} with CIDR ${other.cidrBlock} overlaps with it.`,
      "cidr_block",
    );
}

/** An IPv6 network is a /64 of its VCN that no other subnet has. */
function requireNetwork6(call: ProviderContext, vcn: Vcn, cidr: string, { id: self }: Pick<Subnet, "id">): void {
  const attribute = "ipv6cidr_blocks";
  const network = requireCidr6(SERVICE, cidr, attribute);
  const refused = (why: string) => invalid(SERVICE, `The requested CIDR ${cidr} is invalid: ${why}.`, attribute);
  if (network.prefix !== 64) throw refused("a subnet is a /64");
  const blocks = ipv6Blocks(vcn);
  if (!blocks.some((block) => contains6(requireCidr6(SERVICE, block, attribute), network)))
    throw refused(`not inside the VCN's ${blocks.join(", ")}`);
  const other = call.world.state.oci.subnets.find(
    ({ vcnId, id, ipv6CidrBlocks }) =>
      vcnId === vcn.id &&
      id !== self &&
      ipv6CidrBlocks.some((block) => overlaps6(requireCidr6(SERVICE, block, attribute), network)),
  );
  if (other) throw refused(`subnet ${other.id} has it`);
}

/** What is said by either name, one network or several; of a change, one of the two may be as it was. */
function networksOf(said: Attributes, one: string, all: string, before: readonly string[]): readonly string[] {
  const [single, several] = [textOf(said, one), maybeTexts(said, all)];
  if (several !== null && several.length > 0 && several.join() !== before.join()) return several;
  if (several === null && single === null) return before;
  return single === null || single === before[0] ? (several ?? before) : [single, ...before.slice(1)];
}

/** The networks of a subnet, with the first IPv4 one by its older name. */
function networkFields(given: Attributes, before: Subnet | null): Attributes {
  const { cidrBlock: _one, ipv6CidrBlock: _one6, ipv6CidrBlocks: _all6, ...rest } = given;
  const ipv4CidrBlocks = networksOf(given, "cidrBlock", "ipv4CidrBlocks", before?.ipv4CidrBlocks ?? []);
  const networks6 = networksOf(given, "ipv6CidrBlock", "ipv6CidrBlocks", before?.ipv6CidrBlocks ?? []);
  const [cidrBlock] = ipv4CidrBlocks;
  return {
    ...rest,
    ...(cidrBlock !== undefined && { cidrBlock, ipv4CidrBlocks }),
    ipv6CidrBlocks: networks6.map((cidr) => fullCidr6(requireCidr6(SERVICE, cidr, "ipv6cidr_blocks"))),
  };
}

/** Link-local, of the router's hardware address (RFC 4291, appendix A). */
function routerAddress6(mac: string): string {
  const [first = 0, ...rest] = mac.split(":").map((octet) => parseInt(octet, 16));
  const hex = [0xfe, 0x80, 0, 0, 0, 0, 0, 0, first ^ 2, ...rest.slice(0, 2), 0xff, 0xfe, ...rest.slice(2)];
  return formatAddress6(BigInt(`0x${Buffer.from(hex).toString("hex")}`));
}

/** What a subnet has of its VCN where nothing else is given, and what the service gives it. */
function defaults(call: ProviderContext, said: Attributes): Attributes {
  const octets = Array.from({ length: 3 }, () =>
    (parseInt(call.world.random(4), 36) % 256).toString(16).padStart(2, "0"),
  );
  const virtualRouterMac = ["00", "00", "17", ...octets].join(":").toUpperCase();
  const vcn = requireVcn(call, SERVICE, required(said, "vcnId"));
  return {
    virtualRouterMac,
    routeTableId: vcn.defaultRouteTableId,
    securityListIds: [vcn.defaultSecurityListId],
    dhcpOptionsId: vcn.defaultDhcpOptionsId,
  };
}

function requireLabel(call: ProviderContext, vcn: Vcn, label: string): void {
  if (vcn.dnsLabel === null)
    throw invalid(SERVICE, `The VCN has no dnsLabel, so its subnets cannot have one.`, "dns_label");
  if (call.world.state.oci.subnets.some(({ vcnId, dnsLabel }) => vcnId === vcn.id && dnsLabel === label))
    throw conflict(SERVICE, `dnsLabel ${label} is already used in the VCN.`, "dns_label");
  requireDnsLabel(SERVICE, label);
}

function requireSecurityList(call: ProviderContext, id: string, vcnId: string): void {
  const { securityLists } = call.world.state.oci;
  if (requireObject(call, SERVICE, securityLists, id, "security_list_ids").vcnId !== vcnId)
    throw invalid(SERVICE, `Security list ${id} belongs to another VCN.`, "security_list_ids");
}

/** @throws ServiceRefusal where an address is in use that no network has */
function requireAddresses(call: ProviderContext, { id, ipv4CidrBlocks }: Subnet): void {
  const networks = ipv4CidrBlocks.map((cidr) => requireCidr(SERVICE, cidr, "cidr_block"));
  for (const address of takenAddresses(call.world.state.oci, id)) {
    const value = parseAddress(address) ?? 0;
    if (!networks.some(({ base, size }) => value >= base && value < base + size))
      throw conflict(SERVICE, `${ipv4CidrBlocks.join(", ")} leaves out ${address}, which is in use.`, "cidr_block");
  }
}

function subnetDomain(tenancy: OciTenancy, { vcnId, dnsLabel }: Subnet): string | null {
  const vcn = tenancy.vcns.find(({ id }) => id === vcnId);
  const domain = vcn ? vcnDomain(vcn) : null;
  return dnsLabel && domain && `${dnsLabel}.${domain}`;
}

declare module "../../world/oci.ts" {
  interface OciTenancy {
    subnets: Subnet[];
  }
}

/** Regional, or of an availability domain; goes when nothing has an address in it. */
export const subnet: Resource<z.output<typeof body>> = {
  type: "oci_core_subnet",
  service: SERVICE,
  path: "/20160918/subnets",
  idType: "subnet",
  ...AVAILABLE,
  workBeside: { entityType: "subnet", move: "ChangeSubnetCompartment" },
  inVcn: true,
  body,
  fixed: ["vcnId", "dnsLabel", "availabilityDomain", "prohibitPublicIpOnVnic"],
  readOnly: ["virtualRouterMac"],
  all: (tenancy) => tenancy.subnets,
  prepare(given, { call, before }) {
    const said = networkFields(given, before);
    if (before) return said;
    const { prohibitInternetIngress: prohibitPublicIpOnVnic = false } = said;
    return { prohibitPublicIpOnVnic, ...defaults(call, said), ...said };
  },
  check(next, { call, before }) {
    const vcn = requireVcn(call, SERVICE, next.vcnId);
    for (const cidr of next.ipv4CidrBlocks) requireNetwork(call, vcn, cidr, next);
    for (const cidr of next.ipv6CidrBlocks) requireNetwork6(call, vcn, cidr, next);
    if (before) requireAddresses(call, next);
    else if (next.dnsLabel !== null) requireLabel(call, vcn, next.dnsLabel);
    requireRouteTable(call, SERVICE, next.routeTableId, vcn.id);
    for (const id of next.securityListIds) requireSecurityList(call, id, vcn.id);
    requireDhcpOptions(call, SERVICE, vcn.id, next.dhcpOptionsId);
  },
  remove({ id }, call) {
    const { networkLoadBalancers, loadBalancers } = call.world.state.oci;
    const attached = attachedVnics(call.world.state.oci).find(({ vnic }) => vnic.subnetId === id)?.vnic;
    if (attached) throw referenced(SERVICE, `The Subnet ${id}`, `the VNIC ${attached.id} of ${attached.displayName}`);
    const balancer = networkLoadBalancers.find(({ subnetId }) => subnetId === id);
    if (balancer) throw referenced(SERVICE, `The Subnet ${id}`, `the network load balancer ${balancer.id}`);
    const flexible = loadBalancers.find(({ subnetIds }) => subnetIds.includes(id));
    if (flexible) throw referenced(SERVICE, `The Subnet ${id}`, `the load balancer ${flexible.id}`);
  },
  computed: (record, tenancy) => ({
    ipv6CidrBlock: record.ipv6CidrBlocks[0] ?? null,
    ipv6VirtualRouterIp: record.ipv6CidrBlocks.length > 0 ? routerAddress6(record.virtualRouterMac) : null,
    subnetDomainName: subnetDomain(tenancy, record),
    prohibitInternetIngress: record.prohibitPublicIpOnVnic,
    virtualRouterIp: formatAddress(requireCidr(SERVICE, record.cidrBlock, "cidr_block").base + 1),
  }),
};
