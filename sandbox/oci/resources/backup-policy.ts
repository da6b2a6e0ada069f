/** Volume backup policies: Oracle's three and one's own. Nothing is ever backed up. */
import { z } from "zod";
import type { ProviderContext } from "../../plugin/resource.ts";
import { generatedName, maybeText, type Resource, type Stored } from "../kernel/resource.ts";
import { notFound, referenced } from "../model/refusals.ts";
import { regionOf } from "../model/regions.ts";
import { find, requireCompartment } from "../model/records.ts";

const SERVICE = "Core Volume Backup Policy";

const DAYS = ["MONDAY", "TUESDAY", "WEDNESDAY", "THURSDAY", "FRIDAY", "SATURDAY", "SUNDAY"];
const MONTHS = "JANUARY FEBRUARY MARCH APRIL MAY JUNE JULY AUGUST SEPTEMBER OCTOBER NOVEMBER DECEMBER".split(" ");

/** oracle/oci-go-sdk v65, core: VolumeBackupSchedule. */
const checked = z.object({
  backupType: z.enum(["FULL", "INCREMENTAL"]),
  period: z.enum(["ONE_HOUR", "ONE_DAY", "ONE_WEEK", "ONE_MONTH", "ONE_YEAR"]),
  retentionSeconds: z.int().min(1),
  offsetType: z.enum(["STRUCTURED", "NUMERIC_SECONDS"]).nullish(),
  dayOfWeek: z.enum(DAYS).nullish(),
  month: z.enum(MONTHS).nullish(),
  timeZone: z.enum(["UTC", "REGIONAL_DATA_CENTER_TIME"]).nullish(),
});

/** Kept as it came. */
const schedule = z
  .record(z.string(), z.json())
  .superRefine((value, { addIssue }) =>
    checked.safeParse(value).error?.issues.forEach(({ path, message }) => addIssue({ code: "custom", path, message })),
  );

const body = z.object({
  displayName: generatedName,
  destinationRegion: maybeText,
  schedules: z.array(schedule).default([]),
});

type BackupPolicy = Stored<z.output<typeof body>>;

const incremental = (period: string, retentionSeconds: number) => ({
  backupType: "INCREMENTAL",
  period,
  offsetSeconds: 0,
  retentionSeconds,
});

const DAILY = incremental("ONE_DAY", 604_800);
const WEEKLY = incremental("ONE_WEEK", 2_419_200);
const MONTHLY = incremental("ONE_MONTH", 31_560_000);
const YEARLY = { ...incremental("ONE_YEAR", 157_680_000), backupType: "FULL" };

/** In no compartment. */
function oracles(displayName: string, unique: string, schedules: BackupPolicy["schedules"]): BackupPolicy {
  return {
    id: `ocid1.volumebackuppolicy.oc1..aaaaaaaa${unique}`,
    compartmentId: "",
    region: "",
    timeCreated: "2017-10-01T00:00:00.000Z",
    freeformTags: {},
    definedTags: {},
    displayName,
    destinationRegion: null,
    schedules,
  };
}

/** The same in every tenancy and region; in the order in which the service lists them (oracle/terraform-provider-oci#573). */
const ORACLES: readonly BackupPolicy[] = [
  oracles("silver", "7hwv7iscewqqcmyqe2zuzfce6setvckhbxduswtxf6ctew7e54ja", [WEEKLY, MONTHLY, YEARLY]),
  oracles("bronze", "drzfwjb5tflixtmy5axp2kx65uqakgnupfogabzjhtn5x5dfra6q", [MONTHLY, YEARLY]),
  oracles("gold", "gcremuefit7dpcnjpdrtphjk4bwm3emm55t6cghctt2m6iyyjdva", [DAILY, WEEKLY, MONTHLY, YEARLY]),
];

/** @throws ServiceRefusal 404 for one that is neither Oracle's nor the tenancy's */
export function requirePolicy(call: ProviderContext, service: string, id: string): BackupPolicy {
  const found = ORACLES.find((each) => each.id === id) ?? find(call, call.world.state.oci.volumeBackupPolicies, id);
  if (found === null) throw notFound(service, id, "policy_id");
  return found;
}

declare module "../../world/oci.ts" {
  interface OciTenancy {
    volumeBackupPolicies: Stored<z.output<typeof body>>[];
  }
}

/** Oracle's own policies are listed with the account's. */
export const backupPolicy: Resource<z.output<typeof body>> = {
  type: "oci_core_volume_backup_policy",
  service: SERVICE,
  path: "/20160918/volumeBackupPolicies",
  idType: "volumebackuppolicy",
  body,
  without: ["move"],
  all: (tenancy) => tenancy.volumeBackupPolicies,
  unmade: () => ORACLES,
  // Without a compartment Oracle's own are listed (ListVolumeBackupPolicies).
  selected(query, call) {
    const compartmentId = query.get("compartmentId");
    if (!compartmentId) return ORACLES;
    requireCompartment(call, SERVICE, compartmentId);
    return call.world.state.oci.volumeBackupPolicies.filter(
      (each) => each.compartmentId === compartmentId && each.region === regionOf(call),
    );
  },
  remove({ id }, call) {
    const assigned = call.world.state.oci.backupPolicyAssignments.find(({ policyId }) => policyId === id);
    if (assigned) throw referenced(SERVICE, `The backup policy ${id}`, `the volume ${assigned.assetId}`);
  },
};
