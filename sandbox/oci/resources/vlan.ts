/** VLANs: networks of a VCN beside its subnets, for Oracle Cloud VMware Solution. Only addresses are in them here. */
import { z } from "zod";
import { contains, overlaps } from "../../../config/cidr.ts";
import {
  AVAILABLE,
  generatedName,
  maybeText,
  maybeTexts,
  type Resource,
  type Stored,
  text,
} from "../kernel/resource.ts";
import { requireCidr } from "../model/ipv4.ts";
import { conflict, invalid, referenced } from "../model/refusals.ts";
import { requireRouteTable } from "./route-table.ts";
import { requireGroups } from "./security-group.ts";
import { requireVcn } from "./vcn.ts";

const SERVICE = "Core Vlan";

const body = z.object({
  vcnId: text,
  displayName: generatedName,
  cidrBlock: text,
  availabilityDomain: maybeText,
  routeTableId: text,
  nsgIds: maybeTexts,
  vlanTag: z.number(),
});

declare module "../../world/oci.ts" {
  interface OciTenancy {
    vlans: Stored<z.output<typeof body>>[];
  }
}

/** Regional, or of an availability domain; the service chooses a tag where none is said. */
export const vlan: Resource<z.output<typeof body>> = {
  type: "oci_core_vlan",
  service: SERVICE,
  path: "/20160918/vlans",
  idType: "vlan",
  ...AVAILABLE,
  inVcn: true,
  body,
  fixed: ["vcnId", "availabilityDomain", "vlanTag"],
  all: (tenancy) => tenancy.vlans,
  prepare(given, { call, before }) {
    if (before) return given;
    const { vlans, vcns } = call.world.state.oci;
    const taken = vlans.filter(({ vcnId }) => vcnId === given.vcnId).map(({ vlanTag }) => vlanTag);
    const vlanTag = Array.from({ length: taken.length + 1 }, (_, index) => index + 1).find(
      (tag) => !taken.includes(tag),
    );
    const routeTableId = vcns.find(({ id }) => id === given.vcnId)?.defaultRouteTableId ?? null;
    return { vlanTag: vlanTag ?? 1, routeTableId, ...given };
  },
  check({ id, vcnId, cidrBlock, routeTableId, nsgIds, vlanTag }, { call }) {
    const network = requireCidr(SERVICE, cidrBlock, "cidr_block");
    const vcn = requireVcn(call, SERVICE, vcnId);
    if (!vcn.cidrBlocks.some((block) => contains(requireCidr(SERVICE, block, "vcn_id"), network)))
      throw invalid(SERVICE, `The requested CIDR ${cidrBlock} is not inside the VCN.`, "cidr_block");
    const { subnets, vlans } = call.world.state.oci;
    const others = vlans.filter((each) => each.vcnId === vcnId && each.id !== id);
    const used = [
      ...subnets.filter((each) => each.vcnId === vcnId).flatMap(({ ipv4CidrBlocks }) => ipv4CidrBlocks),
      ...others.map((other) => other.cidrBlock),
    ];
    if (used.some((other) => overlaps(requireCidr(SERVICE, other, "cidr_block"), network)))
      throw invalid(SERVICE, `The requested CIDR ${cidrBlock} overlaps with another one of the VCN.`, "cidr_block");
    if (others.some((other) => other.vlanTag === vlanTag))
      throw conflict(SERVICE, `VLAN tag ${vlanTag} is already used in the VCN.`, "vlan_tag");
    requireRouteTable(call, SERVICE, routeTableId, vcnId);
    requireGroups(call, SERVICE, nsgIds, vcnId, "nsg_ids");
  },
  remove({ id }, { world }) {
    const address = world.state.oci.privateIps.find(({ vlanId }) => vlanId === id);
    if (address) throw referenced(SERVICE, `The VLAN ${id}`, `the private IP ${address.id}`);
  },
  inventoryName: () => null,
};
