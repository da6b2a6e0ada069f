/** IPv6 addresses of VNICs, from the networks of their subnets. */
import { z } from "zod";
import type { Attributes, ProviderContext } from "../../plugin/resource.ts";
import type { OciTenancy } from "../../world/oci.ts";
import { blocks, isObject, maybeFlag, maybeText as said } from "../model/attributes.ts";
import { contains6, formatAddress6, fullCidr6, requireAddress6, requireCidr6 } from "../model/ipv6.ts";
import { change, create } from "../kernel/operations.ts";
import { AVAILABLE, generatedName, maybeText, type Resource, type Stored, text } from "../kernel/resource.ts";
import { attachedVnics } from "./primary-address.ts";
import { placeOf } from "./private-ip.ts";
import { conflict, invalid } from "../model/refusals.ts";
import { regionOf } from "../model/regions.ts";
import { requireObject } from "../model/records.ts";
import { requireRouteTable } from "./route-table.ts";
import { requireSubnet, type Subnet } from "./subnet.ts";

const SERVICE = "Core Ipv6";

const body = z.object({
  displayName: generatedName,
  ipAddress: text,
  ipv6SubnetCidr: text,
  subnetId: text,
  vnicId: maybeText,
  lifetime: z.enum(["EPHEMERAL", "RESERVED"]).default("EPHEMERAL"),
  routeTableId: maybeText,
  hostname: maybeText,
});

type Ipv6 = Stored<z.output<typeof body>>;

/** The network that an address is to be of. @throws ServiceRefusal where the subnet has none like it */
export function networkOf(subnet: Subnet, wanted: string | null, address: string | null): string {
  const { id, ipv6CidrBlocks } = subnet;
  if (wanted !== null) {
    const full = fullCidr6(requireCidr6(SERVICE, wanted, "ipv6subnet_cidr"));
    const found = ipv6CidrBlocks.find((cidr) => [wanted, full].includes(cidr));
    if (found === undefined) throw invalid(SERVICE, `Subnet ${id} has no ${wanted}.`, "ipv6subnet_cidr");
    return found;
  }
  const held = address === null ? null : { base: requireAddress6(SERVICE, address, "ip_address"), prefix: 128 };
  const fits = (cidr: string): boolean => held === null || contains6(requireCidr6(SERVICE, cidr, "ip_address"), held);
  // Of several, the first, where none is named (oracle/oci 8.28.0, its acceptance tests of load balancers).
  const [first] = ipv6CidrBlocks.filter(fits);
  if (first === undefined && ipv6CidrBlocks.length > 0)
    throw invalid(SERVICE, `IPv6 address ${address} is not valid in subnet ${id}.`, "ip_address");
  if (first === undefined) throw invalid(SERVICE, `Subnet ${id} has no IPv6 network.`, "ip_address");
  return first;
}

/** Whether an address is of a network. */
export function isInside6(address: string, network: string): boolean {
  const held = { base: requireAddress6(SERVICE, address, "ip_address"), prefix: 128 };
  return contains6(requireCidr6(SERVICE, network, "ipv6subnet_cidr"), held);
}

/** The wanted address, or the lowest free one. @throws ServiceRefusal for one outside, or taken */
export function takeAddress6({ world }: ProviderContext, network: string, wanted: string | null): string {
  const { ipv6s, loadBalancers, networkLoadBalancers } = world.state.oci;
  const ofBalancers = [...loadBalancers, ...networkLoadBalancers].map(({ ipv6Address }) => ipv6Address);
  const taken = new Set([...ipv6s.map(({ ipAddress }) => ipAddress), ...ofBalancers]);
  const cidr = requireCidr6(SERVICE, network, "ipv6subnet_cidr");
  if (wanted === null) {
    let value = cidr.base + 2n;
    while (taken.has(formatAddress6(value))) value += 1n;
    return formatAddress6(value);
  }
  const base = requireAddress6(SERVICE, wanted, "ip_address");
  const address = formatAddress6(base);
  if (!contains6(cidr, { base, prefix: 128 }))
    throw invalid(SERVICE, `IPv6 address ${address} is not valid in ${network}.`, "ip_address");
  if (taken.has(address)) throw conflict(SERVICE, `IPv6 address ${address} is already in use.`, "ip_address");
  return address;
}

declare module "../../world/oci.ts" {
  interface OciTenancy {
    ipv6s: Ipv6[];
  }
}

/** Beside the private addresses of IPv4; on a VNIC, or reserved in a subnet. */
export const ipv6: Resource<z.output<typeof body>> = {
  type: "oci_core_ipv6",
  service: SERVICE,
  path: "/20160918/ipv6",
  idType: "ipv6",
  ...AVAILABLE,
  body,
  fixed: ["ipAddress", "ipv6SubnetCidr", "subnetId"],
  notPlayed: ["cidr_prefix_length"],
  // Addresses are where their VNICs are.
  without: ["move"],
  all: (tenancy) => tenancy.ipv6s,
  selected(query, call) {
    if (!["vnicId", "subnetId", "ipAddress"].some((name) => query.has(name)))
      throw invalid(SERVICE, "vnicId, subnetId or ipAddress is required.");
    return call.world.state.oci.ipv6s.filter(({ region }) => region === regionOf(call));
  },
  prepare(given, { call, before }) {
    if (before) return given;
    const { subnet, compartmentId } = placeOf(call, SERVICE, given);
    const wanted = said(given, "ipAddress");
    const ipv6SubnetCidr = networkOf(subnet, said(given, "ipv6SubnetCidr"), wanted);
    return {
      ...given,
      compartmentId,
      subnetId: subnet.id,
      ipv6SubnetCidr,
      ipAddress: takeAddress6(call, ipv6SubnetCidr, wanted),
    };
  },
  check({ subnetId, vnicId, routeTableId }, { call }) {
    const { vcnId } = requireSubnet(call, SERVICE, subnetId, "subnet_id");
    if (routeTableId !== null) requireRouteTable(call, SERVICE, routeTableId, vcnId);
    const host = vnicId === null ? null : attachedVnics(call.world.state.oci).find(({ vnic }) => vnic.id === vnicId);
    if (vnicId !== null && host?.vnic.subnetId !== subnetId)
      throw invalid(SERVICE, `VNIC ${vnicId} is not in subnet ${subnetId}.`, "vnic_id");
  },
  inventoryName: () => null,
  computed: ({ vnicId }) => ({ ipState: vnicId === null ? "AVAILABLE" : "ASSIGNED" }),
};

/** Addresses of a VNIC. */
export function ipv6sOf({ ipv6s }: OciTenancy, vnicId: string): readonly Ipv6[] {
  return ipv6s.filter((each) => each.vnicId === vnicId);
}

function pairsOf(details: Attributes): readonly Attributes[] {
  return blocks(details, "ipv6AddressIpv6SubnetCidrPairDetails");
}

/** What a new VNIC's details ask for. @throws ServiceRefusal before anything is made */
export function requireIpv6(call: ProviderContext, subnet: Subnet, details: Attributes): void {
  const pairs = pairsOf(details);
  if (subnet.ipv6CidrBlocks.length === 0 && (maybeFlag(details, "assignIpv6Ip") === true || pairs.length > 0))
    throw invalid("Core Instance", `Subnet ${subnet.id} has no IPv6 network.`, "create_vnic_details.assign_ipv6ip");
  for (const pair of pairs) {
    const [id, address] = [said(pair, "ipv6Id"), said(pair, "ipv6Address")];
    if (id === null) takeAddress6(call, networkOf(subnet, said(pair, "ipv6SubnetCidr"), address), address);
    else if (requireObject(call, SERVICE, call.world.state.oci.ipv6s, id, "ipv6id").vnicId !== null)
      throw conflict(SERVICE, `IPv6 address ${id} is assigned to another VNIC.`, "ipv6id");
  }
}

/** Gives a new VNIC its addresses: those that are named, or one of each network of its subnet. */
export function assignIpv6(call: ProviderContext, vnicId: string, { createVnicDetails = null }: Attributes): void {
  if (!isObject(createVnicDetails)) return;
  const { ipv6s, subnets } = call.world.state.oci;
  const subnetId = attachedVnics(call.world.state.oci).find(({ vnic }) => vnic.id === vnicId)?.vnic.subnetId;
  const networks = subnets.find(({ id }) => id === subnetId)?.ipv6CidrBlocks ?? [];
  const pairs = pairsOf(createVnicDetails);
  const all = networks.map((ipv6SubnetCidr): Attributes => ({ ipv6SubnetCidr }));
  const wanted = maybeFlag(createVnicDetails, "assignIpv6Ip") === true && pairs.length === 0 ? all : pairs;
  for (const { ipv6Id = null, ipv6SubnetCidr = null, ipv6Address = null } of wanted) {
    const reserved = ipv6s.find(({ id }) => id === ipv6Id);
    if (reserved) change(ipv6, call, reserved, { vnicId });
    else create(ipv6, call, { vnicId, ipv6SubnetCidr, ipAddress: ipv6Address });
  }
}
