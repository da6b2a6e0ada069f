import type { FaultDomain } from "../../topology/types.ts";

/** OCI's name of a fault domain. */
export type FaultDomainName = `FAULT-DOMAIN-${FaultDomain}`;

/** As OCI calls it, in every availability domain. */
export function faultDomainName(number: FaultDomain): FaultDomainName {
  return `FAULT-DOMAIN-${number}`;
}
