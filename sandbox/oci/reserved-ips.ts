/** Addresses that are objects of their own: more of them on a VNIC, and public ones that outlive their instance. */
import type { PrivateIp, PublicIp } from "../world/oci.ts";
import { maybeText, text } from "./attributes.ts";
import { attachedVnics, privateIpOf, siblingId } from "./primary-address.ts";
import { conflict, invalid, notFound, referenced } from "./refusals.ts";
import { defaultName, newObject, requireObject, stored } from "./stored.ts";
import { takeAddress, takePublicAddress } from "./addresses.ts";
import { requireSubnet } from "./resources/subnet.ts";
import type { Call } from "../plugin/resource.ts";

const PRIVATE = "Core Private Ip";
const PUBLIC = "Core Public Ip";

/** Oracle's limit: 32 on a VNIC, its own one included. */
const MOST_ON_VNIC = 32;

export const privateIp = stored<PrivateIp>({
  service: PRIVATE,
  all: (tenancy) => tenancy.privateIps,
  attributes: (each) => ({
    display_name: each.displayName,
    hostname_label: each.hostnameLabel,
    ip_address: each.ipAddress,
    subnet_id: each.subnetId,
    vnic_id: each.vnicId,
  }),
  create(call, planned) {
    const vnicId = text(planned, "vnic_id");
    const { privateIps } = call.world.state.oci;
    const host = attachedVnics(call.world.state.oci).find(({ vnic }) => vnic.id === vnicId);
    if (!host) throw notFound(PRIVATE, vnicId, "vnic_id");
    if (privateIps.filter((other) => other.vnicId === vnicId).length >= MOST_ON_VNIC - 1)
      throw conflict(PRIVATE, `VNIC ${vnicId} has ${MOST_ON_VNIC} private IP addresses, which is all it can have.`);
    const subnet = requireSubnet(call, PRIVATE, host.vnic.subnetId, "vnic_id");
    return {
      ...newObject(call, PRIVATE, "privateip", { ...planned, compartment_id: host.compartmentId }),
      displayName: maybeText(planned, "display_name") ?? defaultName(call, "privateip"),
      hostnameLabel: maybeText(planned, "hostname_label"),
      ipAddress: takeAddress(call, PRIVATE, subnet, maybeText(planned, "ip_address"), "ip_address"),
      subnetId: subnet.id,
      vnicId,
    };
  },
  update(_call, record, planned) {
    record.displayName = maybeText(planned, "display_name") ?? record.displayName;
    record.hostnameLabel = maybeText(planned, "hostname_label") ?? record.hostnameLabel;
  },
  remove(call, record) {
    for (const address of call.world.state.oci.publicIps)
      if (address.privateIpId === record.id) address.privateIpId = null;
  },
});

/** @throws 409 for the address of a load balancer, which has it as long as it lives */
function requireNoBalancer(call: Call, id: string): void {
  const { networkLoadBalancers, loadBalancers } = call.world.state.oci;
  const owner = [...networkLoadBalancers, ...loadBalancers].find(({ reservedIpId }) => reservedIpId === id);
  if (owner) throw referenced(PUBLIC, `The public IP ${id}`, `the load balancer ${owner.id}`);
}

/** The private address that a reserved public one is for: it has no other. */
function requireFree(call: Call, id: string | null, self: string | null): string | null {
  if (id === null) return null;
  const { publicIps } = call.world.state.oci;
  if (!privateIpOf(call.world.state.oci, id)) throw notFound(PUBLIC, id, "private_ip_id");
  const ephemeral = attachedVnics(call.world.state.oci).some(
    ({ publicIp, vnic }) => publicIp !== null && siblingId(vnic.id, "privateip") === id,
  );
  if (ephemeral || publicIps.some((other) => other.privateIpId === id && other.id !== self))
    throw conflict(PUBLIC, `The private IP ${id} has a public one.`, "private_ip_id");
  return id;
}

export const publicIp = stored<PublicIp>({
  service: PUBLIC,
  all: (tenancy) => tenancy.publicIps,
  attributes: (each) => ({
    display_name: each.displayName,
    ip_address: each.ipAddress,
    private_ip_id: each.privateIpId,
  }),
  create(call, planned) {
    const lifetime = text(planned, "lifetime");
    if (lifetime !== "RESERVED")
      throw invalid(PUBLIC, `lifetime ${lifetime} is not valid: the sandbox makes RESERVED ones.`, "lifetime");
    const privateIpId = requireFree(call, maybeText(planned, "private_ip_id"), null);
    return {
      ...newObject(call, PUBLIC, "publicip", planned),
      displayName: maybeText(planned, "display_name") ?? defaultName(call, "publicip"),
      ipAddress: takePublicAddress(call, PUBLIC),
      privateIpId,
    };
  },
  update(call, record, planned) {
    requireObject(call, PUBLIC, call.world.state.oci.publicIps, record.id);
    const privateIpId = maybeText(planned, "private_ip_id");
    if (privateIpId !== record.privateIpId) {
      requireNoBalancer(call, record.id);
      record.privateIpId = requireFree(call, privateIpId, record.id);
    }
    record.displayName = maybeText(planned, "display_name") ?? record.displayName;
  },
  remove: (call, record) => requireNoBalancer(call, record.id),
});

/** The reserved address that is to be the public one; null where the service is to choose. @throws 404, or 409 when it is in use */
export function reservedIp(call: Call, service: string, ids: readonly string[], isPrivate: boolean): PublicIp | null {
  const [wanted, ...more] = ids;
  if (wanted === undefined) return null;
  if (isPrivate || more.length > 0)
    throw invalid(service, "reservedIps is one public IP of a load balancer that is not private.", "reserved_ips");
  const found = requireObject(call, service, call.world.state.oci.publicIps, wanted, "reserved_ips");
  if (found.privateIpId !== null)
    throw conflict(service, `The public IP ${found.id} is assigned already.`, "reserved_ips");
  return found;
}

/** A reserved address stays the account's when what had it is gone. */
export function release(call: Call, id: string | null): void {
  for (const address of call.world.state.oci.publicIps) if (address.id === id) address.privateIpId = null;
}
