/** Virtual cloud networks and their internet gateways. */
import { overlaps } from "../../config/cidr.ts";
import type { Call } from "../plugin/resource.ts";
import type { InternetGateway, OciTenancy, Vcn } from "../world/oci.ts";
import { maybeFlag, maybeText, maybeTexts, text } from "./attributes.ts";
import { defaultDhcpOptions } from "./dhcp-options.ts";
import { requireCidr } from "./ipv4.ts";
import { requireRoom } from "./limits.ts";
import { invalid, limitExceeded, referenced } from "./refusals.ts";
import { regionalId } from "./regions.ts";
import { openRules } from "./security-list.ts";
import { defaultName, newObject, requireObject, stored } from "./stored.ts";

const SERVICE = "Core Vcn";
const GATEWAY = "Core Internet Gateway";

/** A VCN is /16 to /30; its CIDRs must not overlap. */
function requireCidrs(cidrs: readonly string[]): readonly string[] {
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
  return cidrs;
}

/** DNS labels are letters and digits, 15 at most, and start with a letter. */
export function requireDnsLabel(service: string, label: string | null): string | null {
  if (label !== null && !/^[a-z][a-z0-9]{0,14}$/i.test(label))
    throw invalid(service, `dnsLabel ${label} is invalid: a letter, then at most 14 letters or digits.`, "dns_label");
  return label;
}

export function vcnDomain({ dnsLabel }: Vcn): string | null {
  return dnsLabel && `${dnsLabel}.oraclevcn.com`;
}

/** The default tables and lists of a new VCN; they go with it. */
function createDefaults(call: Call, vcn: Vcn): void {
  const { routeTables, securityLists, dhcpOptions } = call.world.state.oci;
  const { compartmentId, region, timeCreated, freeformTags, definedTags, displayName } = vcn;
  const common = { compartmentId, region, timeCreated, freeformTags, definedTags, vcnId: vcn.id };
  routeTables.push({
    ...common,
    id: vcn.defaultRouteTableId,
    displayName: `Default Route Table for ${displayName}`,
    routeRules: [],
  });
  securityLists.push({
    ...common,
    id: vcn.defaultSecurityListId,
    displayName: `Default Security List for ${displayName}`,
    managed: false,
    rules: openRules(vcn.cidrBlocks),
  });
  dhcpOptions.push(defaultDhcpOptions(vcn, vcnDomain(vcn)));
}

/** What keeps a VCN from being deleted. */
function dependants(tenancy: OciTenancy, vcn: Vcn): string | undefined {
  const { subnets, internetGateways, serviceGateways, networkSecurityGroups } = tenancy;
  const { routeTables, securityLists, dhcpOptions } = tenancy;
  const tables = routeTables.filter(({ id }) => id !== vcn.defaultRouteTableId);
  const lists = securityLists.filter(({ id }) => id !== vcn.defaultSecurityListId);
  const options = dhcpOptions.filter(({ id }) => id !== vcn.defaultDhcpOptionsId);
  const all = [subnets, internetGateways, serviceGateways, networkSecurityGroups, tables, lists, options].flat();
  return all.find(({ vcnId }) => vcnId === vcn.id)?.id;
}

export const vcn = stored<Vcn>({
  service: SERVICE,
  all: (tenancy) => tenancy.vcns,
  attributes: (record) => ({
    byoipv6cidr_blocks: [],
    cidr_block: record.cidrBlocks[0] ?? null,
    cidr_blocks: record.cidrBlocks,
    default_dhcp_options_id: record.defaultDhcpOptionsId,
    default_route_table_id: record.defaultRouteTableId,
    default_security_list_id: record.defaultSecurityListId,
    display_name: record.displayName,
    dns_label: record.dnsLabel,
    ipv6cidr_blocks: [],
    ipv6private_cidr_blocks: [],
    is_ipv6enabled: false,
    security_attributes: {},
    state: "AVAILABLE",
    vcn_domain_name: vcnDomain(record),
  }),
  create(call, planned) {
    const block = maybeText(planned, "cidr_block");
    const list = maybeTexts(planned, "cidr_blocks");
    if (block !== null && list !== null && (list.length !== 1 || list[0] !== block))
      throw invalid(SERVICE, "cidrBlock and cidrBlocks cannot both be said.", "cidr_blocks");
    const cidrs = list ?? (block === null ? [] : [block]);
    if (cidrs.length === 0)
      throw invalid(SERVICE, "cidrBlocks is required: a VCN has at least one CIDR.", "cidr_blocks");
    if (maybeFlag(planned, "is_ipv6enabled") === true)
      throw invalid(SERVICE, "The sandbox has no IPv6.", "is_ipv6enabled");
    requireCidrs(cidrs);
    requireRoom(call.world.state.oci, { vcns: 1 });
    const record: Vcn = {
      ...newObject(call, SERVICE, "vcn", planned),
      displayName: maybeText(planned, "display_name") ?? defaultName(call, "vcn"),
      cidrBlocks: cidrs,
      dnsLabel: requireDnsLabel(SERVICE, maybeText(planned, "dns_label")),
      defaultRouteTableId: regionalId(call, "routetable"),
      defaultSecurityListId: regionalId(call, "securitylist"),
      defaultDhcpOptionsId: regionalId(call, "dhcpoptions"),
    };
    createDefaults(call, record);
    return record;
  },
  update(call, record, planned) {
    const cidrs = requireCidrs(maybeTexts(planned, "cidr_blocks") ?? record.cidrBlocks);
    const gone = record.cidrBlocks.filter((cidr) => !cidrs.includes(cidr));
    const inside = (cidr: string, other: string): boolean =>
      overlaps(requireCidr(SERVICE, cidr, "cidr_blocks"), requireCidr(SERVICE, other, "cidr_blocks"));
    const used = call.world.state.oci.subnets.find(
      ({ vcnId, cidrBlock }) => vcnId === record.id && gone.some((cidr) => inside(cidr, cidrBlock)),
    );
    if (used) throw referenced(SERVICE, `The CIDR ${used.cidrBlock}`, `Subnet ${used.id}`);
    record.cidrBlocks = cidrs;
    record.displayName = maybeText(planned, "display_name") ?? record.displayName;
  },
  remove(call, record) {
    const tenancy = call.world.state.oci;
    const dependant = dependants(tenancy, record);
    if (dependant !== undefined) throw referenced(SERVICE, `The Vcn ${record.id}`, dependant);
    tenancy.routeTables = tenancy.routeTables.filter(({ vcnId }) => vcnId !== record.id);
    tenancy.securityLists = tenancy.securityLists.filter(({ vcnId }) => vcnId !== record.id);
    tenancy.dhcpOptions = tenancy.dhcpOptions.filter(({ vcnId }) => vcnId !== record.id);
  },
});

export function requireVcn(call: Call, service: string, id: string): Vcn {
  return requireObject(call, service, call.world.state.oci.vcns, id, "vcn_id");
}

export const internetGateway = stored<InternetGateway>({
  service: GATEWAY,
  all: (tenancy) => tenancy.internetGateways,
  attributes: (record) => ({
    display_name: record.displayName,
    enabled: record.enabled,
    route_table_id: record.routeTableId,
    state: "AVAILABLE",
    vcn_id: record.vcnId,
  }),
  create(call, planned) {
    const { id } = requireVcn(call, GATEWAY, text(planned, "vcn_id"));
    if (call.world.state.oci.internetGateways.some(({ vcnId }) => vcnId === id))
      throw limitExceeded(GATEWAY, ["internet-gateway-count (limit 1 in a VCN)"]);
    return {
      ...newObject(call, GATEWAY, "internetgateway", planned),
      vcnId: id,
      displayName: maybeText(planned, "display_name") ?? defaultName(call, "internetgateway"),
      enabled: maybeFlag(planned, "enabled") ?? true,
      routeTableId: maybeText(planned, "route_table_id"),
    };
  },
  update(_call, record, planned) {
    record.displayName = maybeText(planned, "display_name") ?? record.displayName;
    record.enabled = maybeFlag(planned, "enabled") ?? record.enabled;
    record.routeTableId = maybeText(planned, "route_table_id");
  },
  remove(call, record) {
    const table = call.world.state.oci.routeTables.find(({ routeRules }) =>
      routeRules.some(({ networkEntityId }) => networkEntityId === record.id),
    );
    if (table) throw referenced(GATEWAY, `The Internet Gateway ${record.id}`, `Route Table ${table.id}`);
  },
});
