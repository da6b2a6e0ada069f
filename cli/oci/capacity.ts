/** Whether OCI has room for the lab's hosts now. A report may be wrong (oracle/oci-cli#748), and a minute later it may be another. */
import { z } from "zod";
import { A1_SHAPE } from "../../constructs/oci/shapes.ts";
import type { Topology } from "../../topology/types.ts";
import type { Oci } from "./client.ts";

export interface Wanted {
  readonly host: string;
  readonly shape: string;
  readonly ocpus: number;
  readonly memoryGb: number;
  /** Such as `FAULT-DOMAIN-1`: a launch that names one goes to no other. */
  readonly faultDomain: string;
}

export interface Capacity extends Wanted {
  readonly availabilityDomain: string;
  /** As OCI says it: AVAILABLE, OUT_OF_HOST_CAPACITY, HARDWARE_NOT_SUPPORTED. */
  readonly status: string;
}

const report = z.object({ shapeAvailabilities: z.array(z.object({ availabilityStatus: z.string() })) });

/** Of every host in one availability domain. */
export async function capacityIn(
  account: Oci,
  availabilityDomain: string,
  wanted: readonly Wanted[],
): Promise<readonly Capacity[]> {
  const body = {
    compartmentId: account.tenancy,
    availabilityDomain,
    shapeAvailabilities: wanted.map(({ shape, ocpus, memoryGb, faultDomain }) => ({
      instanceShape: shape,
      instanceShapeConfig: { ocpus, memoryInGBs: memoryGb },
      faultDomain,
    })),
  };
  const { shapeAvailabilities } = await account.post("compute", "/20160918/computeCapacityReports", body, report);
  return wanted.map((each, index) => ({
    ...each,
    availabilityDomain,
    status: shapeAvailabilities[index]?.availabilityStatus ?? "not told",
  }));
}

/** What would be launched for the hosts of a plan. */
export function hostsOf({ hosts }: Topology): readonly Wanted[] {
  return hosts.map(({ name, ocpus, memoryGb, faultDomain }) => ({
    host: name,
    shape: A1_SHAPE,
    ocpus,
    memoryGb,
    faultDomain: `FAULT-DOMAIN-${faultDomain}`,
  }));
}
