/** Whether OCI has room for the lab's hosts now. A report may be wrong (oracle/oci-cli#748), and a minute later it may be another. */
import { z } from "zod";
import { type FaultDomainName, faultDomainName } from "../../constructs/oci/fault-domain.ts";
import { A1_SHAPE } from "../../topology/shapes.ts";
import type { Topology } from "../../topology/types.ts";
import type { Oci } from "./client.ts";

export interface Wanted {
  readonly host: string;
  readonly shape: string;
  readonly ocpus: number;
  readonly memoryGb: number;
  /** A launch that names one goes to no other; null: wherever the availability domain has room. */
  readonly faultDomain: FaultDomainName | null;
}

export interface Capacity extends Wanted {
  readonly availabilityDomain: string;
  /** As OCI says it: AVAILABLE, OUT_OF_HOST_CAPACITY, HARDWARE_NOT_SUPPORTED. */
  readonly status: string;
}

const AVAILABLE = "AVAILABLE";

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
  return said.find((status) => status === AVAILABLE) ?? said[0] ?? "not told";
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

/** What would be launched for the hosts of a plan, where the config has them. */
export function hostsOf({ hosts }: Topology): readonly Wanted[] {
  return hosts.map(({ name, ocpus, memoryGb, faultDomain }) => ({
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
