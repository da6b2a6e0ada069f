/** Service limits of a tenancy. They count over all regions: a free account has its resources in the home region. */
import type { Account, OciTenancy } from "../../world/oci.ts";
import { limitExceeded } from "./refusals.ts";
import { A1_SHAPE, MICRO_SHAPE } from "./shapes.ts";

interface Limit {
  /** The service's own name of it, where one is known. */
  readonly name: string;
  readonly service: string;
  readonly allowed: Readonly<Record<Account, number>>;
  used(tenancy: OciTenancy): number;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

/** Always Free since 15 June 2026: Oracle's Always Free page of that date. Pay As You Go: what new accounts get. */
export const LIMITS = {
  a1Cores: {
    name: "standard-a1-core-count",
    service: "Core Instance",
    allowed: { "always-free": 2, "pay-as-you-go": 80 },
    used: ({ instances }) => sum(instances.filter(({ shape }) => shape === A1_SHAPE).map(({ ocpus }) => ocpus)),
  },
  a1Memory: {
    name: "standard-a1-memory-count",
    service: "Core Instance",
    allowed: { "always-free": 12, "pay-as-you-go": 500 },
    used: ({ instances }) => sum(instances.filter(({ shape }) => shape === A1_SHAPE).map(({ memoryGb }) => memoryGb)),
  },
  micros: {
    name: "vm-standard-e2-1-micro-count",
    service: "Core Instance",
    allowed: { "always-free": 2, "pay-as-you-go": 2 },
    used: ({ instances }) => instances.filter(({ shape }) => shape === MICRO_SHAPE).length,
  },
  storageGb: {
    name: "total-storage-gb",
    service: "Core Instance",
    allowed: { "always-free": 200, "pay-as-you-go": 30_720 },
    used: ({ instances, volumes, preservedBootVolumes }) =>
      sum([
        ...instances.map(({ bootVolumeGb }) => bootVolumeGb),
        ...[...volumes, ...preservedBootVolumes].map(({ sizeInGBs }) => sizeInGBs),
      ]),
  },
  vcns: {
    name: "vcn-count",
    service: "Core Vcn",
    allowed: { "always-free": 2, "pay-as-you-go": 50 },
    used: ({ vcns }) => vcns.length,
  },
  networkLoadBalancers: {
    name: "network-load-balancer-count",
    service: "Network Load Balancer",
    allowed: { "always-free": 1, "pay-as-you-go": 50 },
    used: ({ networkLoadBalancers }) => networkLoadBalancers.length,
  },
  // Names and the paying account's values: limits that public tools print of such accounts.
  loadBalancers: {
    name: "lb-flexible-count",
    service: "Load Balancer",
    allowed: { "always-free": 1, "pay-as-you-go": 50 },
    used: ({ loadBalancers }) => loadBalancers.length,
  },
  loadBalancerMbps: {
    name: "lb-flexible-bandwidth-sum",
    service: "Load Balancer",
    allowed: { "always-free": 10, "pay-as-you-go": 5000 },
    used: ({ loadBalancers }) => sum(loadBalancers.map(({ shapeDetails }) => shapeDetails.maximumBandwidthInMbps)),
  },
} as const satisfies Readonly<Record<string, Limit>>;
/** What is limited. */
export type LimitName = keyof typeof LIMITS;

/** A limit by the service's name of it, and how much of it is used. */
export interface LimitUse {
  readonly name: string;
  readonly used: number;
  readonly limit: number;
}

/** How much of each limit a tenancy uses. */
export function limitUse(tenancy: OciTenancy): readonly LimitUse[] {
  return Object.values(LIMITS).map(({ name, allowed, used }) => ({
    name,
    used: used(tenancy),
    limit: allowed[tenancy.account],
  }));
}

/** @throws LimitExceeded when what exists and `more` of it would be over a limit. */
export function requireRoom(tenancy: OciTenancy, more: Partial<Record<LimitName, number>>): void {
  const over = Object.entries(LIMITS).flatMap(([key, limit]) => {
    const asked = Object.entries(more).find(([name]) => name === key)?.[1] ?? 0;
    const [used, allowed] = [limit.used(tenancy), limit.allowed[tenancy.account]];
    return asked > 0 && used + asked > allowed
      ? [{ limit, text: `${limit.name} (limit ${allowed}, used ${used}, asked ${asked} more)` }]
      : [];
  });
  const [first] = over;
  if (first)
    throw limitExceeded(
      first.limit.service,
      over.map(({ text }) => text),
    );
}
