/** Private addresses of VNICs: the primary ones, which follow from their VNICs, and more of them. */
import { z } from "zod";
import type { Attributes, ProviderContext } from "../../plugin/resource.ts";
import { freeAddress, takeAddress } from "./addresses.ts";
import { maybeNumber, maybeText as said, text as required } from "../model/attributes.ts";
import { generatedName, maybeText, type Resource, type Stored, text } from "../kernel/resource.ts";
import { attachedVnics, primaryAddress, siblingId } from "./primary-address.ts";
import { conflict, invalid, notFound } from "../model/refusals.ts";
import { regionOf } from "../model/regions.ts";
import { requireObject } from "../model/records.ts";
import { requireRouteTable } from "./route-table.ts";
import { requireSubnet, type Subnet } from "./subnet.ts";

const SERVICE = "Core Private Ip";

/** Oracle's limit: 32 on a VNIC, its own one included. */
const MOST_ON_VNIC = 32;

const body = z.object({
  displayName: generatedName,
  ipAddress: text,
  hostnameLabel: maybeText,
  /** Null for one of a VLAN. */
  subnetId: maybeText,
  /** Null for one that is reserved in a subnet, or of a VLAN. */
  vnicId: maybeText,
  vlanId: maybeText,
  /** Of a block of addresses, which `ipAddress` is the first of. */
  cidrPrefixLength: z.int().min(16).max(32).nullable().default(null),
  ipv4SubnetCidrAtCreation: maybeText,
  lifetime: z.enum(["EPHEMERAL", "RESERVED"]).default("EPHEMERAL"),
  routeTableId: maybeText,
});

/** A private address beside a VNIC's primary one. */
export type PrivateIp = Stored<z.output<typeof body>>;

/** Where a VNIC is, or a subnet that an address is reserved in. @throws ServiceRefusal 404 */
export function placeOf(
  call: ProviderContext,
  service: string,
  given: Attributes,
): { readonly subnet: Subnet; readonly compartmentId: string } {
  const vnicId = said(given, "vnicId");
  if (vnicId === null) {
    const subnet = requireSubnet(call, service, required(given, "subnetId"), "subnet_id");
    return { subnet, compartmentId: subnet.compartmentId };
  }
  const host = attachedVnics(call.world.state.oci).find(({ vnic }) => vnic.id === vnicId);
  if (!host) throw notFound(service, vnicId, "vnic_id");
  const subnet = requireSubnet(call, service, host.vnic.subnetId, "vnic_id");
  return { subnet, compartmentId: host.compartmentId };
}

/** Where an address of a VLAN is: its network takes the place of a subnet's. @throws ServiceRefusal 404 */
function placeOn(call: ProviderContext, vlanId: string) {
  const vlan = requireObject(call, SERVICE, call.world.state.oci.vlans, vlanId, "vlan_id");
  const { id, cidrBlock, compartmentId, vcnId } = vlan;
  return { id, ipv4CidrBlocks: [cidrBlock], compartmentId, vcnId };
}

declare module "../../world/oci.ts" {
  interface OciTenancy {
    privateIps: PrivateIp[];
  }
}

/** The primary ones are listed with the others. */
export const privateIp: Resource<z.output<typeof body>> = {
  type: "oci_core_private_ip",
  service: SERVICE,
  path: "/20160918/privateIps",
  idType: "privateip",
  body,
  without: ["move"],
  fixed: ["ipAddress", "subnetId", "vlanId", "cidrPrefixLength", "ipv4SubnetCidrAtCreation"],
  all: (tenancy) => tenancy.privateIps,
  unmade: ({ world }) => attachedVnics(world.state.oci).map(primaryAddress),
  selected: (_query, call) =>
    [...attachedVnics(call.world.state.oci).map(primaryAddress), ...call.world.state.oci.privateIps].filter(
      ({ region }) => region === regionOf(call),
    ),
  prepare(given, { call, before }) {
    if (before) return given;
    const vlanId = said(given, "vlanId");
    if (vlanId !== null) {
      const { compartmentId, ...vlan } = placeOn(call, vlanId);
      const ipAddress = takeAddress(call, SERVICE, vlan, said(given, "ipAddress"), "ip_address");
      return { ...given, compartmentId, ipAddress };
    }
    const { subnet, compartmentId } = placeOf(call, SERVICE, given);
    const [wanted, network] = [said(given, "ipAddress"), said(given, "ipv4SubnetCidrAtCreation")];
    if (network !== null && !subnet.ipv4CidrBlocks.includes(network))
      throw invalid(SERVICE, `Subnet ${subnet.id} has no ${network}.`, "ipv4subnet_cidr_at_creation");
    const within = network === null ? subnet : { ...subnet, ipv4CidrBlocks: [network] };
    const size = 2 ** (32 - (maybeNumber(given, "cidrPrefixLength") ?? 32));
    const ipAddress =
      size > 1 && wanted === null
        ? freeAddress(call, SERVICE, within, "cidr_prefix_length", size)
        : takeAddress(call, SERVICE, within, wanted, "ip_address");
    return { ...given, compartmentId, subnetId: subnet.id, ipAddress };
  },
  check({ vnicId, subnetId, vlanId, routeTableId }, { call, before }) {
    const { vcnId } = vlanId ? placeOn(call, vlanId) : requireSubnet(call, SERVICE, subnetId ?? "", "subnet_id");
    if (routeTableId !== null) requireRouteTable(call, SERVICE, routeTableId, vcnId);
    const others = call.world.state.oci.privateIps.filter((other) => vnicId !== null && other.vnicId === vnicId);
    if (!before && others.length >= MOST_ON_VNIC - 1)
      throw conflict(SERVICE, `VNIC ${vnicId} has ${MOST_ON_VNIC} private IP addresses, which is all it can have.`);
  },
  remove({ id }, call) {
    for (const address of call.world.state.oci.publicIps) if (address.privateIpId === id) address.privateIpId = null;
  },
  inventoryName: () => null,
  computed: ({ id, vnicId }, tenancy) => ({
    isPrimary: vnicId !== null && id === siblingId(vnicId, "privateip"),
    availabilityDomain: attachedVnics(tenancy).find(({ vnic }) => vnic.id === vnicId)?.availabilityDomain ?? null,
    ipState: vnicId === null ? "AVAILABLE" : "ASSIGNED",
  }),
};
