/** IPv4 addresses and CIDRs as OCI checks them. */
import { invalid } from "./refusals.ts";

export interface Cidr {
  readonly first: number;
  readonly last: number;
  readonly prefix: number;
}

export function addressNumber(address: string): number | null {
  const match = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/.exec(address);
  const parts = match?.slice(1).map(Number) ?? [];
  if (parts.length !== 4 || parts.some((part) => part > 255)) return null;
  return parts.reduce((value, part) => value * 256 + part, 0);
}

export function addressText(value: number): string {
  return [24, 16, 8, 0].map((shift) => (value >>> shift) & 255).join(".");
}

/** Null for what is no CIDR, and for one with host bits, which OCI refuses too. */
export function parseCidr(cidr: string): Cidr | null {
  const [address = "", length = "", ...rest] = cidr.split("/");
  const first = addressNumber(address);
  if (first === null || !/^\d{1,2}$/.test(length) || Number(length) > 32 || rest.length > 0) return null;
  const size = 2 ** (32 - Number(length));
  return first % size === 0 ? { first, last: first + size - 1, prefix: Number(length) } : null;
}

export function requireCidr(service: string, cidr: string, attribute: string): Cidr {
  const parsed = parseCidr(cidr);
  if (parsed === null) throw invalid(service, `The requested CIDR ${cidr} is invalid: not an IPv4 network.`, attribute);
  return parsed;
}

export function overlap(a: Cidr, b: Cidr): boolean {
  return a.first <= b.last && b.first <= a.last;
}

export function contains(outer: Cidr, inner: Cidr): boolean {
  return outer.first <= inner.first && inner.last <= outer.last;
}
