/** The account's own counts of what it limits, under our names. */
import { z } from "zod";
import type { LimitName } from "../../config/limits.ts";
import { type Oci, OciError } from "../oci/client.ts";

interface ServiceLimit {
  readonly ours: LimitName;
  readonly service: string;
}

/** Service limits by OCI's names. */
export const ACCOUNT_LIMITS: Readonly<Record<string, ServiceLimit>> = {
  "standard-a1-core-count": { ours: "a1Ocpus", service: "compute" },
  "standard-a1-memory-count": { ours: "a1MemoryGb", service: "compute" },
  "vm-standard-e2-1-micro-count": { ours: "microInstances", service: "compute" },
  "total-storage-gb": { ours: "volumeGb", service: "block-storage" },
  "vcn-count": { ours: "vcns", service: "vcn" },
  "network-load-balancer-count": { ours: "networkLoadBalancers", service: "network-load-balancer-api" },
  "lb-flexible-count": { ours: "flexibleLoadBalancers", service: "load-balancer" },
  "lb-flexible-bandwidth-sum": { ours: "flexibleLoadBalancerMbps", service: "load-balancer" },
};

export interface AccountUse {
  readonly used: number;
  /** What the tenancy may have; more than Always Free where it pays. */
  readonly allowed: number;
}

const BASE = "/20190729";
const limitValue = z.object({
  scopeType: z.string(),
  availabilityDomain: z.string().nullish(),
  value: z.number().nullish(),
});
const availability = z.object({ used: z.number().nullish(), available: z.number().nullish() });

/** One limit; null for one that this account does not have. */
async function useOf(account: Oci, name: string, service: string, domain: string): Promise<AccountUse | null> {
  const root = `compartmentId=${account.tenancy}`;
  const values = await account.list(
    "limits",
    `${BASE}/limitValues?${root}&serviceName=${service}&name=${name}`,
    limitValue,
  );
  const found = values.find(({ scopeType, availabilityDomain }) => scopeType !== "AD" || availabilityDomain === domain);
  if (found === undefined) return null;
  const scope = found.scopeType === "AD" ? `&availabilityDomain=${encodeURIComponent(domain)}` : "";
  const path = `${BASE}/services/${service}/limits/${name}/resourceAvailability?${root}${scope}`;
  const { used, available } = await account.get("limits", path, availability);
  const allowed = found.value ?? (used ?? 0) + (available ?? 0);
  return { used: used ?? Math.max(0, allowed - (available ?? allowed)), allowed };
}

/**
 * What the account counts, in the whole region or, where a limit is one of availability domains, in this one. A limit
 * that it does not know is not in it.
 *
 * @throws OciError when it tells of none
 */
export async function accountUse(account: Oci, domain: string): Promise<ReadonlyMap<LimitName, AccountUse>> {
  const refused: OciError[] = [];
  const rows = await Promise.all(
    Object.entries(ACCOUNT_LIMITS).map(async ([name, { ours, service }]) => {
      try {
        const use = await useOf(account, name, service, domain);
        return use === null ? [] : [[ours, use] as const];
      } catch (error) {
        if (!(error instanceof OciError)) throw error;
        refused.push(error);
        return [];
      }
    }),
  );
  const uses = new Map(rows.flat());
  const [first] = refused;
  if (uses.size === 0 && first !== undefined) throw first;
  return uses;
}
