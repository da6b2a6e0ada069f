/** Network load balancers. */
import { z } from "zod";
import type { Attributes, ProviderContext } from "../../plugin/resource.ts";
import { takeAddress, takePublicAddress } from "./addresses.ts";
import { nestedTags } from "../model/fields.ts";
import { isObject, maybeFlag, maybeText as said, text as required } from "../model/attributes.ts";
import { systemTags } from "../model/shapes.ts";
import { ACTIVE, flag, maybeText, maybeTexts, type Resource, type Stored, text } from "../kernel/resource.ts";
import { requireRoom } from "../model/limits.ts";
import { siblingId } from "./primary-address.ts";
import { invalid, notPlayed } from "../model/refusals.ts";
import { isInside6, networkOf, takeAddress6 } from "./ipv6.ts";
import { release, reservedIp } from "./public-ip.ts";
import type { BackendSet } from "./network-backend-set.ts";
import type { Listener } from "./network-listener.ts";
import { requireGroups } from "./security-group.ts";
import { requireSubnet } from "./subnet.ts";

const SERVICE = "Network Load Balancer";

const body = z.object({
  displayName: text,
  subnetId: text,
  isPrivate: flag.default(false),
  isPreserveSourceDestination: flag.default(false),
  isSymmetricHashEnabled: flag.default(false),
  networkSecurityGroupIds: maybeTexts,
  privateIp: text,
  publicIp: maybeText,
  /** Of the reserved address that is its public one; null: the service chose one. */
  reservedIpId: maybeText,
  nlbIpVersion: z.enum(["IPV4", "IPV4_AND_IPV6"]).default("IPV4"),
  /** Where it has both versions. */
  ipv6Address: maybeText,
  /** Kept and shown: nothing here is held to it. */
  securityAttributes: z.record(z.string(), z.json()).default({}),
  timeUpdated: text,
  backendSets: z.array(z.custom<BackendSet>()).default([]),
  listeners: z.array(z.custom<Listener>()).default([]),
});

/** What a network load balancer has of its own. */
export type NetworkBalancerBody = z.output<typeof body>;

function addressFields(ipAddress: string, isPublic: boolean, reserved: string | null) {
  const ipVersion = ipAddress.includes(":") ? "IPV6" : "IPV4";
  return { ipAddress, isPublic, ipVersion, reservedIp: reserved === null ? null : { id: reserved } };
}

/** Its IPv6 address: the one that is said, one of the network that is said, or of the subnet's first. */
function address6(call: ProviderContext, given: Attributes, before: Stored<NetworkBalancerBody> | null): string | null {
  const version = said(given, "nlbIpVersion") ?? before?.nlbIpVersion ?? "IPV4";
  if (version === "IPV6") throw notPlayed("nlb_ip_version IPV6", "nlb_ip_version");
  if (version === "IPV4") return null;
  const subnet = requireSubnet(call, SERVICE, before?.subnetId ?? required(given, "subnetId"), "subnet_id");
  const wanted = said(given, "assignedIpv6");
  const had = before?.ipv6Address ?? null;
  const network = networkOf(subnet, said(given, "subnetIpv6Cidr"), wanted ?? had);
  if (had !== null && isInside6(had, network) && (wanted === null || isInside6(wanted, `${had}/128`))) return had;
  return takeAddress6(call, network, wanted);
}

/** The part of this name; null where there is none. */
export function byName<T extends { readonly name: string }>(list: readonly T[], name: string | undefined): T | null {
  return list.find((item) => item.name === name) ?? null;
}

declare module "../../world/oci.ts" {
  interface OciTenancy {
    networkLoadBalancers: Stored<NetworkBalancerBody>[];
  }
}

/** In one subnet, with an address that the service chose or that was reserved. */
export const networkLoadBalancer: Resource<NetworkBalancerBody> = {
  type: "oci_network_load_balancer_network_load_balancer",
  service: SERVICE,
  path: "/20200501/networkLoadBalancers",
  idType: "networkloadbalancer",
  ...ACTIVE,
  work: { entityType: "NetworkLoadBalancer", operation: "NETWORK_LOAD_BALANCER" },
  body,
  fixed: ["subnetId", "isPrivate"],
  readOnly: ["privateIp", "publicIp", "ipv6Address", "reservedIpId", "timeUpdated", "backendSets", "listeners"],
  hidden: ["privateIp", "publicIp", "ipv6Address", "reservedIpId"],
  all: (tenancy) => tenancy.networkLoadBalancers,
  prepare(given, { call, before }) {
    const common = { ipv6Address: address6(call, given, before), timeUpdated: call.world.now() };
    const { assignedIpv6: _address, subnetIpv6Cidr: _network, ...rest } = given;
    if (before) return { ...rest, ...common };
    const { reservedIps, assignedPrivateIpv4: _wanted, ...more } = rest;
    const subnet = requireSubnet(call, SERVICE, required(given, "subnetId"), "subnet_id");
    const isPrivate = maybeFlag(given, "isPrivate") ?? false;
    const ids = Array.isArray(reservedIps) ? reservedIps.filter(isObject).map((each) => required(each, "id")) : [];
    const reserved = reservedIp(call, SERVICE, ids, isPrivate);
    const chosen = isPrivate || reserved ? null : takePublicAddress(call, SERVICE);
    return {
      ...more,
      ...common,
      privateIp: takeAddress(call, SERVICE, subnet, said(given, "assignedPrivateIpv4"), "assigned_private_ipv4"),
      publicIp: reserved?.ipAddress ?? chosen,
      reservedIpId: reserved?.id ?? null,
    };
  },
  check({ subnetId, networkSecurityGroupIds, isPrivate }, { call, before }) {
    const subnet = requireSubnet(call, SERVICE, subnetId, "subnet_id");
    requireGroups(call, SERVICE, networkSecurityGroupIds, subnet.vcnId, "network_security_group_ids");
    if (!isPrivate && subnet.prohibitPublicIpOnVnic)
      throw invalid(SERVICE, `Subnet ${subnet.id} prohibits public IP addresses.`, "is_private");
    if (!before) requireRoom(call.world.state.oci, { networkLoadBalancers: 1 });
  },
  made({ id, reservedIpId }, _said, call) {
    const reserved = call.world.state.oci.publicIps.find((each) => each.id === reservedIpId);
    if (reserved) reserved.privateIpId = siblingId(id, "privateip");
  },
  remove: ({ reservedIpId }, call) => release(call, reservedIpId),
  // In a world of before it had one version, and no attributes.
  computed: ({ publicIp, privateIp, reservedIpId, backendSets, listeners, isPrivate, ...each }, tenancy) => ({
    lifecycleDetails: null,
    nlbIpVersion: each.nlbIpVersion ?? "IPV4",
    securityAttributes: each.securityAttributes ?? {},
    ipAddresses: [
      ...(publicIp === null ? [] : [addressFields(publicIp, true, reservedIpId)]),
      addressFields(privateIp, false, null),
      ...(each.ipv6Address ? [addressFields(each.ipv6Address, !isPrivate, null)] : []),
    ],
    systemTags: nestedTags(systemTags(tenancy)),
    backendSets: Object.fromEntries(backendSets.map((each) => [each.name, each])),
    listeners: Object.fromEntries(listeners.map((each) => [each.name, each])),
  }),
};
