/** Load balancers of layer 7, of the one shape that Oracle still makes: flexible, from 10 to 8000 Mbps. */
import type { Attributes, Call } from "../../plugin/resource.ts";
import type { LoadBalancer } from "../../world/oci.ts";
import { block, blocks, maybeFlag, maybeText, maybeTexts, number, text } from "../attributes.ts";
import { release, reservedIp } from "../resources/public-ip.ts";
import { requireRoom } from "../limits.ts";
import { siblingId } from "../primary-address.ts";
import { conflict, invalid, requireIpv4 } from "../refusals.ts";
import { requireGroups } from "../resources/security-group.ts";
import { newObject, stored } from "../stored.ts";
import { takeAddress, takePublicAddress } from "../addresses.ts";
import { requireSubnet, type Subnet } from "../resources/subnet.ts";
import { SERVICE } from "./bodies.ts";

/** oracle/oci-go-sdk v65, loadbalancer/shape_details.go */
const [LEAST_MBPS, MOST_MBPS] = [10, 8000];
export const SHAPE = "flexible";
const REQUEST_ID = "X-Request-Id";

type Bandwidth = Pick<LoadBalancer, "minimumMbps" | "maximumMbps">;

/** @throws for another shape, or a bandwidth that the shape has not, or that the account has no room for */
export function bandwidth(call: Call, planned: Attributes, before: Bandwidth | null): Bandwidth {
  const name = text(planned, "shape_name");
  if (name.toLowerCase() !== SHAPE)
    throw invalid(SERVICE, `shapeName ${name} is not valid: fixed shapes are gone since May 2023, it is ${SHAPE}.`);
  const details = block(planned, "shape_details");
  const [minimumMbps, maximumMbps] = [
    number(details, "minimum_bandwidth_in_mbps"),
    number(details, "maximum_bandwidth_in_mbps"),
  ];
  if (!(minimumMbps >= LEAST_MBPS && maximumMbps >= minimumMbps && maximumMbps <= MOST_MBPS))
    throw invalid(
      SERVICE,
      `shapeDetails of ${minimumMbps} to ${maximumMbps} Mbps are not valid: ${LEAST_MBPS} to ${MOST_MBPS}, the smaller one first.`,
    );
  requireRoom(call.world.state.oci, {
    loadBalancers: before === null ? 1 : 0,
    loadBalancerMbps: maximumMbps - (before?.maximumMbps ?? 0),
  });
  return { minimumMbps, maximumMbps };
}

/** Oracle's page on load balancers: one regional subnet, or, for a public one, two of different availability domains. */
function subnetsOf(call: Call, planned: Attributes, isPrivate: boolean): readonly [Subnet, ...Subnet[]] {
  const ids = maybeTexts(planned, "subnet_ids") ?? [];
  const [first, ...more] = ids.map((id) => requireSubnet(call, SERVICE, id, "subnet_ids"));
  if (first === undefined) throw invalid(SERVICE, "subnetIds is required: at least one.");
  const domains = new Set([first, ...more].map(({ availabilityDomain }) => availabilityDomain));
  const wanted = isPrivate || first.availabilityDomain === null ? 1 : 2;
  if (ids.length !== wanted || domains.size !== wanted || more.some(({ vcnId }) => vcnId !== first.vcnId))
    throw invalid(SERVICE, "subnetIds is one regional subnet; of a public one else two, of two availability domains.");
  const closed = [first, ...more].find(({ prohibitPublicIpOnVnic }) => prohibitPublicIpOnVnic);
  if (!isPrivate && closed) throw invalid(SERVICE, `Subnet ${closed.id} prohibits public IP addresses.`);
  return [first, ...more];
}

/** Without a name it is the service's; another one starts with X-. */
function headerName(planned: Attributes): string {
  const name = maybeText(planned, "request_id_header") ?? REQUEST_ID;
  if (/^X-/i.test(name)) return name;
  throw invalid(SERVICE, `requestIdHeader ${name} is not valid: it starts with X-.`);
}

export const loadBalancer = stored<LoadBalancer>({
  service: SERVICE,
  all: (tenancy) => tenancy.loadBalancers,
  attributes: (each) => ({
    display_name: each.displayName,
    is_delete_protection_enabled: each.isDeleteProtectionEnabled,
    is_request_id_enabled: each.isRequestIdEnabled,
    request_id_header: each.requestIdHeader,
    network_security_group_ids: each.nsgIds,
  }),
  create(call, planned) {
    const common = newObject(call, SERVICE, "loadbalancer", planned);
    const isPrivate = maybeFlag(planned, "is_private") ?? false;
    const [subnet, ...others] = subnetsOf(call, planned, isPrivate);
    requireIpv4(maybeText(planned, "ip_mode"), "ip_mode");
    const groups = maybeTexts(planned, "network_security_group_ids") ?? [];
    requireGroups(call, SERVICE, groups, subnet.vcnId, "network_security_group_ids");
    const reserved = reservedIp(
      call,
      SERVICE,
      blocks(planned, "reserved_ips").map((each) => text(each, "id")),
      isPrivate,
    );
    const size = bandwidth(call, planned, null);
    const privateIp = takeAddress(call, SERVICE, subnet, null, "subnet_ids");
    const chosen = isPrivate || reserved ? null : takePublicAddress(call, SERVICE);
    if (reserved) reserved.privateIpId = siblingId(common.id, "privateip");
    return {
      ...common,
      ...size,
      displayName: text(planned, "display_name"),
      subnetIds: [subnet, ...others].map(({ id }) => id),
      isPrivate,
      privateIp,
      publicIp: reserved?.ipAddress ?? chosen,
      reservedIpId: reserved?.id ?? null,
      isDeleteProtectionEnabled: maybeFlag(planned, "is_delete_protection_enabled") ?? false,
      isRequestIdEnabled: maybeFlag(planned, "is_request_id_enabled") ?? false,
      requestIdHeader: headerName(planned),
      nsgIds: groups,
      backendSets: [],
      listeners: [],
      certificates: [],
    };
  },
  update(call, record, planned) {
    requireIpv4(maybeText(planned, "ip_mode"), "ip_mode");
    const header = headerName(planned);
    const subnet = requireSubnet(call, SERVICE, record.subnetIds[0] ?? "", "subnet_ids");
    const groups = maybeTexts(planned, "network_security_group_ids") ?? record.nsgIds;
    record.nsgIds = requireGroups(call, SERVICE, groups, subnet.vcnId, "network_security_group_ids");
    record.requestIdHeader = header;
    record.displayName = maybeText(planned, "display_name") ?? record.displayName;
    record.isDeleteProtectionEnabled =
      maybeFlag(planned, "is_delete_protection_enabled") ?? record.isDeleteProtectionEnabled;
    record.isRequestIdEnabled = maybeFlag(planned, "is_request_id_enabled") ?? record.isRequestIdEnabled;
  },
  remove(call, record) {
    // It protects what is configured to accept traffic (loadbalancer/create_load_balancer_details.go).
    if (record.isDeleteProtectionEnabled && record.listeners.length > 0)
      throw conflict(SERVICE, `The load balancer ${record.id} is protected against deletion, and has listeners.`);
    release(call, record.reservedIpId);
  },
});
