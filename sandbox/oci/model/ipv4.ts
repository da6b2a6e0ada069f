/** CIDRs as OCI checks them. */
import { type Cidr, parseCidr } from "../../../config/cidr.ts";
import { invalid } from "./refusals.ts";

/** @throws Refusal for what is no CIDR, and for one with host bits, which OCI refuses too */
export function requireCidr(service: string, cidr: string, attribute: string): Cidr {
  const parsed = parseCidr(cidr);
  if (parsed === null) throw invalid(service, `The requested CIDR ${cidr} is invalid: not an IPv4 network.`, attribute);
  return parsed;
}
