/** DHCP options: the DNS servers and search domain that instances of a subnet are told. */
import { parseAddress } from "../../config/cidr.ts";
import type { Attributes, Call } from "../plugin/resource.ts";
import type { DhcpOption, DhcpOptions, Vcn } from "../world/oci.ts";
import { blocks, maybeText, maybeTexts, text } from "./attributes.ts";
import { invalid, referenced } from "./refusals.ts";
import { defaultName, newObject, requireObject, stored } from "./stored.ts";

const SERVICE = "Core Dhcp Options";
const SERVER_TYPES = ["VcnLocal", "VcnLocalPlusInternet", "CustomDnsServer"];
const DOMAIN_NAME_TYPES = ["SUBNET_DOMAIN", "VCN_DOMAIN", "CUSTOM_DOMAIN"];
/** oracle/oci-go-sdk v65, core/dhcp_dns_option.go */
const MOST_SERVERS = 3;

/** What a VCN is born with. */
export function defaultDhcpOptions(vcn: Vcn, domain: string | null): DhcpOptions {
  const { compartmentId, region, timeCreated, freeformTags, definedTags, displayName } = vcn;
  return {
    compartmentId,
    region,
    timeCreated,
    freeformTags,
    definedTags,
    id: vcn.defaultDhcpOptionsId,
    vcnId: vcn.id,
    displayName: `Default DHCP Options for ${displayName}`,
    domainNameType: "CUSTOM_DOMAIN",
    options: [
      { type: "DomainNameServer", serverType: "VcnLocalPlusInternet", customDnsServers: [] },
      ...(domain === null ? [] : [{ type: "SearchDomain" as const, searchDomainNames: [domain] }]),
    ],
  };
}

function dnsOption(planned: Attributes): DhcpOption {
  const serverType = text(planned, "server_type");
  const servers = maybeTexts(planned, "custom_dns_servers") ?? [];
  if (!SERVER_TYPES.includes(serverType))
    throw invalid(SERVICE, `serverType ${serverType} is not valid: ${SERVER_TYPES.join(", ")}.`, "options");
  const custom = serverType === "CustomDnsServer";
  if (custom ? servers.length < 1 || servers.length > MOST_SERVERS : servers.length > 0)
    throw invalid(
      SERVICE,
      `customDnsServers has ${servers.length} addresses: 1 to ${MOST_SERVERS} with CustomDnsServer, none otherwise.`,
      "options",
    );
  const wrong = servers.find((server) => parseAddress(server) === null);
  if (wrong !== undefined) throw invalid(SERVICE, `DNS server ${wrong} is no IPv4 address.`, "options");
  return { type: "DomainNameServer", serverType, customDnsServers: servers };
}

function searchOption(planned: Attributes): DhcpOption {
  const names = maybeTexts(planned, "search_domain_names") ?? [];
  if (names.length !== 1 || names[0] === "")
    throw invalid(SERVICE, `searchDomainNames has ${names.length} names: one is wanted.`, "options");
  return { type: "SearchDomain", searchDomainNames: names };
}

function option(planned: Attributes): DhcpOption {
  const type = text(planned, "type");
  if (type === "DomainNameServer") return dnsOption(planned);
  if (type === "SearchDomain") return searchOption(planned);
  throw invalid(SERVICE, `type ${type} is not valid: DomainNameServer or SearchDomain.`, "options");
}

function optionsOf(planned: Attributes): readonly DhcpOption[] {
  const options = blocks(planned, "options").map(option);
  if (options.length === 0) throw invalid(SERVICE, "options is required: at least one.", "options");
  const twice = options.find(({ type }, index) => options.findIndex((other) => other.type === type) < index);
  if (twice) throw invalid(SERVICE, `options has ${twice.type} more than once.`, "options");
  return options;
}

function domainNameType(planned: Attributes, before: string): string {
  const wanted = maybeText(planned, "domain_name_type") ?? before;
  if (DOMAIN_NAME_TYPES.includes(wanted)) return wanted;
  const allowed = DOMAIN_NAME_TYPES.join(", ");
  throw invalid(SERVICE, `domainNameType ${wanted} is not valid: ${allowed}.`, "domain_name_type");
}

/** @throws ServiceRefusal for options that do not exist, or are another VCN's */
export function requireDhcpOptions(call: Call, service: string, vcn: Vcn, id: string): string {
  // A world of before has no object for what its VCNs were born with.
  if (id === vcn.defaultDhcpOptionsId) return id;
  const found = requireObject(call, service, call.world.state.oci.dhcpOptions, id, "dhcp_options_id");
  if (found.vcnId !== vcn.id) throw invalid(service, `DHCP options ${id} belong to another VCN.`, "dhcp_options_id");
  return id;
}

export const dhcpOptions = stored<DhcpOptions>({
  service: SERVICE,
  all: (tenancy) => tenancy.dhcpOptions,
  attributes: (each) => ({
    display_name: each.displayName,
    domain_name_type: each.domainNameType,
    options: each.options.map((one) =>
      one.type === "SearchDomain"
        ? { type: one.type, search_domain_names: one.searchDomainNames }
        : { type: one.type, server_type: one.serverType, custom_dns_servers: one.customDnsServers },
    ),
    vcn_id: each.vcnId,
  }),
  create(call, planned) {
    const vcn = requireObject(call, SERVICE, call.world.state.oci.vcns, text(planned, "vcn_id"), "vcn_id");
    return {
      ...newObject(call, SERVICE, "dhcpoptions", planned),
      vcnId: vcn.id,
      displayName: maybeText(planned, "display_name") ?? defaultName(call, "dhcpoptions"),
      domainNameType: domainNameType(planned, "CUSTOM_DOMAIN"),
      options: optionsOf(planned),
    };
  },
  update(_call, record, planned) {
    const [options, type] = [optionsOf(planned), domainNameType(planned, record.domainNameType)];
    record.options = options;
    record.domainNameType = type;
    record.displayName = maybeText(planned, "display_name") ?? record.displayName;
  },
  remove(call, record) {
    const { subnets, vcns } = call.world.state.oci;
    if (vcns.some(({ defaultDhcpOptionsId }) => defaultDhcpOptionsId === record.id))
      throw referenced(SERVICE, `The DHCP options ${record.id}`, "its VCN, whose default it is");
    const subnet = subnets.find(({ dhcpOptionsId }) => dhcpOptionsId === record.id);
    if (subnet) throw referenced(SERVICE, `The DHCP options ${record.id}`, `Subnet ${subnet.id}`);
  },
});
