/** The tenancy's own counts of what it limits, under our names. */
import type { LimitName } from "../../config/limits.ts";
import type { Overview } from "../../sandbox/client.ts";

/** Service limits by OCI's names. */
export const ACCOUNT_LIMITS: Readonly<Record<string, LimitName>> = {
  "standard-a1-core-count": "a1Ocpus",
  "standard-a1-memory-count": "a1MemoryGb",
  "vm-standard-e2-1-micro-count": "microInstances",
  "total-storage-gb": "volumeGb",
  "vcn-count": "vcns",
  "network-load-balancer-count": "networkLoadBalancers",
};

export interface AccountUse {
  readonly used: number;
  /** What the tenancy may have; more than Always Free where it pays. */
  readonly allowed: number;
}

/** What the sandbox's tenancy says of itself. A limit that it does not count is not in it. */
export function accountUse({ oci }: Overview): ReadonlyMap<LimitName, AccountUse> {
  return new Map(
    oci.limits.flatMap(({ name, used, limit }) => {
      const ours = ACCOUNT_LIMITS[name];
      return ours === undefined ? [] : [[ours, { used, allowed: limit }] as const];
    }),
  );
}
