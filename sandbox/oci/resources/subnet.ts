/** Subnets. */
import { z } from "zod";
import { contains, formatAddress, overlaps, parseAddress } from "../../../config/cidr.ts";
import type { Attributes, ProviderContext } from "../../plugin/resource.ts";
import type { OciTenancy } from "../../world/oci.ts";
import { takenAddresses } from "./addresses.ts";
import { maybeTexts, text as required } from "../model/attributes.ts";
import { requireCidr } from "../model/ipv4.ts";
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
import { conflict, invalid, notPlayed, referenced } from "../model/refusals.ts";
import { requireAvailabilityDomain } from "../model/regions.ts";
import { requireObject } from "../model/records.ts";
import { requireDhcpOptions } from "./dhcp-options.ts";
import { requireRouteTable } from "./route-table.ts";
import { requireDnsLabel, requireVcn, type Vcn, vcnDomain } from "./vcn.ts";

const SERVICE = "Core Subnet";

const body = z.object({
  vcnId: text,
  displayName: generatedName,
  cidrBlock: text,
  dnsLabel: maybeText,
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
function requireNetwork(call: ProviderContext, vcn: Vcn, cidr: string, self: string | undefined): void {
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
}

/** The one network that is said, by either name. @throws ServiceRefusal for several */
function networkOf(said: Attributes, before: string | undefined): string | undefined {
  const { cidrBlock = null } = said;
  const all = [...(typeof cidrBlock === "string" ? [cidrBlock] : []), ...(maybeTexts(said, "ipv4CidrBlocks") ?? [])];
  // Of a change, one of the two may be as it was.
  const [network, ...more] = new Set(all.filter((each) => each !== before));
  if (more.length > 0) throw notPlayed("a subnet with several ipv4CidrBlocks", "ipv4cidr_blocks");
  return network ?? before;
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

/** @throws ServiceRefusal where an address is in use that another network has not */
function requireAddresses(call: ProviderContext, { id, cidrBlock }: Subnet): void {
  const network = requireCidr(SERVICE, cidrBlock, "cidr_block");
  for (const address of takenAddresses(call.world.state.oci, id)) {
    const value = parseAddress(address) ?? 0;
    if (value < network.base || value >= network.base + network.size)
      throw conflict(SERVICE, `The CIDR ${cidrBlock} leaves out ${address}, which is in use.`, "cidr_block");
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
  inVcn: true,
  body,
  fixed: ["vcnId", "dnsLabel", "availabilityDomain", "prohibitPublicIpOnVnic"],
  readOnly: ["virtualRouterMac"],
  notPlayed: ["ipv6cidr_block", "ipv6cidr_blocks"],
  all: (tenancy) => tenancy.subnets,
  prepare(said, { call, before }) {
    const cidrBlock = networkOf(said, before?.cidrBlock);
    const network = cidrBlock === undefined ? {} : { cidrBlock };
    if (before) return { ...said, ...network };
    const { prohibitInternetIngress: prohibitPublicIpOnVnic = false } = said;
    return { prohibitPublicIpOnVnic, ...defaults(call, said), ...said, ...network };
  },
  check(next, { call, before }) {
    const vcn = requireVcn(call, SERVICE, next.vcnId);
    requireNetwork(call, vcn, next.cidrBlock, before?.id);
    if (before) requireAddresses(call, next);
    else {
      if (next.dnsLabel !== null) requireLabel(call, vcn, next.dnsLabel);
      if (next.availabilityDomain !== null) requireAvailabilityDomain(call, SERVICE, next.availabilityDomain);
    }
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
    ipv4CidrBlocks: [record.cidrBlock],
    ipv6CidrBlocks: [],
    subnetDomainName: subnetDomain(tenancy, record),
    prohibitInternetIngress: record.prohibitPublicIpOnVnic,
    virtualRouterIp: formatAddress(requireCidr(SERVICE, record.cidrBlock, "cidr_block").base + 1),
  }),
};
