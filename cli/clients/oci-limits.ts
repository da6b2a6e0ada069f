/**
 * Asks OCI for room for the lab's hosts, and for use of its service limits. A capacity report may be wrong
 * (oracle/oci-cli#748).
 */
import { z } from "zod";
import type { LimitName } from "../../config/limits.ts";
import { type FaultDomainName, faultDomainName } from "../../constructs/oci/fault-domain.ts";
import { A1_SHAPE } from "../../topology/shapes.ts";
import type { Topology } from "../../topology/types.ts";
import { type Oci, OciError } from "./oci.ts";

/** A host that is to be launched, as OCI is asked for it. */
export interface Wanted {
  readonly host: string;
  readonly shape: string;
  readonly ocpus: number;
  readonly memoryGb: number;
  /** A launch that names one goes to no other; null: wherever the availability domain has room. */
  readonly faultDomain: FaultDomainName | null;
}

/** What OCI says of room for such a host. */
export interface Capacity extends Wanted {
  readonly availabilityDomain: string;
  /** As OCI says it: AVAILABLE, OUT_OF_HOST_CAPACITY, HARDWARE_NOT_SUPPORTED. */
  readonly status: string;
}

const AVAILABLE = "AVAILABLE";

/** Whether a launch has a chance. */
export const isRoom = ({ status }: Capacity): boolean => status === AVAILABLE;

const report = z.object({
  shapeAvailabilities: z.array(z.object({ availabilityStatus: z.string(), faultDomain: z.string().nullish() })),
});
type Answer = z.infer<typeof report>["shapeAvailabilities"];

/**
 * OCI answers a question without a fault domain by one line, or by one for each domain ("includes information about all
 * fault domains", CreateComputeCapacityReport): room in one of them is room.
 */
function statusIn(answer: Answer, { faultDomain }: Wanted): string {
  const own = faultDomain === null ? answer : answer.filter((line) => line.faultDomain === faultDomain);
  const said = own.map(({ availabilityStatus }) => availabilityStatus);
  return said.find((status) => status === AVAILABLE) ?? said[0] ?? "unknown";
}

/** Of every host in one availability domain. Each is asked for alone: lines of an answer do not say whose they are. */
export async function capacityIn(
  account: Oci,
  availabilityDomain: string,
  wanted: readonly Wanted[],
): Promise<readonly Capacity[]> {
  const ask = async ({ shape, ocpus, memoryGb, faultDomain }: Wanted): Promise<Answer> => {
    const body = {
      compartmentId: account.tenancy,
      availabilityDomain,
      shapeAvailabilities: [
        {
          instanceShape: shape,
          instanceShapeConfig: { ocpus, memoryInGBs: memoryGb },
          ...(faultDomain !== null && { faultDomain }),
        },
      ],
    };
    return (await account.post("compute", "/20160918/computeCapacityReports", body, report)).shapeAvailabilities;
  };
  // Hosts are often of one size: no question is asked twice.
  const asked = new Map<string, Promise<Answer>>();
  const answerTo = (each: Wanted): Promise<Answer> => {
    const question = JSON.stringify([each.shape, each.ocpus, each.memoryGb, each.faultDomain]);
    const answer = asked.get(question) ?? ask(each);
    asked.set(question, answer);
    return answer;
  };
  return Promise.all(
    wanted.map(async (each) => ({ ...each, availabilityDomain, status: statusIn(await answerTo(each), each) })),
  );
}

/** What would be launched for the A1 instances of a plan, where the config has them. */
export function hostsOf(plan: Topology): readonly Wanted[] {
  if (plan.placement === "existing") return [];
  return (plan.placement === "oci" ? plan.nodes : plan.hosts).map(({ name, ocpus, memoryGb, faultDomain }) => ({
    host: name,
    shape: A1_SHAPE,
    ocpus,
    memoryGb,
    faultDomain: faultDomain === null ? null : faultDomainName(faultDomain),
  }));
}

/** The same host without a fault domain, and in each of the three. */
export function everywhere(host: Wanted): readonly Wanted[] {
  const domains = [null, ...([1, 2, 3] as const).map(faultDomainName)];
  return domains.map((faultDomain) => ({ ...host, faultDomain }));
}

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

/** What an account takes of one of its limits, in the limit's unit. */
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
 * @throws OciError when it has none
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
