import { createHash } from "node:crypto";
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { generateX25519Identity } from "age-encryption";
import * as fc from "fast-check";
import {
  checkSnapshot,
  chooseEtcdBackup,
  etcdBackupsIn,
  keepEtcdBackup,
  openEtcdBackup,
} from "../../../../cli/engine/state/etcd-backups.ts";

const CLUSTER = "0123abcd";
const OTHER = "ffffffff";

/** As etcd writes one. */
function snapshotOf(database: Buffer): Buffer {
  return Buffer.concat([database, createHash("sha256").update(database).digest()]);
}

const SNAPSHOT = snapshotOf(Buffer.from("all of etcd"));
const at = (second: number): Date => new Date(Date.UTC(2026, 0, 1, 0, 0, second));

describe("a backup of etcd", () => {
  let folder: string;
  let key: string;
  beforeAll(async () => {
    key = await generateX25519Identity();
  });
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "etcd-backups-"));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const keep = (second: number, cluster = CLUSTER, most = 3) =>
    keepEtcdBackup(SNAPSHOT, { folder, cluster, keep: most, key }, at(second));

  it("is named by time and cluster, readable by its owner only, and opened by the lab's key", async () => {
    const { backup } = await keep(5);
    expect(backup).toEqual({
      file: join(folder, "20260101T000005Z-0123abcd.etcd.age"),
      at: "2026-01-01T00:00:05Z",
      cluster: CLUSTER,
    });
    expect(statSync(backup.file).mode & 0o777).toBe(0o600);
    expect(readFileSync(backup.file).includes("all of etcd")).toBe(false);
    expect(await openEtcdBackup(backup.file, key)).toEqual(SNAPSHOT);
  });

  it("takes the place of the oldest of its cluster, and of no other's", async () => {
    await keep(0, OTHER);
    for (let second = 1; second <= 5; second++) await keep(second);
    const left = etcdBackupsIn(folder).map((each) => `${each.at.slice(17, 19)} ${each.cluster}`);
    expect(left).toEqual([`05 ${CLUSTER}`, `04 ${CLUSTER}`, `03 ${CLUSTER}`, `00 ${OTHER}`]);
  });

  it("leaves what else is in its folder", async () => {
    writeFileSync(join(folder, "notes.txt"), "");
    await keep(1, CLUSTER, 1);
    await keep(2, CLUSTER, 1);
    expect(readdirSync(folder)).toEqual(["20260101T000002Z-0123abcd.etcd.age", "notes.txt"]);
  });

  it("is opened by no other key", async () => {
    const { backup } = await keep(1);
    await expect(openEtcdBackup(backup.file, await generateX25519Identity())).rejects.toThrow("to another key");
  });

  it("is not opened when any byte of it is another", async () => {
    const { backup } = await keep(1);
    const whole = readFileSync(backup.file);
    await fc.assert(
      fc.asyncProperty(fc.nat(whole.length - 1), fc.integer({ min: 1, max: 255 }), async (index, mask) => {
        const changed = Buffer.from(whole);
        changed.writeUInt8(whole.readUInt8(index) ^ mask, index);
        writeFileSync(backup.file, changed);
        await expect(openEtcdBackup(backup.file, key)).rejects.toThrow("cannot be opened");
      }),
    );
  });

  it("is chosen by time among those of the cluster, or by name unless it is another cluster's", async () => {
    await keep(1);
    const { backup: newest } = await keep(2);
    const { backup: others } = await keep(3, OTHER);
    expect(chooseEtcdBackup(folder, CLUSTER)).toBe(newest.file);
    expect(() => chooseEtcdBackup(folder, "00000000")).toThrow("`npx lab backup` makes one");
    expect(() => chooseEtcdBackup(folder, CLUSTER, others.file)).toThrow("of a cluster with other keys (ffffffff)");
    expect(chooseEtcdBackup(folder, CLUSTER, "/renamed")).toBe("/renamed");
  });
});

it("a snapshot that was cut off, or has no checksum, is none", () => {
  expect(() => checkSnapshot(SNAPSHOT, "it")).not.toThrow();
  for (const length of [0, 10, 32, SNAPSHOT.length - 1])
    expect(() => checkSnapshot(SNAPSHOT.subarray(0, length), "it")).toThrow("it: not a whole snapshot of etcd");
});
