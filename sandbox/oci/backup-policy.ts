/** Volume backup policies: Oracle's three and one's own, and the volumes that have them. Nothing is ever backed up. */
import type { Attributes, Call, ResourceType } from "../plugin/resource.ts";
import type { OciTenancy } from "../world/oci.ts";
import type { BackupPolicyAssignment, BackupSchedule, VolumeBackupPolicy } from "../world/oci-backups.ts";
import { blocks, maybeText, text } from "./attributes.ts";
import { invalid, notFound, referenced } from "./refusals.ts";
import { defaultName, find, newObject, stored } from "./stored.ts";

const POLICY = "Core Volume Backup Policy";
const ASSIGNMENT = "Core Volume Backup Policy Assignment";

const incremental = (period: string, retentionSeconds: number): BackupSchedule => ({
  backupType: "INCREMENTAL",
  period,
  offsetSeconds: 0,
  retentionSeconds,
});

const DAILY = incremental("ONE_DAY", 604_800);
const WEEKLY = incremental("ONE_WEEK", 2_419_200);
const MONTHLY = incremental("ONE_MONTH", 31_560_000);
const YEARLY: BackupSchedule = { ...incremental("ONE_YEAR", 157_680_000), backupType: "FULL" };

function oracles(displayName: string, unique: string, schedules: readonly BackupSchedule[]): VolumeBackupPolicy {
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
export const ORACLES: readonly VolumeBackupPolicy[] = [
  oracles("silver", "7hwv7iscewqqcmyqe2zuzfce6setvckhbxduswtxf6ctew7e54ja", [WEEKLY, MONTHLY, YEARLY]),
  oracles("bronze", "drzfwjb5tflixtmy5axp2kx65uqakgnupfogabzjhtn5x5dfra6q", [MONTHLY, YEARLY]),
  oracles("gold", "gcremuefit7dpcnjpdrtphjk4bwm3emm55t6cghctt2m6iyyjdva", [DAILY, WEEKLY, MONTHLY, YEARLY]),
];

const DAYS = ["MONDAY", "TUESDAY", "WEDNESDAY", "THURSDAY", "FRIDAY", "SATURDAY", "SUNDAY"];
const MONTHS = "JANUARY FEBRUARY MARCH APRIL MAY JUNE JULY AUGUST SEPTEMBER OCTOBER NOVEMBER DECEMBER".split(" ");

/** oracle/oci-go-sdk v65, core: VolumeBackupSchedule. */
const ENUMERATIONS: Readonly<Record<string, readonly string[]>> = {
  backup_type: ["FULL", "INCREMENTAL"],
  period: ["ONE_HOUR", "ONE_DAY", "ONE_WEEK", "ONE_MONTH", "ONE_YEAR"],
  offset_type: ["STRUCTURED", "NUMERIC_SECONDS"],
  day_of_week: DAYS,
  month: MONTHS,
  time_zone: ["UTC", "REGIONAL_DATA_CENTER_TIME"],
};

function checkSchedule(schedule: Attributes): void {
  for (const [name, allowed] of Object.entries(ENUMERATIONS)) {
    const value = maybeText(schedule, name);
    if (value !== null && !allowed.includes(value))
      throw invalid(POLICY, `${name} ${value} is not valid: ${allowed.join(", ")}.`, "schedules");
  }
  text(schedule, "backup_type");
  text(schedule, "period");
  const kept = schedule.retention_seconds;
  if (typeof kept !== "number" || !Number.isInteger(kept) || kept < 1)
    throw invalid(POLICY, `retentionSeconds ${String(kept)} must be a whole number from 1.`, "schedules");
}

/** As the API tells them: `day_of_week` is `dayOfWeek`. */
function schedulesOf(planned: Attributes): readonly BackupSchedule[] {
  const field = (name: string): string => name.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase());
  return blocks(planned, "schedules").map((schedule) => {
    checkSchedule(schedule);
    const { retention_period, ...rest } = schedule;
    const [period] = blocks({ retention_period: retention_period ?? null }, "retention_period");
    const told = (from: Attributes): BackupSchedule =>
      Object.fromEntries(Object.entries(from).map(([name, value]) => [field(name), value]));
    return { ...told(rest), ...(period && { retentionPeriod: told(period) }) };
  });
}

export const backupPolicy = stored<VolumeBackupPolicy>({
  service: POLICY,
  all: (tenancy) => tenancy.volumeBackupPolicies,
  attributes: (each) => ({ destination_region: each.destinationRegion, display_name: each.displayName }),
  create(call, planned) {
    return {
      ...newObject(call, POLICY, "volumebackuppolicy", planned),
      displayName: maybeText(planned, "display_name") ?? defaultName(call, "volumebackuppolicy"),
      destinationRegion: maybeText(planned, "destination_region"),
      schedules: schedulesOf(planned),
    };
  },
  update(_call, record, planned) {
    if ("schedules" in planned) record.schedules = schedulesOf(planned);
    record.displayName = maybeText(planned, "display_name") ?? record.displayName;
    record.destinationRegion = maybeText(planned, "destination_region") ?? record.destinationRegion;
  },
  remove(call, record) {
    const assigned = assignments(call.world.state.oci).find(({ policyId }) => policyId === record.id);
    if (assigned) throw referenced(POLICY, `The backup policy ${record.id}`, `the volume ${assigned.assetId}`);
  },
});

/** The compartment of a volume or boot volume; null where there is none of that id. */
function compartmentOfAsset({ volumes, instances }: OciTenancy, id: string): string | null {
  const volume = volumes.find((each) => each.id === id) ?? instances.find(({ bootVolumeId }) => bootVolumeId === id);
  return volume?.compartmentId ?? null;
}

/** An assignment goes with its volume. */
export function assignments(tenancy: OciTenancy): readonly BackupPolicyAssignment[] {
  return tenancy.backupPolicyAssignments.filter(({ assetId }) => compartmentOfAsset(tenancy, assetId) !== null);
}

export function requirePolicy(call: Call, service: string, id: string): VolumeBackupPolicy {
  const found = ORACLES.find((each) => each.id === id) ?? find(call, call.world.state.oci.volumeBackupPolicies, id);
  if (found === null) throw notFound(service, id, "policy_id");
  return found;
}

const kept = stored<BackupPolicyAssignment>({
  service: ASSIGNMENT,
  all: (tenancy) => tenancy.backupPolicyAssignments,
  attributes: ({ assetId, policyId }) => ({ asset_id: assetId, policy_id: policyId }),
  create(call, planned) {
    const assetId = text(planned, "asset_id");
    const compartment_id = compartmentOfAsset(call.world.state.oci, assetId);
    if (compartment_id === null) throw notFound(ASSIGNMENT, assetId, "asset_id");
    const { id: policyId } = requirePolicy(call, ASSIGNMENT, text(planned, "policy_id"));
    return { ...newObject(call, ASSIGNMENT, "volumebackuppolicyassign", { compartment_id }), assetId, policyId };
  },
  update: () => undefined,
});

export const backupPolicyAssignment: ResourceType = {
  ...kept,
  async create(call, planned) {
    const made = await kept.create(call, planned);
    // "The prior backup policy will be silently unassigned": a volume has one (oracle/oci-go-sdk v65, core).
    const { oci } = call.world.state;
    oci.backupPolicyAssignments = assignments(oci).filter(
      ({ id, assetId }) => id === made.id || assetId !== made.asset_id,
    );
    return made;
  },
};
