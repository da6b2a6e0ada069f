/** Network load balancers. */
import type { Call } from "../plugin/resource.ts";
import type { NetworkLoadBalancer } from "../world/oci.ts";
import { blocks, maybeFlag, maybeText, maybeTexts, text } from "./attributes.ts";
import { systemTags } from "./instance-attributes.ts";
import { requireRoom } from "./limits.ts";
import { invalid, notFound } from "./refusals.ts";
import { requireGroups } from "./security-group.ts";
import { newObject, providerTime, requireObject, stored } from "./stored.ts";
import { requireSubnet, takeAddress, takePublicAddress } from "./subnet.ts";

const SERVICE = "Network Load Balancer";

export function requireBalancer(call: Call, service: string, id: string): NetworkLoadBalancer {
  return requireObject(call, service, call.world.state.oci.networkLoadBalancers, id, "network_load_balancer_id");
}

export const networkLoadBalancer = stored<NetworkLoadBalancer>({
  service: SERVICE,
  all: (tenancy) => tenancy.networkLoadBalancers,
  attributes: (record, tenancy) => {
    const address = (ip: string, isPublic: boolean) => ({
      ip_address: ip,
      ip_version: "IPV4",
      is_public: isPublic,
      reserved_ip: [],
    });
    return {
      display_name: record.displayName,
      ip_addresses: [
        ...(record.publicIp === null ? [] : [address(record.publicIp, true)]),
        address(record.privateIp, false),
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
    const [reserved] = blocks(planned, "reserved_ips");
    if (reserved) throw notFound(SERVICE, `reserved IP ${maybeText(reserved, "id")}`, "reserved_ips");
    const isPrivate = maybeFlag(planned, "is_private") ?? false;
    if (!isPrivate && subnet.prohibitPublicIpOnVnic)
      throw invalid(SERVICE, `Subnet ${subnet.id} prohibits public IP addresses.`, "is_private");
    requireRoom(call.world.state.oci, { networkLoadBalancers: 1 });
    return {
      ...common,
      displayName: text(planned, "display_name"),
      subnetId: subnet.id,
      isPrivate,
      isPreserveSourceDestination: maybeFlag(planned, "is_preserve_source_destination") ?? false,
      isSymmetricHashEnabled: maybeFlag(planned, "is_symmetric_hash_enabled") ?? false,
      nsgIds: groups,
      privateIp: takeAddress(
        call,
        SERVICE,
        subnet,
        maybeText(planned, "assigned_private_ipv4"),
        "assigned_private_ipv4",
      ),
      publicIp: isPrivate ? null : takePublicAddress(call, SERVICE),
      timeUpdated: common.timeCreated,
      backendSets: [],
      listeners: [],
    };
  },
  update(call, record, planned) {
    const subnet = requireSubnet(call, SERVICE, record.subnetId, "subnet_id");
    const groups = maybeTexts(planned, "network_security_group_ids") ?? [];
    record.nsgIds = requireGroups(call, SERVICE, groups, subnet.vcnId, "network_security_group_ids");
    record.displayName = text(planned, "display_name");
    record.isPreserveSourceDestination =
      maybeFlag(planned, "is_preserve_source_destination") ?? record.isPreserveSourceDestination;
    record.isSymmetricHashEnabled = maybeFlag(planned, "is_symmetric_hash_enabled") ?? record.isSymmetricHashEnabled;
    record.timeUpdated = call.world.now();
  },
});
