/** VNICs of both kinds, and the primary private address of each: an object that follows from its VNIC. */
import type { OciObject, OciTenancy } from "../../world/oci.ts";
import type { Instance } from "./instance.ts";
import type { PrivateIp } from "./private-ip.ts";

/** An instance with its primary VNIC, or the attachment of a secondary one. */
export type Attached = OciObject & Pick<Instance, "availabilityDomain" | "privateIp" | "publicIp" | "vnic">;

/** Ids of what belongs to a VNIC are its own, of another type. */
export function siblingId(vnicId: string, type: string): string {
  return vnicId.replace(/^ocid1\.\w+\./, `ocid1.${type}.`);
}

/** Every VNIC: the instances' primary ones, and those that were attached. */
export function attachedVnics({ instances, vnicAttachments }: OciTenancy): readonly Attached[] {
  return [...instances, ...vnicAttachments];
}

/** What every object has, of an object that has more. */
export function own({ id, compartmentId, region, timeCreated, freeformTags, definedTags }: OciObject): OciObject {
  return { id, compartmentId, region, timeCreated, freeformTags, definedTags };
}

/** The private address that a VNIC has of itself. */
export function primaryAddress(attached: Attached): PrivateIp {
  const { vnic } = attached;
  return {
    ...own(attached),
    id: siblingId(vnic.id, "privateip"),
    displayName: vnic.displayName,
    ipAddress: attached.privateIp,
    hostnameLabel: vnic.hostnameLabel,
    subnetId: vnic.subnetId,
    vnicId: vnic.id,
    vlanId: null,
    lifetime: "EPHEMERAL",
    routeTableId: vnic.routeTableId,
    cidrPrefixLength: null,
    ipv4SubnetCidrAtCreation: null,
  };
}

/** A private address of either kind. */
export function privateIpOf(tenancy: OciTenancy, id: string): PrivateIp | null {
  const found = attachedVnics(tenancy).find(({ vnic }) => siblingId(vnic.id, "privateip") === id);
  return found ? primaryAddress(found) : (tenancy.privateIps.find((each) => each.id === id) ?? null);
}

/** The public address that a VNIC is reached at: its ephemeral one, or the reserved one on its primary address. */
export function publicAddressOf(
  { publicIps }: OciTenancy,
  { publicIp, vnic }: Pick<Attached, "publicIp" | "vnic">,
): string | null {
  const primary = siblingId(vnic.id, "privateip");
  return publicIp ?? publicIps.find(({ privateIpId }) => privateIpId === primary)?.ipAddress ?? null;
}

/** What goes with a VNIC: its private addresses. Reserved public ones stay the account's. */
export function detach(tenancy: OciTenancy, vnicId: string): void {
  const added = tenancy.privateIps.filter((each) => each.vnicId === vnicId).map(({ id }) => id);
  const gone = [siblingId(vnicId, "privateip"), ...added];
  tenancy.privateIps = tenancy.privateIps.filter((each) => each.vnicId !== vnicId);
  tenancy.ipv6s = tenancy.ipv6s.filter((each) => each.vnicId !== vnicId);
  for (const address of tenancy.publicIps)
    if (address.privateIpId !== null && gone.includes(address.privateIpId)) address.privateIpId = null;
}
