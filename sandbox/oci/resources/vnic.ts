/** A VNIC of an instance: its place in the network. */
import { z } from "zod";
import type { Attributes, ProviderContext } from "../../plugin/resource.ts";
import type { Tags } from "../../world/oci.ts";
import { takeAddress, takePublicAddress } from "./addresses.ts";
import { maybeFlag } from "../model/attributes.ts";
import { flatTags } from "../model/fields.ts";
import { parsed } from "../kernel/operations.ts";
import { maybeText, texts } from "../kernel/resource.ts";
import { type Attached, attachedVnics } from "./primary-address.ts";
import { conflict, invalid } from "../model/refusals.ts";
import { regionalId } from "../model/regions.ts";
import { requireIpv6 } from "./ipv6.ts";
import { requireRouteTable } from "./route-table.ts";
import { requireGroups } from "./security-group.ts";
import { requireSubnet, type Subnet } from "./subnet.ts";

const SERVICE = "Core Instance";

/** As its instance, or its attachment, keeps it. */
export type Vnic = {
  readonly id: string;
  readonly subnetId: string;
  readonly displayName: string;
  readonly hostnameLabel: string | null;
  readonly nsgIds: readonly string[];
  readonly skipSourceDestCheck: boolean;
  readonly routeTableId: string | null;
  readonly securityAttributes: Attributes;
  readonly freeformTags: Tags;
  readonly definedTags: Tags;
};

const tagged = z.record(z.string(), z.json()).nullish();

const body = z.object({
  subnetId: maybeText,
  displayName: maybeText,
  hostnameLabel: maybeText,
  privateIp: maybeText,
  // Terraform has it as a text.
  assignPublicIp: z
    .union([z.boolean(), z.enum(["true", "false", ""])])
    .nullish()
    .transform((said) => (said === "" || said === undefined || said === null ? null : String(said) === "true")),
  nsgIds: texts.nullish(),
  skipSourceDestCheck: z.boolean().nullish(),
  routeTableId: maybeText,
  securityAttributes: z.record(z.string(), z.json()).nullish(),
  subnetCidr: maybeText,
  freeformTags: tagged,
  definedTags: tagged,
});

interface Placed {
  readonly vnic: Vnic;
  readonly privateIp: string;
  readonly publicIp: string | null;
}

function requireLabel(call: ProviderContext, subnetId: string, label: string | null, self: string | null): void {
  if (label === null) return;
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
}

/** Unsaid, a VNIC has a DNS record (oracle/oci-go-sdk v65, core/create_vnic_details.go). */
const wantsRecord = (details: Attributes): boolean => maybeFlag(details, "assignPrivateDnsRecord") ?? true;

/** The label that a VNIC's name makes, where its subnet has labels and nobody has it. */
function labelOf({ world }: ProviderContext, { id, dnsLabel }: Subnet, name: string): string | null {
  const label = name
    .toLowerCase()
    .replace(/[^a-z0-9-]+/g, "-")
    .slice(0, 63)
    .replace(/^-+|-+$/g, "");
  const used = attachedVnics(world.state.oci).map(({ vnic }) => (vnic.subnetId === id ? vnic.hostnameLabel : null));
  return dnsLabel === null || label === "" || used.includes(label) ? null : label;
}

/** The VNIC of a launch, or one more. @throws ServiceRefusal for a place that it cannot have */
export function attachVnic(
  call: ProviderContext,
  given: Attributes,
  usual: { readonly availabilityDomain: string; readonly displayName: string; readonly definedTags: Tags },
): Placed {
  const at = "create_vnic_details";
  const details = parsed(SERVICE, body, given);
  const { subnetId, hostnameLabel, freeformTags, definedTags } = details;
  if (subnetId === null) throw invalid(SERVICE, "createVnicDetails.subnetId is required.", `${at}.subnet_id`);
  const subnet = requireSubnet(call, SERVICE, subnetId, `${at}.subnet_id`);
  if (subnet.availabilityDomain !== null && subnet.availabilityDomain !== usual.availabilityDomain)
    throw invalid(SERVICE, `Subnet ${subnetId} is in ${subnet.availabilityDomain}.`, `${at}.subnet_id`);
  const nsgIds = requireGroups(call, SERVICE, details.nsgIds ?? [], subnet.vcnId, `${at}.nsg_ids`);
  // Unsaid, it follows from the subnet (oracle/oci-go-sdk v65, core/create_vnic_details.go).
  const wantsPublic = details.assignPublicIp ?? !subnet.prohibitPublicIpOnVnic;
  if (wantsPublic && subnet.prohibitPublicIpOnVnic)
    throw invalid(SERVICE, `Subnet ${subnetId} prohibits public IP addresses.`, `${at}.assign_public_ip`);
  const label =
    hostnameLabel ?? (wantsRecord(given) ? labelOf(call, subnet, details.displayName ?? usual.displayName) : null);
  requireLabel(call, subnetId, label, null);
  if (details.routeTableId !== null) requireRouteTable(call, SERVICE, details.routeTableId, subnet.vcnId);
  if (details.subnetCidr !== null && !subnet.ipv4CidrBlocks.includes(details.subnetCidr))
    throw invalid(SERVICE, `Subnet ${subnetId} has no ${details.subnetCidr}.`, `${at}.subnet_cidr`);
  requireIpv6(call, subnet, given);
  const network = details.subnetCidr === null ? subnet : { ...subnet, ipv4CidrBlocks: [details.subnetCidr] };
  return {
    privateIp: takeAddress(call, SERVICE, network, details.privateIp, `${at}.private_ip`),
    publicIp: wantsPublic ? takePublicAddress(call, SERVICE) : null,
    vnic: {
      id: regionalId(call, "vnic"),
      subnetId,
      displayName: details.displayName ?? usual.displayName,
      hostnameLabel: label,
      nsgIds,
      skipSourceDestCheck: details.skipSourceDestCheck ?? false,
      routeTableId: details.routeTableId,
      securityAttributes: details.securityAttributes ?? {},
      freeformTags: flatTags("freeformTags", freeformTags ?? {}),
      definedTags: definedTags ? flatTags("definedTags", definedTags) : usual.definedTags,
    },
  };
}

/** A VNIC after a change: its subnet and private address stay. */
export function changedVnic(call: ProviderContext, { id, vnic, publicIp }: Attached, given: Attributes) {
  const details = parsed(SERVICE, body, given);
  const subnet = requireSubnet(call, SERVICE, vnic.subnetId, "create_vnic_details.subnet_id");
  const nsgIds = details.nsgIds ?? vnic.nsgIds;
  requireGroups(call, SERVICE, nsgIds, subnet.vcnId, "create_vnic_details.nsg_ids");
  requireLabel(call, vnic.subnetId, details.hostnameLabel, id);
  if (details.routeTableId !== null) requireRouteTable(call, SERVICE, details.routeTableId, subnet.vcnId);
  return {
    publicIp: (details.assignPublicIp ?? publicIp !== null) ? (publicIp ?? takePublicAddress(call, SERVICE)) : null,
    vnic: {
      ...vnic,
      nsgIds,
      hostnameLabel: details.hostnameLabel ?? vnic.hostnameLabel,
      displayName: details.displayName ?? vnic.displayName,
      skipSourceDestCheck: details.skipSourceDestCheck ?? vnic.skipSourceDestCheck,
      routeTableId: details.routeTableId ?? vnic.routeTableId,
      securityAttributes: details.securityAttributes ?? vnic.securityAttributes,
      freeformTags: details.freeformTags ? flatTags("freeformTags", details.freeformTags) : vnic.freeformTags,
      definedTags: details.definedTags ? flatTags("definedTags", details.definedTags) : vnic.definedTags,
    },
  };
}
