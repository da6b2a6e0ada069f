/** IPv4 networks as numbers: strict reading, and the arithmetic that checks and plans need. */
import ipaddr from "ipaddr.js";

/** An IPv4 network. */
export interface Cidr {
  /** The network's first address, as an unsigned 32-bit number. */
  readonly base: number;
  readonly prefix: number;
  /** How many addresses it has, network and broadcast address included. */
  readonly size: number;
}

/** Reads dotted decimals without leading zeros; null for anything else. */
export function parseAddress(text: string): number | null {
  if (!ipaddr.IPv4.isValidFourPartDecimal(text)) return null;
  return ipaddr.IPv4.parse(text).octets.reduce((sum, octet) => sum * 256 + octet, 0);
}

/** Reads `10.0.0.0/16`; null where it is no network, or an address inside one (`10.0.0.7/16`). */
export function parseCidr(text: string): Cidr | null {
  if (!ipaddr.IPv4.isValidCIDRFourPartDecimal(text) || !/\/(0|[1-9]\d?)$/.test(text)) return null;
  const [address, prefix] = ipaddr.IPv4.parseCIDR(text);
  const base = parseAddress(address.toString());
  const size = 2 ** (32 - prefix);
  return base !== null && base % size === 0 ? { base, prefix, size } : null;
}

/** The same for text that the schema has already accepted. */
export function cidrOf(text: string): Cidr {
  const cidr = parseCidr(text);
  if (cidr === null) throw new Error(`${text} is not a checked IPv4 network`);
  return cidr;
}

/** An address in dotted notation. */
export function formatAddress(address: number): string {
  return [24, 16, 8, 0].map((shift) => Math.floor(address / 2 ** shift) % 256).join(".");
}

/** The address at a number of the network: 0 is the network's own. */
export function addressAt(cidr: Cidr, number: number): string {
  if (number < 0 || number >= cidr.size) {
    throw new Error(`${formatAddress(cidr.base)}/${cidr.prefix} has no address number ${number}`);
  }
  return formatAddress(cidr.base + number);
}

/** Whether one network lies in another, or is the same. */
export function contains(outer: Cidr, inner: Cidr): boolean {
  return inner.base >= outer.base && inner.base + inner.size <= outer.base + outer.size;
}

/** Whether two networks have an address in common. */
export function overlaps(a: Cidr, b: Cidr): boolean {
  return a.base < b.base + b.size && b.base < a.base + a.size;
}
