/** Network load balancers. */
import { z } from "zod";
import { takeAddress, takePublicAddress } from "./addresses.ts";
import { nestedTags } from "../model/fields.ts";
import { isObject, maybeFlag, maybeText as said, text as required } from "../model/attributes.ts";
import { systemTags } from "../model/shapes.ts";
import { ACTIVE, flag, maybeText, maybeTexts, type Resource, type Stored, text } from "../kernel/resource.ts";
import { requireRoom } from "../model/limits.ts";
import { siblingId } from "./primary-address.ts";
import { invalid, requireIpv4 } from "../model/refusals.ts";
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
  timeUpdated: text,
  backendSets: z.array(z.custom<BackendSet>()).default([]),
  listeners: z.array(z.custom<Listener>()).default([]),
});

/** What a network load balancer has of its own. */
export type NetworkBalancerBody = z.output<typeof body>;

function addressFields(ipAddress: string, isPublic: boolean, reserved: string | null) {
  return { ipAddress, isPublic, ipVersion: "IPV4", reservedIp: reserved === null ? null : { id: reserved } };
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
  readOnly: ["privateIp", "publicIp", "reservedIpId", "timeUpdated", "backendSets", "listeners"],
  hidden: ["privateIp", "publicIp", "reservedIpId"],
  notPlayed: ["assigned_ipv6", "security_attributes", "subnet_ipv6cidr"],
  all: (tenancy) => tenancy.networkLoadBalancers,
  prepare(given, { call, before }) {
    requireIpv4(said(given, "nlbIpVersion"), "nlb_ip_version");
    const timeUpdated = call.world.now();
    if (before) return { ...given, timeUpdated };
    const { reservedIps, assignedPrivateIpv4: _wanted, ...more } = given;
    const subnet = requireSubnet(call, SERVICE, required(given, "subnetId"), "subnet_id");
    const isPrivate = maybeFlag(given, "isPrivate") ?? false;
    const ids = Array.isArray(reservedIps) ? reservedIps.filter(isObject).map((each) => required(each, "id")) : [];
    const reserved = reservedIp(call, SERVICE, ids, isPrivate);
    const chosen = isPrivate || reserved ? null : takePublicAddress(call, SERVICE);
    return {
      ...more,
      timeUpdated,
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
  computed: ({ publicIp, privateIp, reservedIpId, backendSets, listeners }, tenancy) => ({
    lifecycleDetails: null,
    nlbIpVersion: "IPV4",
    securityAttributes: {},
    ipAddresses: [
      ...(publicIp === null ? [] : [addressFields(publicIp, true, reservedIpId)]),
      addressFields(privateIp, false, null),
    ],
    systemTags: nestedTags(systemTags(tenancy)),
    backendSets: Object.fromEntries(backendSets.map((each) => [each.name, each])),
    listeners: Object.fromEntries(listeners.map((each) => [each.name, each])),
  }),
};
