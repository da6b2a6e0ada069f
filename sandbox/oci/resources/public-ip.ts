/** Public addresses: reserved ones, which outlive what they are assigned to, and those that an instance has of its own. */
import { z } from "zod";
import type { ProviderContext } from "../../plugin/resource.ts";
import type { OciTenancy } from "../../world/oci.ts";
import { takePublicAddress } from "./addresses.ts";
import { generatedName, maybeText, type Resource, type Stored, text } from "../kernel/resource.ts";
import { type Attached, attachedVnics, own, privateIpOf, siblingId } from "./primary-address.ts";
import { conflict, invalid, notFound, referenced } from "../model/refusals.ts";
import { requireObject } from "../model/records.ts";

const SERVICE = "Core Public Ip";

const body = z.object({ displayName: generatedName, ipAddress: text, privateIpId: maybeText });

type PublicIp = Stored<z.output<typeof body>>;

/** @throws 409 for the address of a load balancer, which has it as long as it lives */
function requireNoBalancer(call: ProviderContext, id: string): void {
  const { networkLoadBalancers, loadBalancers } = call.world.state.oci;
  const owner = [...networkLoadBalancers, ...loadBalancers].find(({ reservedIpId }) => reservedIpId === id);
  if (owner) throw referenced(SERVICE, `The public IP ${id}`, `the load balancer ${owner.id}`);
}

/** The private address that a reserved public one is for: it has no other. */
function requireFree(call: ProviderContext, id: string, self: string | undefined): void {
  const { publicIps } = call.world.state.oci;
  if (!privateIpOf(call.world.state.oci, id)) throw notFound(SERVICE, id, "private_ip_id");
  const ephemeral = attachedVnics(call.world.state.oci).some(
    ({ publicIp, vnic }) => publicIp !== null && siblingId(vnic.id, "privateip") === id,
  );
  if (ephemeral || publicIps.some((other) => other.privateIpId === id && other.id !== self))
    throw conflict(SERVICE, `The private IP ${id} has a public one.`, "private_ip_id");
}

function ephemeralAddress(attached: Attached, ipAddress: string): PublicIp {
  const { id: vnicId, displayName } = attached.vnic;
  const privateIpId = siblingId(vnicId, "privateip");
  return { ...own(attached), id: siblingId(vnicId, "publicip"), displayName, ipAddress, privateIpId };
}

/** The VNIC that an ephemeral address is of; null where the id is of no such address. */
export function withEphemeral(tenancy: OciTenancy, id: string): Attached | null {
  return (
    attachedVnics(tenancy).find(({ publicIp, vnic }) => publicIp !== null && siblingId(vnic.id, "publicip") === id) ??
    null
  );
}

/** Gives a VNIC an ephemeral address: on its primary private one, as there. @throws 400, 404, or 409 where it has one */
export function assignEphemeral(call: ProviderContext, privateIpId: string): PublicIp {
  const { oci } = call.world.state;
  requireFree(call, privateIpId, undefined);
  const attached = attachedVnics(oci).find(({ vnic }) => siblingId(vnic.id, "privateip") === privateIpId);
  if (!attached) throw invalid(SERVICE, `${privateIpId} is no VNIC's primary private IP.`, "private_ip_id");
  if (oci.subnets.some(({ id, prohibitPublicIpOnVnic }) => id === attached.vnic.subnetId && prohibitPublicIpOnVnic))
    throw invalid(SERVICE, `Subnet ${attached.vnic.subnetId} prohibits public IP addresses.`, "private_ip_id");
  attached.publicIp = takePublicAddress(call, SERVICE);
  call.world.changed();
  return ephemeralAddress(attached, attached.publicIp);
}

declare module "../../world/oci.ts" {
  interface OciTenancy {
    publicIps: PublicIp[];
  }
}

/** Reserved ones are kept; ephemeral ones follow from their VNICs. */
export const publicIp: Resource<z.output<typeof body>> = {
  type: "oci_core_public_ip",
  service: SERVICE,
  path: "/20160918/publicIps",
  idType: "publicip",
  body,
  readOnly: ["ipAddress"],
  notPlayed: ["public_ip_pool_id"],
  all: (tenancy) => tenancy.publicIps,
  unmade: ({ world }) =>
    attachedVnics(world.state.oci).flatMap((each) =>
      each.publicIp === null ? [] : ephemeralAddress(each, each.publicIp),
    ),
  prepare({ lifetime = null, ...said }, { call, before }) {
    if (before) return said;
    if (lifetime !== "RESERVED")
      throw invalid(SERVICE, `lifetime ${String(lifetime)} is not valid: RESERVED or EPHEMERAL.`, "lifetime");
    return { ...said, ipAddress: takePublicAddress(call, SERVICE) };
  },
  check({ privateIpId }, { call, before }) {
    if (before && privateIpId === before.privateIpId) return;
    if (before) requireNoBalancer(call, before.id);
    if (privateIpId !== null) requireFree(call, privateIpId, before?.id);
  },
  remove: ({ id }, call) => requireNoBalancer(call, id),
  inventoryName: () => null,
  computed({ id, privateIpId }, tenancy) {
    const owner = attachedVnics(tenancy).find(({ vnic }) => siblingId(vnic.id, "publicip") === id);
    return {
      lifetime: owner ? "EPHEMERAL" : "RESERVED",
      scope: owner ? "AVAILABILITY_DOMAIN" : "REGION",
      availabilityDomain: owner?.availabilityDomain ?? null,
      assignedEntityId: privateIpId,
      assignedEntityType: privateIpId === null ? null : "PRIVATE_IP",
      lifecycleState: privateIpId === null ? "AVAILABLE" : "ASSIGNED",
    };
  },
};

/** The reserved address that is to be the public one; null where the service is to choose. @throws 404, or 409 when it is in use */
export function reservedIp(
  call: ProviderContext,
  service: string,
  ids: readonly string[],
  isPrivate: boolean,
): PublicIp | null {
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
export function release(call: ProviderContext, id: string | null): void {
  for (const address of call.world.state.oci.publicIps) if (address.id === id) address.privateIpId = null;
}
