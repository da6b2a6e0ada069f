/** IPv6 networks as OCI checks them: VCNs and subnets have them beside those of IPv4. */
import ipaddr from "ipaddr.js";
import { requireCidr } from "./ipv4.ts";
import { invalid } from "./refusals.ts";

/** An IPv6 network. */
interface Cidr6 {
  /** Its first address, as a number. */
  readonly base: bigint;
  readonly prefix: number;
}

function numberOf(address: ipaddr.IPv6): bigint {
  return BigInt(`0x${Buffer.from(address.toByteArray()).toString("hex")}`);
}

/** As RFC 5952 writes it: `2001:db8::1`. */
export function formatAddress6(address: bigint): string {
  return new ipaddr.IPv6([...Buffer.from(address.toString(16).padStart(32, "0"), "hex")]).toString();
}

/** How many addresses a network of such a prefix has. */
function sizeOf({ prefix }: Pick<Cidr6, "prefix">): bigint {
  return 1n << BigInt(128 - prefix);
}

/** The network, in its shortest writing. */
export function formatCidr6({ base, prefix }: Cidr6): string {
  return `${formatAddress6(base)}/${prefix}`;
}

/** As subnets tell theirs, every digit of it: `2001:0db8:0000:0000:0000:0000:0000:0000/64`. */
export function fullCidr6({ base, prefix }: Cidr6): string {
  const groups = base.toString(16).padStart(32, "0").match(/.{4}/g) ?? [];
  return `${groups.join(":")}/${prefix}`;
}

/** @throws Refusal for what is no network, and for one with host bits */
export function requireCidr6(service: string, cidr: string, attribute: string): Cidr6 {
  const [address, prefix] = ipaddr.IPv6.isValidCIDR(cidr) ? ipaddr.IPv6.parseCIDR(cidr) : [null, 0];
  const base = address && numberOf(address);
  if (base === null || base % sizeOf({ prefix }) !== 0n)
    throw invalid(service, `The requested CIDR ${cidr} is invalid: not an IPv6 network.`, attribute);
  return { base, prefix };
}

/** @throws Refusal for what is no address */
export function requireAddress6(service: string, address: string, attribute: string): bigint {
  if (!ipaddr.IPv6.isValid(address)) throw invalid(service, `${address} is not an IPv6 address.`, attribute);
  return numberOf(ipaddr.IPv6.parse(address));
}

/** Whether one network lies in another, or is the same. */
export function contains6(outer: Cidr6, inner: Cidr6): boolean {
  return inner.base >= outer.base && inner.base + sizeOf(inner) <= outer.base + sizeOf(outer);
}

/** Whether two networks have an address in common. */
export function overlaps6(a: Cidr6, b: Cidr6): boolean {
  return contains6(a, b) || contains6(b, a);
}

/** A peer of a rule, or a destination of a route. @throws Refusal for what is a network of neither version */
export function requireNetwork(service: string, cidr: string, attribute: string): void {
  if (cidr.includes(":")) requireCidr6(service, cidr, attribute);
  else requireCidr(service, cidr, attribute);
}
