/** Virtual cloud networks. */
import { z } from "zod";
import { overlaps } from "../../../config/cidr.ts";
import type { Attributes, ProviderContext } from "../../plugin/resource.ts";
import { maybeFlag, maybeText as textOf, maybeTexts } from "../model/attributes.ts";
import { requireCidr } from "../model/ipv4.ts";
import { contains6, formatCidr6, overlaps6, requireAddress6, requireCidr6 } from "../model/ipv6.ts";
import { AVAILABLE, generatedName, maybeText, type Resource, type Stored, text, texts } from "../kernel/resource.ts";
import { requireRoom } from "../model/limits.ts";
import { invalid, referenced } from "../model/refusals.ts";
import { regionalId } from "../model/regions.ts";
import { requireObject } from "../model/records.ts";
import { defaultOptions } from "./dhcp-options.ts";
import { openRules } from "./security-rule.ts";

const SERVICE = "Core Vcn";

/** DNS labels are kept in lower case. */
export const lowerCase = (label: string | null): string | null => label && label.toLowerCase();

const body = z.object({
  displayName: generatedName,
  cidrBlocks: texts.default([]),
  /** Oracle's own; it gives a VCN one at most. */
  ipv6CidrBlocks: texts.default([]),
  ipv6PrivateCidrBlocks: texts.default([]),
  dnsLabel: maybeText.transform(lowerCase),
  securityAttributes: z.record(z.string(), z.json()).default({}),
  defaultRouteTableId: text,
  defaultSecurityListId: text,
  defaultDhcpOptionsId: text,
});

/** A virtual cloud network. */
export type Vcn = Stored<z.output<typeof body>>;

/** A VCN is /16 to /30; its CIDRs must not overlap. */
function requireCidrs(cidrs: readonly string[]): void {
  if (cidrs.length === 0) throw invalid(SERVICE, "cidrBlocks is required: a VCN has at least one CIDR.", "cidr_blocks");
  const parsed = cidrs.map((cidr) => requireCidr(SERVICE, cidr, "cidr_blocks"));
  for (const [index, cidr] of parsed.entries()) {
    if (cidr.prefix < 16 || cidr.prefix > 30)
      throw invalid(
        SERVICE,
        `The requested CIDR ${cidrs[index]} is invalid: its size must be /16 to /30.`,
        "cidr_blocks",
      );
    if (parsed.slice(0, index).some((other) => overlaps(other, cidr)))
      throw invalid(SERVICE, `The requested CIDR ${cidrs[index]} overlaps with another one of the VCN.`, "cidr_blocks");
  }
}

/** DNS labels are letters and digits, 15 at most, and start with a letter. */
export function requireDnsLabel(service: string, label: string): void {
  if (!/^[a-z][a-z0-9]{0,14}$/i.test(label))
    throw invalid(service, `dnsLabel ${label} is invalid: a letter, then at most 14 letters or digits.`, "dns_label");
}

/** Oracle's addresses come from the network that RFC 3849 keeps for documentation. */
const DOCUMENTATION6 = requireAddress6(SERVICE, "2001:db8::", "ipv6cidr_blocks");

/** The first /56 that no VCN has. */
function freeBlock({ world }: ProviderContext): string {
  const taken = world.state.oci.vcns.flatMap(({ ipv6CidrBlocks }) => ipv6CidrBlocks);
  const blocks = Array.from({ length: taken.length + 1 }, (_, index) =>
    formatCidr6({ base: DOCUMENTATION6 + (BigInt(index + 1) << 72n), prefix: 56 }),
  );
  return blocks.find((block) => !taken.includes(block)) ?? "";
}

/** Oracle's network of a VCN: where IPv6 is enabled, and no allocation is not asked for. */
function oracleBlocks(given: Attributes, call: ProviderContext, before: Vcn | null): Attributes {
  const [enabled, allocated] = [maybeFlag(given, "isIpv6Enabled"), maybeFlag(given, "isOracleGuaAllocationEnabled")];
  if (enabled === false || allocated === false) return { ipv6CidrBlocks: [] };
  const has = before !== null && before.ipv6CidrBlocks.length > 0;
  return enabled === true && !has ? { ipv6CidrBlocks: [freeBlock(call)] } : {};
}

/** Private networks in their shortest writing. @throws ServiceRefusal for those that overlap, or cannot hold a subnet */
function privateBlocks(said: Attributes): Attributes {
  const networks = maybeTexts(said, "ipv6PrivateCidrBlocks")?.map((cidr) =>
    requireCidr6(SERVICE, cidr, "ipv6private_cidr_blocks"),
  );
  if (!networks) return {};
  for (const [index, network] of networks.entries()) {
    const text = formatCidr6(network);
    if (network.prefix > 64)
      throw invalid(SERVICE, `The requested CIDR ${text} is invalid: /64 is the smallest.`, "ipv6private_cidr_blocks");
    if (networks.slice(0, index).some((other) => overlaps6(other, network)))
      throw invalid(SERVICE, `The requested CIDR ${text} overlaps with another one.`, "ipv6private_cidr_blocks");
  }
  return { ipv6PrivateCidrBlocks: networks.map(formatCidr6) };
}

/** Every IPv6 network of a VCN. */
export function ipv6Blocks({ ipv6CidrBlocks, ipv6PrivateCidrBlocks }: Vcn): readonly string[] {
  return [...ipv6CidrBlocks, ...ipv6PrivateCidrBlocks];
}

/** @throws while a subnet is in an IPv6 network that goes */
function requireUnused6(call: ProviderContext, before: Vcn, next: Vcn): void {
  const stay = ipv6Blocks(next);
  const gone = ipv6Blocks(before)
    .filter((cidr) => !stay.includes(cidr))
    .map((cidr) => requireCidr6(SERVICE, cidr, "ipv6cidr_blocks"));
  const inside = (cidr: string): boolean =>
    gone.some((block) => contains6(block, requireCidr6(SERVICE, cidr, "ipv6cidr_blocks")));
  const used = call.world.state.oci.subnets.find(
    ({ vcnId, ipv6CidrBlocks }) => vcnId === before.id && ipv6CidrBlocks.some(inside),
  );
  if (used) throw referenced(SERVICE, `The CIDR of ${used.ipv6CidrBlocks.join(", ")}`, `Subnet ${used.id}`);
}

/** @throws while a subnet is in a CIDR that goes */
function requireUnused(call: ProviderContext, before: Vcn, cidrBlocks: readonly string[]): void {
  const gone = before.cidrBlocks.filter((cidr) => !cidrBlocks.includes(cidr));
  const inside = (cidr: string, other: string): boolean =>
    overlaps(requireCidr(SERVICE, cidr, "cidr_blocks"), requireCidr(SERVICE, other, "cidr_blocks"));
  const used = call.world.state.oci.subnets.find(
    ({ vcnId, ipv4CidrBlocks }) =>
      vcnId === before.id && gone.some((cidr) => ipv4CidrBlocks.some((own) => inside(cidr, own))),
  );
  if (used) throw referenced(SERVICE, `The CIDR ${used.cidrBlock}`, `Subnet ${used.id}`);
}

/** Where its hosts are looked up; null without a label. */
export function vcnDomain({ dnsLabel }: Pick<Vcn, "dnsLabel">): string | null {
  return dnsLabel && `${dnsLabel}.oraclevcn.com`;
}

/** @throws ServiceRefusal 404 */
export function requireVcn(call: ProviderContext, service: string, id: string): Vcn {
  return requireObject(call, service, call.world.state.oci.vcns, id, "vcn_id");
}

/** The tables and lists of its own; they go with it. */
const defaults = ({ defaultRouteTableId, defaultSecurityListId, defaultDhcpOptionsId }: Vcn) => [
  defaultRouteTableId,
  defaultSecurityListId,
  defaultDhcpOptionsId,
];

declare module "../../world/oci.ts" {
  interface OciTenancy {
    vcns: Vcn[];
  }
}

/** Born with a route table, a security list and DHCP options, which go with it. */
export const vcn: Resource<z.output<typeof body>> = {
  type: "oci_core_vcn",
  service: SERVICE,
  path: "/20160918/vcns",
  idType: "vcn",
  ...AVAILABLE,
  workBeside: { entityType: "vcn", move: "ChangeVcnCompartment" },
  body,
  fixed: ["dnsLabel"],
  readOnly: ["defaultRouteTableId", "defaultSecurityListId", "defaultDhcpOptionsId", "ipv6CidrBlocks"],
  notPlayed: ["byoipv6cidr_details"],
  holds: { by: "vcnId", but: defaults },
  all: (tenancy) => tenancy.vcns,
  prepare({ cidrBlock = null, ...said }, { call, before }) {
    const more = { ...said, ...oracleBlocks(said, call, before), ...privateBlocks(said) };
    if (before) return more;
    const list = maybeTexts(more, "cidrBlocks");
    const block = textOf({ cidrBlock }, "cidrBlock");
    if (block !== null && list !== null && (list.length !== 1 || list[0] !== block))
      throw invalid(SERVICE, "cidrBlock and cidrBlocks cannot both be said.", "cidr_blocks");
    return {
      ...(block !== null && { cidrBlocks: [block] }),
      ...more,
      defaultRouteTableId: regionalId(call, "routetable"),
      defaultSecurityListId: regionalId(call, "securitylist"),
      defaultDhcpOptionsId: regionalId(call, "dhcpoptions"),
    };
  },
  check(next, { call, before }) {
    const { cidrBlocks, dnsLabel } = next;
    requireCidrs(cidrBlocks);
    if (dnsLabel !== null) requireDnsLabel(SERVICE, dnsLabel);
    if (before) {
      requireUnused(call, before, cidrBlocks);
      requireUnused6(call, before, next);
    } else requireRoom(call.world.state.oci, { vcns: 1 });
  },
  made(record, _said, { world }) {
    const { compartmentId, region, timeCreated, freeformTags, definedTags, displayName, id: vcnId } = record;
    const common = { compartmentId, region, timeCreated, freeformTags, definedTags, vcnId };
    const { routeTables, securityLists, dhcpOptions } = world.state.oci;
    routeTables.push({
      ...common,
      id: record.defaultRouteTableId,
      displayName: `Default Route Table for ${displayName}`,
      routeRules: [],
    });
    securityLists.push({
      ...common,
      id: record.defaultSecurityListId,
      displayName: `Default Security List for ${displayName}`,
      managed: false,
      ...openRules(record.cidrBlocks),
    });
    dhcpOptions.push({
      ...common,
      id: record.defaultDhcpOptionsId,
      displayName: `Default DHCP Options for ${displayName}`,
      ...defaultOptions(vcnDomain(record)),
    });
  },
  remove(record, { world }) {
    const { oci } = world.state;
    const stays = ({ id }: { readonly id: string }): boolean => !defaults(record).includes(id);
    oci.routeTables = oci.routeTables.filter(stays);
    oci.securityLists = oci.securityLists.filter(stays);
    oci.dhcpOptions = oci.dhcpOptions.filter(stays);
  },
  computed: (record) => ({
    cidrBlock: record.cidrBlocks[0] ?? null,
    vcnDomainName: vcnDomain(record),
    byoipv6CidrBlocks: [],
  }),
  forTerraform: (record) => ({
    isIpv6Enabled: ipv6Blocks(record).length > 0,
    isOracleGuaAllocationEnabled: record.ipv6CidrBlocks.length > 0,
  }),
};
