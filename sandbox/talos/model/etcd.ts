/** Etcd of a cluster: its members, who leads, what is taken out of it and put back. */
import { createHash } from "node:crypto";
import { gunzipSync, gzipSync } from "node:zlib";
import { z } from "zod";
import type { World } from "../../world/world.ts";
import { boltDatabase } from "./bolt.ts";
import { record } from "./journal.ts";
import { type ConfiguredMachine, controlPlaneOnly, MachineError } from "./machines.ts";
import { clusterAround, type Placed } from "./placed.ts";

/** uint64 as decimal digits. */
export function memberId({ guest }: ConfiguredMachine): string {
  const hash = createHash("sha256").update(`${guest.address} ${guest.generation}`).digest();
  return hash.readBigUInt64BE().toString();
}

/** The same as etcd writes it. */
export function hexId(machine: ConfiguredMachine): string {
  return BigInt(memberId(machine)).toString(16);
}

/** @throws MachineError where etcd does not run */
export function membersOf(placed: Omit<Placed, "machine">, machine: ConfiguredMachine): readonly ConfiguredMachine[] {
  const { cluster, running } = clusterAround(placed, machine);
  if (running) return cluster.filter(({ entry }) => entry.etcdSince !== null);
  throw new MachineError("Unavailable", "etcd is not running: the cluster is not bootstrapped yet");
}

/** The one that was told to lead, else the one that was bootstrapped. */
export function leaderOf(members: readonly ConfiguredMachine[]): ConfiguredMachine | undefined {
  return members.find(({ entry }) => entry.leads) ?? members.find(({ entry }) => entry.bootstrapped) ?? members[0];
}

/** Another member leads from now on. @returns its id, or "" where this one does not lead or no other is there */
export function forfeit(placed: Omit<Placed, "machine">, machine: ConfiguredMachine): string {
  const members = membersOf(placed, machine);
  const next = members.find(({ guest }) => guest.address !== machine.guest.address);
  if (leaderOf(members)?.guest.address !== machine.guest.address || !next) return "";
  for (const { entry } of members) delete entry.leads;
  next.entry.leads = true;
  record(next.entry, placed.world.now(), "etcd", "became leader");
  placed.world.changed();
  return hexId(next);
}

/** Takes a member out. @throws MachineError where it is the last one, as etcd keeps its quorum */
export function removeMember(world: World, members: readonly ConfiguredMachine[], { entry }: ConfiguredMachine): void {
  if (members.length === 1)
    throw new MachineError(
      "Unknown",
      "failed to remove member: etcdserver: re-configuration failed due to not enough started members",
    );
  const wasFirst = entry.bootstrapped;
  entry.etcdSince = null;
  entry.bootstrapped = false;
  delete entry.leads;
  // The cluster goes on, with another member as its first.
  const next = members.find((each) => each.entry !== entry);
  if (wasFirst && next) next.entry.bootstrapped = true;
  record(entry, world.now(), "etcd", "left the cluster");
  world.changed();
}

const MAGIC = "ampere-lab etcd snapshot";
const snapshotSchema = z.object({
  kind: z.literal(MAGIC),
  cluster: z.string(),
  since: z.string(),
  cordoned: z.array(z.string()),
  /** Of the API server, packed: snapshots of before have none. */
  kubernetes: z.string().optional(),
});

const kubernetesSchema = z.object({
  revision: z.number(),
  objects: z.record(z.string(), z.record(z.string(), z.json())),
  unregistered: z.record(z.string(), z.string()).optional(),
});

/** What a snapshot holds here: when the cluster's objects came to be, and what was changed of them. */
export function snapshotOf(placed: Omit<Placed, "machine">, machine: ConfiguredMachine): Buffer {
  const members = membersOf(placed, machine);
  const { cluster } = clusterAround(placed, machine);
  const since = members.map(({ entry }) => entry.etcdSince ?? "").toSorted()[0] ?? "";
  const cordoned = cluster.filter(({ entry }) => entry.cordoned).map(({ facts }) => facts.hostname);
  const { id } = machine.facts.cluster;
  const held = JSON.stringify(placed.world.state.kubernetes?.[id] ?? { revision: 0, objects: {} });
  const kubernetes = gzipSync(held).toString("base64");
  const text = JSON.stringify({ kind: MAGIC, cluster: id, since, cordoned, kubernetes });
  // As etcd writes one: a database, and its checksum after it.
  const database = boltDatabase({
    key: [],
    sandbox: [[Buffer.from("snapshot"), Buffer.from(text)]],
    meta: [[Buffer.from("storageVersion"), Buffer.from("3.6.0")]],
  });
  return Buffer.concat([database, sha256(database)]);
}

const sha256 = (bytes: Buffer): Buffer => createHash("sha256").update(bytes).digest();

/** Keeps a snapshot until the bootstrap that recovers from it. @throws MachineError InvalidArgument for one that is not the sandbox's */
export function keepSnapshot(world: World, machine: ConfiguredMachine, bytes: Buffer): void {
  controlPlaneOnly(machine, "etcd recover");
  if (!readSnapshot(bytes))
    throw new MachineError(
      "InvalidArgument",
      "the sandbox recovers only from what `talosctl etcd snapshot` wrote of it",
    );
  machine.entry.snapshot = bytes.toString("base64");
  world.changed();
}

function readSnapshot(bytes: Buffer): z.infer<typeof snapshotSchema> | null {
  const database = bytes.subarray(0, -32);
  if (!sha256(database).equals(bytes.subarray(-32))) return null;
  try {
    return snapshotSchema.parse(JSON.parse(/\{"kind":[^}]*\}/.exec(database.toString("latin1"))?.[0] ?? ""));
  } catch {
    return null;
  }
}

/** Puts back what the snapshot holds, after the bootstrap. @throws MachineError where none was sent */
export function recoverSnapshot(placed: Omit<Placed, "machine">, machine: ConfiguredMachine): void {
  const { snapshot } = machine.entry;
  const found = snapshot === undefined ? null : readSnapshot(Buffer.from(snapshot, "base64"));
  if (!found)
    throw new MachineError("Unknown", "error recovering etcd: open /var/lib/etcd.snapshot: no such file or directory");
  delete machine.entry.snapshot;
  if (found.kubernetes !== undefined) {
    const { unregistered, ...held } = kubernetesSchema.parse(
      JSON.parse(gunzipSync(Buffer.from(found.kubernetes, "base64")).toString()),
    );
    const all = (placed.world.state.kubernetes ??= {});
    all[machine.facts.cluster.id] = { ...held, ...(unregistered && { unregistered }) };
  }
  for (const { entry, facts } of clusterAround(placed, machine).cluster) {
    if (entry.etcdSince !== null) entry.etcdSince = found.since;
    entry.cordoned = found.cordoned.includes(facts.hostname);
  }
  record(machine.entry, placed.world.now(), "etcd", "restored from a snapshot");
  placed.world.changed();
}
