/** DHCP options: the DNS servers and search domain of the instances of a subnet. */
import { z } from "zod";
import type { ProviderContext } from "../../plugin/resource.ts";
import { AVAILABLE, generatedName, type Resource, type Stored, text } from "../kernel/resource.ts";
import { invalid, referenced } from "../model/refusals.ts";
import { requireObject } from "../model/records.ts";

const SERVICE = "Core Dhcp Options";
/** oracle/oci-go-sdk v65, core/dhcp_dns_option.go */
const MOST_SERVERS = 3;

const option = z.discriminatedUnion("type", [
  z.object({
    type: z.literal("DomainNameServer"),
    serverType: z.enum(["VcnLocal", "VcnLocalPlusInternet", "CustomDnsServer"], "Unable to process JSON input"),
    customDnsServers: z.array(z.ipv4()).readonly().default([]),
  }),
  z.object({
    type: z.literal("SearchDomain"),
    searchDomainNames: z
      .array(text, "Unable to process JSON input")
      .readonly()
      .refine((names) => names.length === 1 && names[0] !== "", "one name is wanted"),
  }),
]);

const body = z.object({
  vcnId: text,
  displayName: generatedName,
  domainNameType: z.enum(["SUBNET_DOMAIN", "VCN_DOMAIN", "CUSTOM_DOMAIN"]).default("CUSTOM_DOMAIN"),
  options: z.array(option).min(1, "at least one is wanted"),
});

type DhcpOptions = Stored<z.output<typeof body>>;

/** What a VCN is born with. */
export function defaultOptions(domain: string | null): Pick<DhcpOptions, "domainNameType" | "options"> {
  const server = { type: "DomainNameServer", serverType: "VcnLocalPlusInternet", customDnsServers: [] } as const;
  const search = domain === null ? [] : [{ type: "SearchDomain" as const, searchDomainNames: [domain] }];
  return { domainNameType: "CUSTOM_DOMAIN", options: [server, ...search] };
}

/** @throws ServiceRefusal for options that do not exist, or are another VCN's */
export function requireDhcpOptions(call: ProviderContext, service: string, vcnId: string, id: string): void {
  const found = requireObject(call, service, call.world.state.oci.dhcpOptions, id, "dhcp_options_id");
  if (found.vcnId !== vcnId) throw invalid(service, `DHCP options ${id} belong to another VCN.`, "dhcp_options_id");
}

const isDefault = (id: string, vcns: readonly { readonly defaultDhcpOptionsId: string }[]): boolean =>
  vcns.some(({ defaultDhcpOptionsId }) => defaultDhcpOptionsId === id);

declare module "../../world/oci.ts" {
  interface OciTenancy {
    dhcpOptions: Stored<z.output<typeof body>>[];
  }
}

/** A VCN is born with some; others may be made. */
export const dhcpOptions: Resource<z.output<typeof body>> = {
  type: "oci_core_dhcp_options",
  service: SERVICE,
  path: "/20160918/dhcps",
  idType: "dhcpoptions",
  ...AVAILABLE,
  inVcn: true,
  body,
  fixed: ["vcnId"],
  all: (tenancy) => tenancy.dhcpOptions,
  check({ options }) {
    const twice = options.find(({ type }, index) => options.findIndex((other) => other.type === type) < index);
    if (twice) throw invalid(SERVICE, `options has ${twice.type} more than once.`, "options");
    for (const one of options) {
      if (one.type !== "DomainNameServer") continue;
      const count = one.customDnsServers.length;
      const custom = one.serverType === "CustomDnsServer";
      if (custom ? count < 1 || count > MOST_SERVERS : count > 0)
        throw invalid(
          SERVICE,
          `customDnsServers has ${count} addresses: 1 to ${MOST_SERVERS} with CustomDnsServer, none otherwise.`,
          "options",
        );
    }
  },
  remove({ id }, call) {
    const { subnets, vcns } = call.world.state.oci;
    if (isDefault(id, vcns)) throw referenced(SERVICE, `The DHCP options ${id}`, "its VCN, whose default it is");
    const subnet = subnets.find(({ dhcpOptionsId }) => dhcpOptionsId === id);
    if (subnet) throw referenced(SERVICE, `The DHCP options ${id}`, `Subnet ${subnet.id}`);
  },
  inventoryName: ({ id, displayName }, { vcns }) => (isDefault(id, vcns) ? null : displayName),
};
