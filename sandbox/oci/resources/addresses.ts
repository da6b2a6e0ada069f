/** The addresses in subnets, and public ones. */
import { cidrOf, formatAddress, parseAddress } from "../../../config/cidr.ts";
import type { ProviderContext } from "../../plugin/resource.ts";
import type { OciTenancy } from "../../world/oci.ts";
import { requireCidr } from "../model/ipv4.ts";
import { attachedVnics } from "./primary-address.ts";
import { conflict, invalid } from "../model/refusals.ts";
import type { Subnet } from "./subnet.ts";

/** Every private address in use in a subnet. */
export function takenAddresses(tenancy: OciTenancy, subnetId: string): Set<string> {
  const { networkLoadBalancers, loadBalancers, privateIps } = tenancy;
  return new Set([
    ...privateIps.filter((other) => other.subnetId === subnetId).map(({ ipAddress }) => ipAddress),
    ...attachedVnics(tenancy)
      .filter(({ vnic }) => vnic.subnetId === subnetId)
      .map(({ privateIp }) => privateIp),
    ...networkLoadBalancers.filter((balancer) => balancer.subnetId === subnetId).map(({ privateIp }) => privateIp),
    ...loadBalancers.filter(({ subnetIds }) => subnetIds[0] === subnetId).map(({ privateIp }) => privateIp),
  ]);
}

/**
 * The wanted private address, or the lowest free one. The first two and the last of a subnet are OCI's own.
 * @throws 400 for an address outside, 409 for one that is taken.
 */
export function takeAddress(
  call: ProviderContext,
  service: string,
  subnet: Subnet,
  wanted: string | null,
  attribute: string,
): string {
  const cidr = requireCidr(service, subnet.cidrBlock, attribute);
  const taken = takenAddresses(call.world.state.oci, subnet.id);
  const [first, last] = [cidr.base + 2, cidr.base + cidr.size - 2];
  if (wanted === null) {
    for (let value = first; value <= last; value += 1) {
      if (!taken.has(formatAddress(value))) return formatAddress(value);
    }
    throw conflict(service, `No private IP address is left in ${subnet.cidrBlock}.`, attribute);
  }
  const value = parseAddress(wanted);
  if (value === null || value < first || value > last)
    throw invalid(
      service,
      `Private IP address ${wanted} is not valid in subnet ${subnet.cidrBlock}: ` +
        `${formatAddress(first)} to ${formatAddress(last)} can be used.`,
      attribute,
    );
  if (taken.has(wanted)) throw conflict(service, `Private IP address ${wanted} is already in use.`, attribute);
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
