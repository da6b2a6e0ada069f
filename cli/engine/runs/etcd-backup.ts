/** Backs up etcd of the deployed cluster, into an encrypted file. */
import { CliError, messageOf } from "../../ui/errors.ts";
import { checkSnapshot, type EtcdBackup, keepEtcdBackup } from "../state/etcd-backups.ts";
import { guardOf } from "../state/made-before.ts";
import { backupKey } from "../state/secrets.ts";
import { secretsFile } from "../state/secrets-file.ts";
import type { Project } from "../synth/project.ts";
import { type ControlPlane, type ControlPlanes, etcdOn } from "./control-planes.ts";

/** Where a backup goes. */
export interface BackupRequest {
  readonly folder: string;
  /** How many backups of this cluster are kept. */
  readonly keep: number;
  /** An age identity. */
  readonly key: string;
}

/** A backup that was made. */
export interface BackedUp {
  readonly backup: EtcdBackup;
  readonly removed: readonly string[];
  /** The control plane whose data it is. */
  readonly node: string;
  /** Of the snapshot. */
  readonly bytes: number;
}

/** A member that is cut off from the others would give what was, so one with a leader is asked. */
async function snapshotOf(
  planes: readonly ControlPlane[],
): Promise<{ readonly node: string; readonly snapshot: Buffer }> {
  const problems: string[] = [];
  for (const plane of planes) {
    const etcd = await etcdOn(plane);
    try {
      if (etcd.kind !== "leads") throw new Error(etcd.kind === "waits" ? "etcd waits for its bootstrap" : etcd.why);
      const snapshot = await plane.talos.etcdSnapshot();
      checkSnapshot(snapshot, `what ${plane.name} sent`);
      return { node: plane.name, snapshot };
    } catch (error) {
      problems.push(`${plane.name}: ${messageOf(error)}`);
    }
  }
  throw new CliError(
    `no control plane could give a snapshot: ${problems.join("; ")}. \`npx lab validate cluster\` says more; a cluster that has lost its etcd is brought back by \`npx lab restore\``,
  );
}

/** The age key of the lab's backups, among its secrets; made for the first backup. */
export function labBackupKey(project: Pick<Project, "home" | "data" | "sandbox">): Promise<string> {
  return backupKey(secretsFile(project), guardOf(project));
}

/** Takes a snapshot of the first control plane that can give one, and keeps it. @throws CliError where none can */
export async function backUpEtcd(
  { cluster, all }: Pick<ControlPlanes, "cluster" | "all">,
  request: BackupRequest,
  now: Date,
): Promise<BackedUp> {
  const { node, snapshot } = await snapshotOf(all);
  return { ...(await keepEtcdBackup(snapshot, { ...request, cluster }, now)), node, bytes: snapshot.length };
}
