/** Load balancers of layer 7, of the one shape that Oracle still makes: flexible, from 10 to 8000 Mbps. */
import { z } from "zod";
import type { Attributes, ProviderContext } from "../../plugin/resource.ts";
import { takeAddress, takePublicAddress } from "./addresses.ts";
import { nestedTags } from "../model/fields.ts";
import {
  isObject,
  maybeFlag,
  maybeText as said,
  maybeTexts as saidTexts,
  text as required,
} from "../model/attributes.ts";
import { systemTags } from "../model/shapes.ts";
import { ACTIVE, flag, maybeText, maybeTexts, type Resource, type Stored, text, texts } from "../kernel/resource.ts";
import { parsed } from "../kernel/operations.ts";
import { requireRoom } from "../model/limits.ts";
import { siblingId } from "./primary-address.ts";
import { conflict, invalid } from "../model/refusals.ts";
import { isInside6, networkOf, takeAddress6 } from "./ipv6.ts";
import type { BackendSet, Certificate, Listener } from "./load-balancer-bodies.ts";
import type { CipherSuite, Hostname, PathRouteSet, RoutingPolicy, RuleSet } from "./load-balancer-rules.ts";
import { release, reservedIp } from "./public-ip.ts";
import { requireGroups } from "./security-group.ts";
import { requireSubnet, type Subnet } from "./subnet.ts";

const SERVICE = "Load Balancer";

/** oracle/oci-go-sdk v65, loadbalancer/shape_details.go */
const [LEAST_MBPS, MOST_MBPS] = [10, 8000];
/** The one shape that there is. */
export const SHAPE = "flexible";

const shapeBody = z.object({
  shapeName: text,
  shapeDetails: z.object({ minimumBandwidthInMbps: z.number(), maximumBandwidthInMbps: z.number() }),
});

const body = z.object({
  displayName: text,
  ...shapeBody.shape,
  subnetIds: texts.default([]),
  isPrivate: flag.default(false),
  isDeleteProtectionEnabled: flag.default(false),
  isRequestIdEnabled: flag.default(false),
  requestIdHeader: text.default("X-Request-Id"),
  networkSecurityGroupIds: maybeTexts,
  /** In the first of its subnets. */
  privateIp: text,
  publicIp: maybeText,
  ipMode: z.enum(["IPV4", "IPV6"]).default("IPV4"),
  /** Where its traffic is IPv6. */
  ipv6Address: maybeText,
  /** Kept and shown: nothing here is held to it. */
  securityAttributes: z.record(z.string(), z.json()).default({}),
  /** Of the reserved address that is its public one; null: the service chose one. */
  reservedIpId: maybeText,
  backendSets: z.array(z.custom<BackendSet>()).default([]),
  listeners: z.array(z.custom<Listener>()).default([]),
  certificates: z.array(z.custom<Certificate>()).default([]),
  hostnames: z.array(z.custom<Hostname>()).default([]),
  ruleSets: z.array(z.custom<RuleSet>()).default([]),
  pathRouteSets: z.array(z.custom<PathRouteSet>()).default([]),
  routingPolicies: z.array(z.custom<RoutingPolicy>()).default([]),
  sslCipherSuites: z.array(z.custom<CipherSuite>()).default([]),
});

/** What a flexible load balancer has of its own. */
export type LoadBalancerBody = z.output<typeof body>;

type Shape = z.output<typeof shapeBody>;

/** @throws ServiceRefusal for another shape, a bandwidth that it has not, or that the account has no room for */
function requireShape(call: ProviderContext, { shapeName, shapeDetails }: Shape, before: Shape | null): void {
  if (shapeName.toLowerCase() !== SHAPE)
    throw invalid(
      SERVICE,
      `shapeName ${shapeName} is not valid: fixed shapes are gone since May 2023, it is ${SHAPE}.`,
    );
  const { minimumBandwidthInMbps: least, maximumBandwidthInMbps: most } = shapeDetails;
  if (!(least >= LEAST_MBPS && most >= least && most <= MOST_MBPS))
    throw invalid(
      SERVICE,
      `shapeDetails of ${least} to ${most} Mbps are not valid: ${LEAST_MBPS} to ${MOST_MBPS}, the smaller one first.`,
    );
  requireRoom(call.world.state.oci, {
    loadBalancers: before === null ? 1 : 0,
    loadBalancerMbps: most - (before?.shapeDetails.maximumBandwidthInMbps ?? 0),
  });
}

/** Gives a load balancer another bandwidth, which a call of its own does. */
export function reshape(call: ProviderContext, record: Stored<LoadBalancerBody>, given: Attributes): void {
  const shape = parsed(SERVICE, shapeBody, given);
  requireShape(call, shape, record);
  record.shapeDetails = shape.shapeDetails;
}

/** Oracle's page on load balancers: one regional subnet, or, for a public one, two of different availability domains. */
function requireSubnets(call: ProviderContext, ids: readonly string[], isPrivate: boolean): Subnet {
  const [first, ...more] = ids.map((id) => requireSubnet(call, SERVICE, id, "subnet_ids"));
  if (first === undefined) throw invalid(SERVICE, "subnetIds is required: at least one.");
  const domains = new Set([first, ...more].map(({ availabilityDomain }) => availabilityDomain));
  const wanted = isPrivate || first.availabilityDomain === null ? 1 : 2;
  if (ids.length !== wanted || domains.size !== wanted || more.some(({ vcnId }) => vcnId !== first.vcnId))
    throw invalid(SERVICE, "subnetIds is one regional subnet; of a public one else two, of two availability domains.");
  const closed = [first, ...more].find(({ prohibitPublicIpOnVnic }) => prohibitPublicIpOnVnic);
  if (!isPrivate && closed) throw invalid(SERVICE, `Subnet ${closed.id} prohibits public IP addresses.`);
  return first;
}

/** The address that it has where its traffic is IPv6, of the network that is named, or the subnet's first. */
function address6(call: ProviderContext, given: Attributes, before: Stored<LoadBalancerBody> | null): string | null {
  if ((said(given, "ipMode") ?? before?.ipMode) !== "IPV6") return null;
  const [subnetId = ""] = before?.subnetIds ?? saidTexts(given, "subnetIds") ?? [];
  const network = networkOf(requireSubnet(call, SERVICE, subnetId, "subnet_ids"), said(given, "ipv6SubnetCidr"), null);
  const had = before?.ipv6Address ?? null;
  return had !== null && isInside6(had, network) ? had : takeAddress6(call, network, null);
}

/** Its parts that the API tells by their names. */
const BY_NAME = [
  "backendSets",
  "listeners",
  "hostnames",
  "ruleSets",
  "pathRouteSets",
  "routingPolicies",
  "sslCipherSuites",
] as const;

declare module "../../world/oci.ts" {
  interface OciTenancy {
    loadBalancers: Stored<LoadBalancerBody>[];
  }
}

/** Its parts are made one by one; those of an account share a bandwidth. */
export const loadBalancer: Resource<LoadBalancerBody> = {
  type: "oci_load_balancer_load_balancer",
  service: SERVICE,
  path: "/20170115/loadBalancers",
  idType: "loadbalancer",
  ...ACTIVE,
  work: { entityType: "LoadBalancer", operation: "LoadBalancer", style: "older" },
  without: ["move"],
  body,
  fixed: ["shapeName", "shapeDetails", "subnetIds", "isPrivate"],
  readOnly: ["privateIp", "publicIp", "ipv6Address", "reservedIpId", "certificates", ...BY_NAME],
  hidden: ["privateIp", "publicIp", "ipv6Address", "reservedIpId"],
  // Parts are made one by one, as the provider makes them.
  notPlayed: [
    "listeners",
    "backend_sets",
    "certificates",
    "hostnames",
    "path_route_sets",
    "rule_sets",
    "ssl_cipher_suites",
  ],
  all: (tenancy) => tenancy.loadBalancers,
  prepare(given, { call, before }) {
    const { reservedIps, ipv6SubnetCidr: _network, ...rest } = given;
    const more = { ...rest, ipv6Address: address6(call, given, before) };
    if (before) return more;
    const isPrivate = maybeFlag(given, "isPrivate") ?? false;
    const subnet = requireSubnets(call, saidTexts(given, "subnetIds") ?? [], isPrivate);
    const ids = Array.isArray(reservedIps) ? reservedIps.filter(isObject).map((each) => required(each, "id")) : [];
    const reserved = reservedIp(call, SERVICE, ids, isPrivate);
    const chosen = isPrivate || reserved ? null : takePublicAddress(call, SERVICE);
    return {
      ...more,
      privateIp: takeAddress(call, SERVICE, subnet, null, "subnet_ids"),
      publicIp: reserved?.ipAddress ?? chosen,
      reservedIpId: reserved?.id ?? null,
    };
  },
  check(next, { call, before }) {
    const subnet = requireSubnet(call, SERVICE, next.subnetIds[0] ?? "", "subnet_ids");
    requireGroups(call, SERVICE, next.networkSecurityGroupIds, subnet.vcnId, "network_security_group_ids");
    if (!/^X-/i.test(next.requestIdHeader))
      throw invalid(SERVICE, `requestIdHeader ${next.requestIdHeader} is not valid: it starts with X-.`);
    if (!before) requireShape(call, next, null);
  },
  made({ id, reservedIpId }, _said, call) {
    const reserved = call.world.state.oci.publicIps.find((each) => each.id === reservedIpId);
    if (reserved) reserved.privateIpId = siblingId(id, "privateip");
  },
  remove({ id, isDeleteProtectionEnabled, listeners, reservedIpId }, call) {
    // It protects what is configured to accept traffic (loadbalancer/create_load_balancer_details.go).
    if (isDeleteProtectionEnabled && listeners.length > 0)
      throw conflict(SERVICE, `The load balancer ${id} is protected against deletion, and has listeners.`);
    release(call, reservedIpId);
  },
  computed(each, tenancy) {
    const reserved = each.reservedIpId === null ? null : { id: each.reservedIpId };
    const ipAddress = each.ipv6Address ?? each.publicIp ?? each.privateIp;
    return {
      shapeName: SHAPE,
      ipAddresses: [{ ipAddress, isPublic: each.publicIp !== null, reservedIp: reserved }],
      ipMode: each.ipMode ?? "IPV4",
      securityAttributes: each.securityAttributes ?? {},
      systemTags: nestedTags(systemTags(tenancy)),
      certificates: Object.fromEntries(each.certificates.map((one) => [one.certificateName, one])),
      ...Object.fromEntries(
        BY_NAME.map((list) => [list, Object.fromEntries(each[list].map((one) => [one.name, one]))]),
      ),
    };
  },
};
