/** The primary private address of a VNIC: an object like those that were added, which follows from its instance. */
import type { Instance, OciTenancy, PrivateIp } from "../world/oci.ts";

/** Ids of what belongs to a VNIC are its own, of another type. */
export function siblingId(vnicId: string, type: string): string {
  return vnicId.replace(/^ocid1\.\w+\./, `ocid1.${type}.`);
}

export function primaryAddress(host: Instance): PrivateIp {
  const { vnic } = host;
  return {
    ...host,
    id: siblingId(vnic.id, "privateip"),
    displayName: vnic.displayName,
    ipAddress: host.privateIp,
    hostnameLabel: vnic.hostnameLabel,
    subnetId: vnic.subnetId,
    vnicId: vnic.id,
  };
}

/** A private address of either kind. */
export function privateIpOf({ instances, privateIps }: OciTenancy, id: string): PrivateIp | null {
  const host = instances.find(({ vnic }) => siblingId(vnic.id, "privateip") === id);
  return host ? primaryAddress(host) : (privateIps.find((each) => each.id === id) ?? null);
}

/** The public address that a host is reached at: its ephemeral one, or the reserved one on its primary address. */
export function publicAddressOf({ publicIps }: OciTenancy, { publicIp, vnic }: Instance): string | null {
  const primary = siblingId(vnic.id, "privateip");
  return publicIp ?? publicIps.find(({ privateIpId }) => privateIpId === primary)?.ipAddress ?? null;
}
