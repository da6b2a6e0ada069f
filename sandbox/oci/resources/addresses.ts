/** The addresses in subnets, and public ones. */
import { cidrOf, formatAddress, parseAddress } from "../../../config/cidr.ts";
import type { ProviderContext } from "../../plugin/resource.ts";
import type { OciTenancy } from "../../world/oci.ts";
import { requireCidr } from "../model/ipv4.ts";
import { attachedVnics } from "./primary-address.ts";
import { conflict, invalid } from "../model/refusals.ts";
import type { PrivateIp } from "./private-ip.ts";
import type { Subnet } from "./subnet.ts";

/** The addresses of a private IP: one, or those of its block. */
function blockOf({ ipAddress, cidrPrefixLength }: PrivateIp): readonly string[] {
  const base = parseAddress(ipAddress) ?? 0;
  return Array.from({ length: 2 ** (32 - (cidrPrefixLength ?? 32)) }, (_, index) => formatAddress(base + index));
}

/** Every private address in use in a subnet, or a VLAN. */
export function takenAddresses(tenancy: OciTenancy, subnetId: string): Set<string> {
  const { networkLoadBalancers, loadBalancers, privateIps } = tenancy;
  return new Set([
    ...privateIps.filter((other) => [other.subnetId, other.vlanId].includes(subnetId)).flatMap(blockOf),
    ...attachedVnics(tenancy)
      .filter(({ vnic }) => vnic.subnetId === subnetId)
      .map(({ privateIp }) => privateIp),
    ...networkLoadBalancers.filter((balancer) => balancer.subnetId === subnetId).map(({ privateIp }) => privateIp),
    ...loadBalancers.filter(({ subnetIds }) => subnetIds[0] === subnetId).map(({ privateIp }) => privateIp),
  ]);
}

/** The usable addresses of a network: the first two and the last are OCI's own. */
function usable(service: string, network: string, attribute: string) {
  const cidr = requireCidr(service, network, attribute);
  return { first: cidr.base + 2, last: cidr.base + cidr.size - 2 };
}

/** The lowest free address, or block of addresses. @throws 409 where none is left */
export function freeAddress(
  call: ProviderContext,
  service: string,
  subnet: Pick<Subnet, "id" | "ipv4CidrBlocks">,
  attribute: string,
  size = 1,
): string {
  const taken = takenAddresses(call.world.state.oci, subnet.id);
  for (const network of subnet.ipv4CidrBlocks) {
    const { first, last } = usable(service, network, attribute);
    for (let value = Math.ceil(first / size) * size; value + size - 1 <= last; value += size) {
      const block = Array.from({ length: size }, (_, index) => formatAddress(value + index));
      if (!block.some((address) => taken.has(address))) return formatAddress(value);
    }
  }
  throw conflict(service, `No private IP address is left in ${subnet.ipv4CidrBlocks.join(", ")}.`, attribute);
}

/**
 * The wanted private address, or the lowest free one.
 * @throws 400 for an address outside, 409 for one that is taken.
 */
export function takeAddress(
  call: ProviderContext,
  service: string,
  subnet: Pick<Subnet, "id" | "ipv4CidrBlocks">,
  wanted: string | null,
  attribute: string,
): string {
  if (wanted === null) return freeAddress(call, service, subnet, attribute);
  const ranges = subnet.ipv4CidrBlocks.map((network) => usable(service, network, attribute));
  const value = parseAddress(wanted);
  if (value === null || !ranges.some(({ first, last }) => value >= first && value <= last)) {
    const allowed = ranges.map(({ first, last }) => `${formatAddress(first)} to ${formatAddress(last)}`).join(", ");
    throw invalid(
      service,
      `Private IP address ${wanted} is not valid in subnet ${subnet.ipv4CidrBlocks.join(", ")}: ${allowed} can be used.`,
      attribute,
    );
  }
  if (takenAddresses(call.world.state.oci, subnet.id).has(wanted))
    throw conflict(service, `Private IP address ${wanted} is already in use.`, attribute);
  return wanted;
}

/** Public addresses come from the networks that RFC 5737 keeps for documentation: they lead nowhere. */
const PUBLIC_NETWORKS = ["192.0.2.0/24", "198.51.100.0/24"];

/** The lowest free public address. @throws ServiceRefusal 409 when none is left */
export function takePublicAddress(call: ProviderContext, service: string): string {
  const { networkLoadBalancers, loadBalancers, natGateways, publicIps } = call.world.state.oci;
  const taken = new Set([
    ...[...attachedVnics(call.world.state.oci), ...networkLoadBalancers, ...loadBalancers].map(
      ({ publicIp }) => publicIp,
    ),
    ...publicIps.map(({ ipAddress }) => ipAddress),
    ...natGateways.map(({ natIp }) => natIp),
  ]);
  for (const { base, size } of PUBLIC_NETWORKS.map(cidrOf)) {
    for (let value = base + 1; value < base + size - 1; value += 1) {
      if (!taken.has(formatAddress(value))) return formatAddress(value);
    }
  }
  throw conflict(service, "No public IP address is left in the sandbox.");
}
