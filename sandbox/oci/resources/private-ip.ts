/** Private addresses of VNICs: the primary ones, which follow from their VNICs, and more of them. */
import { z } from "zod";
import { takeAddress } from "./addresses.ts";
import { maybeText as said, text as required } from "../model/attributes.ts";
import { generatedName, kept, maybeText, type Resource, type Stored, text } from "../kernel/resource.ts";
import { attachedVnics, primaryAddress, siblingId } from "./primary-address.ts";
import { conflict, notFound } from "../model/refusals.ts";
import { regionOf } from "../model/regions.ts";
import { requireSubnet } from "./subnet.ts";

const SERVICE = "Core Private Ip";

/** Oracle's limit: 32 on a VNIC, its own one included. */
const MOST_ON_VNIC = 32;

const body = z.object({
  displayName: generatedName,
  ipAddress: text,
  hostnameLabel: maybeText,
  subnetId: text,
  vnicId: text,
  lifetime: kept,
});

/** A private address beside a VNIC's primary one. */
export type PrivateIp = Stored<z.output<typeof body>>;

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
  fixed: ["ipAddress", "subnetId", "vnicId"],
  hidden: ["lifetime"],
  notPlayed: ["cidr_prefix_length", "ipv4subnet_cidr_at_creation", "route_table_id", "vlan_id"],
  all: (tenancy) => tenancy.privateIps,
  unmade: ({ world }) => attachedVnics(world.state.oci).map(primaryAddress),
  selected: (_query, call) =>
    [...attachedVnics(call.world.state.oci).map(primaryAddress), ...call.world.state.oci.privateIps].filter(
      ({ region }) => region === regionOf(call),
    ),
  prepare(given, { call, before }) {
    if (before) return given;
    const vnicId = required(given, "vnicId");
    const host = attachedVnics(call.world.state.oci).find(({ vnic }) => vnic.id === vnicId);
    if (!host) throw notFound(SERVICE, vnicId, "vnic_id");
    const subnet = requireSubnet(call, SERVICE, host.vnic.subnetId, "vnic_id");
    const ipAddress = takeAddress(call, SERVICE, subnet, said(given, "ipAddress"), "ip_address");
    return { ...given, compartmentId: host.compartmentId, subnetId: subnet.id, ipAddress };
  },
  check({ vnicId }, { call, before }) {
    const others = call.world.state.oci.privateIps.filter((other) => other.vnicId === vnicId);
    if (!before && others.length >= MOST_ON_VNIC - 1)
      throw conflict(SERVICE, `VNIC ${vnicId} has ${MOST_ON_VNIC} private IP addresses, which is all it can have.`);
  },
  remove({ id }, call) {
    for (const address of call.world.state.oci.publicIps) if (address.privateIpId === id) address.privateIpId = null;
  },
  inventoryName: () => null,
  computed: ({ id, vnicId, lifetime }, tenancy) => ({
    isPrimary: id === siblingId(vnicId, "privateip"),
    availabilityDomain: attachedVnics(tenancy).find(({ vnic }) => vnic.id === vnicId)?.availabilityDomain ?? null,
    ...(lifetime !== null && { lifetime }),
  }),
};
