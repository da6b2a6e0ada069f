/** Network load balancers. */
import type { Attributes, Call } from "../plugin/resource.ts";
import type { NetworkLoadBalancer, PublicIp } from "../world/oci.ts";
import { blocks, maybeFlag, maybeText, maybeTexts, text } from "./attributes.ts";
import { systemTags } from "./instance-attributes.ts";
import { requireRoom } from "./limits.ts";
import { conflict, invalid, requireIpv4 } from "./refusals.ts";
import { siblingId } from "./primary-address.ts";
import { requireGroups } from "./resources/security-group.ts";
import { newObject, providerTime, requireObject, stored } from "./stored.ts";
import { takeAddress, takePublicAddress } from "./addresses.ts";
import { requireSubnet } from "./resources/subnet.ts";

const SERVICE = "Network Load Balancer";

export function requireBalancer(call: Call, service: string, id: string): NetworkLoadBalancer {
  return requireObject(call, service, call.world.state.oci.networkLoadBalancers, id, "network_load_balancer_id");
}

/** The reserved address that is to be the public one; null where the service is to choose. @throws 404, or 409 when it is in use */
export function reservedIp(call: Call, service: string, planned: Attributes, isPrivate: boolean): PublicIp | null {
  const [wanted, ...more] = blocks(planned, "reserved_ips");
  if (!wanted) return null;
  if (isPrivate || more.length > 0)
    throw invalid(service, "reservedIps is one public IP of a load balancer that is not private.", "reserved_ips");
  const found = requireObject(call, service, call.world.state.oci.publicIps, text(wanted, "id"), "reserved_ips");
  if (found.privateIpId !== null)
    throw conflict(service, `The public IP ${found.id} is assigned already.`, "reserved_ips");
  return found;
}

export const networkLoadBalancer = stored<NetworkLoadBalancer>({
  service: SERVICE,
  all: (tenancy) => tenancy.networkLoadBalancers,
  attributes: (record, tenancy) => {
    const address = (ip: string, isPublic: boolean, reserved: string | undefined) => ({
      ip_address: ip,
      ip_version: "IPV4",
      is_public: isPublic,
      reserved_ip: reserved === undefined ? [] : [{ id: reserved }],
    });
    return {
      display_name: record.displayName,
      ip_addresses: [
        ...(record.publicIp === null ? [] : [address(record.publicIp, true, record.reservedIpId)]),
        address(record.privateIp, false, undefined),
      ],
      is_preserve_source_destination: record.isPreserveSourceDestination,
      is_private: record.isPrivate,
      is_symmetric_hash_enabled: record.isSymmetricHashEnabled,
      lifecycle_details: null,
      network_security_group_ids: record.nsgIds,
      nlb_ip_version: "IPV4",
      security_attributes: {},
      state: "ACTIVE",
      subnet_id: record.subnetId,
      system_tags: systemTags(tenancy),
      time_updated: providerTime(record.timeUpdated),
    };
  },
  create(call, planned) {
    const common = newObject(call, SERVICE, "networkloadbalancer", planned);
    const subnet = requireSubnet(call, SERVICE, text(planned, "subnet_id"), "subnet_id");
    const groups = maybeTexts(planned, "network_security_group_ids") ?? [];
    requireGroups(call, SERVICE, groups, subnet.vcnId, "network_security_group_ids");
    requireIpv4(maybeText(planned, "nlb_ip_version"), "nlb_ip_version");
    const isPrivate = maybeFlag(planned, "is_private") ?? false;
    const reserved = reservedIp(call, SERVICE, planned, isPrivate);
    if (!isPrivate && subnet.prohibitPublicIpOnVnic)
      throw invalid(SERVICE, `Subnet ${subnet.id} prohibits public IP addresses.`, "is_private");
    requireRoom(call.world.state.oci, { networkLoadBalancers: 1 });
    const wanted = maybeText(planned, "assigned_private_ipv4");
    const privateIp = takeAddress(call, SERVICE, subnet, wanted, "assigned_private_ipv4");
    const chosen = isPrivate || reserved ? null : takePublicAddress(call, SERVICE);
    if (reserved) reserved.privateIpId = siblingId(common.id, "privateip");
    return {
      ...common,
      displayName: text(planned, "display_name"),
      subnetId: subnet.id,
      isPrivate,
      isPreserveSourceDestination: maybeFlag(planned, "is_preserve_source_destination") ?? false,
      isSymmetricHashEnabled: maybeFlag(planned, "is_symmetric_hash_enabled") ?? false,
      nsgIds: groups,
      privateIp,
      publicIp: reserved?.ipAddress ?? chosen,
      ...(reserved && { reservedIpId: reserved.id }),
      timeUpdated: common.timeCreated,
      backendSets: [],
      listeners: [],
    };
  },
  update(call, record, planned) {
    requireIpv4(maybeText(planned, "nlb_ip_version"), "nlb_ip_version");
    const subnet = requireSubnet(call, SERVICE, record.subnetId, "subnet_id");
    const groups = maybeTexts(planned, "network_security_group_ids") ?? [];
    record.nsgIds = requireGroups(call, SERVICE, groups, subnet.vcnId, "network_security_group_ids");
    record.displayName = text(planned, "display_name");
    record.isPreserveSourceDestination =
      maybeFlag(planned, "is_preserve_source_destination") ?? record.isPreserveSourceDestination;
    record.isSymmetricHashEnabled = maybeFlag(planned, "is_symmetric_hash_enabled") ?? record.isSymmetricHashEnabled;
    record.timeUpdated = call.world.now();
  },
  remove(call, { reservedIpId }) {
    // A reserved address stays the account's.
    for (const address of call.world.state.oci.publicIps) if (address.id === reservedIpId) address.privateIpId = null;
  },
});
