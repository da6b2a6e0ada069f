/** A VNIC of an instance: its place in the network. */
import type { Attributes, Call } from "../plugin/resource.ts";
import type { Instance, Vnic } from "../world/oci.ts";
import { type Attached, attachedVnics } from "./primary-address.ts";
import { maybeFlag, maybeTags, maybeText, maybeTexts } from "./attributes.ts";
import { conflict, invalid } from "./refusals.ts";
import { regionalId } from "./regions.ts";
import { requireGroups } from "./resources/security-group.ts";
import { takeAddress, takePublicAddress } from "./addresses.ts";
import { requireSubnet } from "./resources/subnet.ts";

const SERVICE = "Core Instance";

interface Placed {
  readonly vnic: Vnic;
  readonly privateIp: string;
  readonly publicIp: string | null;
}

function hostnameLabel(call: Call, subnetId: string, details: Attributes, self: string | null): string | null {
  const label = maybeText(details, "hostname_label");
  if (label === null) return null;
  const subnet = requireSubnet(call, SERVICE, subnetId, "create_vnic_details.subnet_id");
  const attribute = "create_vnic_details.hostname_label";
  if (!/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/i.test(label))
    throw invalid(SERVICE, `hostnameLabel ${label} is not a host name of RFC 952 and 1123.`, attribute);
  if (subnet.dnsLabel === null)
    throw invalid(SERVICE, `Subnet ${subnet.id} has no dnsLabel, so hostnameLabel cannot be used.`, attribute);
  const used = attachedVnics(call.world.state.oci).some(
    ({ id, vnic }) => id !== self && vnic.subnetId === subnetId && vnic.hostnameLabel === label,
  );
  if (used) throw conflict(SERVICE, `hostnameLabel ${label} is already used in subnet ${subnetId}.`, attribute);
  return label;
}

/** The VNIC of a launch, or one more. */
export function attachVnic(
  call: Call,
  details: Attributes,
  {
    availabilityDomain,
    displayName,
    definedTags,
  }: Pick<Instance, "availabilityDomain" | "displayName" | "definedTags">,
): Placed {
  const at = "create_vnic_details";
  const subnetId = maybeText(details, "subnet_id");
  if (subnetId === null) throw invalid(SERVICE, "createVnicDetails.subnetId is required.", `${at}.subnet_id`);
  const subnet = requireSubnet(call, SERVICE, subnetId, `${at}.subnet_id`);
  if (subnet.availabilityDomain !== null && subnet.availabilityDomain !== availabilityDomain)
    throw invalid(SERVICE, `Subnet ${subnetId} is in ${subnet.availabilityDomain}.`, `${at}.subnet_id`);
  const nsgIds = requireGroups(call, SERVICE, maybeTexts(details, "nsg_ids") ?? [], subnet.vcnId, `${at}.nsg_ids`);
  // Unsaid, it follows from the subnet (oracle/oci-go-sdk v65, core/create_vnic_details.go).
  const wantsPublic = (maybeText(details, "assign_public_ip") ?? String(!subnet.prohibitPublicIpOnVnic)) !== "false";
  if (wantsPublic && subnet.prohibitPublicIpOnVnic)
    throw invalid(SERVICE, `Subnet ${subnetId} prohibits public IP addresses.`, `${at}.assign_public_ip`);
  const label = hostnameLabel(call, subnetId, details, null);
  return {
    privateIp: takeAddress(call, SERVICE, subnet, maybeText(details, "private_ip"), `${at}.private_ip`),
    publicIp: wantsPublic ? takePublicAddress(call, SERVICE) : null,
    vnic: {
      id: regionalId(call, "vnic"),
      subnetId,
      displayName: maybeText(details, "display_name") ?? displayName,
      hostnameLabel: label,
      nsgIds,
      skipSourceDestCheck: maybeFlag(details, "skip_source_dest_check") ?? false,
      freeformTags: maybeTags(details, "freeform_tags") ?? {},
      definedTags: maybeTags(details, "defined_tags") ?? definedTags,
    },
  };
}

/** A VNIC after a change: its subnet and private address stay. */
export function changedVnic(call: Call, { id, vnic, publicIp }: Attached, details: Attributes) {
  const subnet = requireSubnet(call, SERVICE, vnic.subnetId, "create_vnic_details.subnet_id");
  const nsgIds = maybeTexts(details, "nsg_ids") ?? vnic.nsgIds;
  requireGroups(call, SERVICE, nsgIds, subnet.vcnId, "create_vnic_details.nsg_ids");
  const hostname = hostnameLabel(call, vnic.subnetId, details, id) ?? vnic.hostnameLabel;
  const wantsPublic = (maybeText(details, "assign_public_ip") ?? String(publicIp !== null)) !== "false";
  return {
    publicIp: wantsPublic ? (publicIp ?? takePublicAddress(call, SERVICE)) : null,
    vnic: {
      ...vnic,
      nsgIds,
      hostnameLabel: hostname,
      displayName: maybeText(details, "display_name") ?? vnic.displayName,
      skipSourceDestCheck: maybeFlag(details, "skip_source_dest_check") ?? vnic.skipSourceDestCheck,
      freeformTags: maybeTags(details, "freeform_tags") ?? vnic.freeformTags,
      definedTags: maybeTags(details, "defined_tags") ?? vnic.definedTags,
    },
  };
}
