/**
 * Keeps backups of etcd, `<data>/etcd/<time>-<cluster>.etcd.age`, encrypted with age and readable by their owner only. The
 * cluster is the beginning of its authority's SHA-256: a snapshot is of use only to the cluster with the same keys.
 */
import { createHash } from "node:crypto";
import { readFileSync, rmSync } from "node:fs";
import { basename, join } from "node:path";
import { CliError, codeOf } from "../../ui/errors.ts";
import { namesIn, writeAtomically } from "../../ui/files.ts";

/** How many are kept. */
export const KEPT = 14;

/** A backup of etcd. */
export interface EtcdBackup {
  readonly file: string;
  /** ISO 8601, UTC, to the second. */
  readonly at: string;
  /** Eight hexadecimal digits. */
  readonly cluster: string;
}

const NAME = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z-([0-9a-f]{8})\.etcd\.age$/;
const CHECKSUM_BYTES = 32;

/** Where a lab keeps them, unless it is told another folder. */
export function etcdBackupFolder({ data }: { readonly data: string }): string {
  return join(data, "etcd");
}

/** Which cluster a certificate authority is of. */
export function clusterOf(authority: Buffer): string {
  return createHash("sha256").update(authority).digest("hex").slice(0, 8);
}

/** What a file is, by its name; null for others. */
function backupAt(file: string): EtcdBackup | null {
  const [, year, month, day, hour, minute, second, cluster] = NAME.exec(basename(file)) ?? [];
  return cluster === undefined ? null : { file, at: `${year}-${month}-${day}T${hour}:${minute}:${second}Z`, cluster };
}

/** The backups in a folder, newest first. */
export function etcdBackupsIn(folder: string): readonly EtcdBackup[] {
  const all = namesIn(folder).flatMap((name) => backupAt(join(folder, name)) ?? []);
  return all.sort((one, other) => (one.at < other.at ? 1 : -1));
}

/** @throws CliError for what is no whole snapshot: etcd writes the SHA-256 of a database after it */
export function checkSnapshot(snapshot: Buffer, what: string): void {
  const database = snapshot.subarray(0, -CHECKSUM_BYTES);
  const checksum = createHash("sha256").update(database).digest();
  if (database.length > 0 && checksum.equals(snapshot.subarray(-CHECKSUM_BYTES))) return;
  throw new CliError(
    `${what}: not a whole snapshot of etcd: the checksum at its end is not that of its ${database.length} bytes`,
  );
}

/** Where a backup is kept, and how long. */
export interface Keeping {
  readonly folder: string;
  readonly cluster: string;
  /** How many backups of this cluster are kept; older ones go. */
  readonly keep: number;
  /** An age identity. */
  readonly key: string;
}

/**
 * Encrypts a snapshot into a file, and deletes the oldest of this cluster where there are more than are kept.
 *
 * @returns the backup, and the files that are gone
 */
export async function keepEtcdBackup(
  snapshot: Buffer,
  { folder, cluster, keep, key }: Keeping,
  now: Date,
): Promise<{ readonly backup: EtcdBackup; readonly removed: readonly string[] }> {
  const { Encrypter, identityToRecipient } = await import("age-encryption");
  const encrypter = new Encrypter();
  encrypter.addRecipient(await identityToRecipient(key));
  const sealed = await encrypter.encrypt(snapshot);
  const time = now.toISOString().replaceAll(/[-:]|\.\d+/g, "");
  const file = join(folder, `${time}-${cluster}.etcd.age`);
  writeAtomically(file, sealed);
  const [backup, ...others] = etcdBackupsIn(folder).filter((each) => each.cluster === cluster);
  if (backup === undefined) throw new Error(`${file} was written, and is not there`);
  const removed = others.slice(keep - 1).map((each) => each.file);
  for (const each of removed) rmSync(each, { force: true });
  return { backup, removed };
}

/**
 * The snapshot in a backup.
 *
 * @param key an age identity
 * @throws CliError for a file that is not there, was changed, or is encrypted to another key
 */
export async function openEtcdBackup(file: string, key: string): Promise<Buffer> {
  const { Decrypter } = await import("age-encryption");
  const decrypter = new Decrypter();
  decrypter.addIdentity(key);
  let snapshot: Buffer;
  try {
    snapshot = Buffer.from(await decrypter.decrypt(readFileSync(file)));
  } catch (error) {
    if (codeOf(error) !== undefined) throw new CliError(`${file} cannot be read: ${String(codeOf(error))}`);
    throw new CliError(
      `${file} cannot be opened: it was changed since, or is encrypted to another key than the lab's backupKey, which is among its secrets`,
    );
  }
  checkSnapshot(snapshot, file);
  return snapshot;
}

/**
 * The backup that is meant, of this cluster.
 *
 * @param named a file. @default - the newest in the folder
 * @throws CliError where there is none, or where it is of a cluster with other keys
 */
export function chooseEtcdBackup(folder: string, cluster: string, named?: string): string {
  if (named !== undefined) {
    const of = backupAt(named)?.cluster ?? cluster;
    if (of === cluster) return named;
    throw new CliError(
      `${named} is of a cluster with other keys (${of}) than this one's (${cluster}): nothing could read what is in it`,
    );
  }
  const newest = etcdBackupsIn(folder).find((each) => each.cluster === cluster);
  if (newest !== undefined) return newest.file;
  throw new CliError(`there is no backup of this cluster (${cluster}) in ${folder}: \`npx lab backup\` makes one`);
}
