/** When volumes would be backed up: the sandbox makes no backups. Owned by sandbox/oci. */
import type { Json, OciObject } from "./oci.ts";

export interface VolumeBackupPolicy extends OciObject {
  displayName: string;
  destinationRegion: string | null;
  /** Each as the API tells it. */
  schedules: readonly BackupSchedule[];
}

export type BackupSchedule = { readonly [field: string]: Json };

export interface BackupPolicyAssignment extends OciObject {
  /** A volume or a boot volume. */
  readonly assetId: string;
  readonly policyId: string;
}
