/** Restores etcd of a cluster that has lost it, from a snapshot. */
import { CliError } from "../../ui/errors.ts";
import { waitUntil } from "../../ui/wait.ts";
import { list } from "../../ui/words.ts";
import { type ControlPlane, etcdOn, type EtcdThere } from "./control-planes.ts";

/** How a restore goes about it. */
export interface RestoreOptions {
  /** Wipes etcd's data on every control plane first; without it, none may have any. */
  readonly wipe: boolean;
  readonly signal: AbortSignal;
  /** What is going on. */
  readonly say: (line: string) => void;
  /** Between two looks. @default 2000 */
  readonly pollMs?: number;
}

/** A control plane that was wiped boots again, and the kubelet pulls its images: Talos on A1 takes minutes, emulated more. */
const PATIENCE_MS = 30 * 60_000;
const POLL_MS = 2000;

interface Seen {
  readonly plane: ControlPlane;
  readonly etcd: EtcdThere;
}

function look(planes: readonly ControlPlane[]): Promise<readonly Seen[]> {
  return Promise.all(planes.map(async (plane) => ({ plane, etcd: await etcdOn(plane) })));
}

function described({ plane, etcd }: Seen): string {
  if (etcd.kind === "leads") return `${plane.name} has etcd with a leader`;
  return etcd.kind === "waits" ? `${plane.name} waits` : `${plane.name}: ${etcd.why}`;
}

/**
 * Refuses to restore over what works or may be mended; with `wipe` that was decided already.
 *
 * @throws CliError with what each control plane says
 */
export async function refuseUnlessLost(planes: readonly ControlPlane[], wipe: boolean): Promise<void> {
  if (wipe) return;
  const seen = await look(planes);
  if (seen.every(({ etcd }) => etcd.kind === "waits")) return;
  throw new CliError(
    `etcd has data, or it is not known: ${list(seen.map(described))}. Where what it holds is to be given up for the backup: lab restore --wipe`,
  );
}

async function until(
  planes: readonly ControlPlane[],
  isThere: (etcd: EtcdThere) => boolean,
  what: string,
  { signal, pollMs = POLL_MS }: RestoreOptions,
): Promise<void> {
  let seen: readonly Seen[] = [];
  const isDone = async (): Promise<boolean> => {
    seen = await look(planes);
    return seen.every(({ etcd }) => isThere(etcd));
  };
  if (await waitUntil(isDone, { pollMs, patienceMs: PATIENCE_MS, signal })) return;
  throw new CliError(`${what} did not come to be: ${list(seen.map(described))}. Run the same again: it goes on`);
}

/**
 * Puts a snapshot in the place of etcd's data, on all control planes: the first is bootstrapped from it, and the others join.
 * Broken off, it is run again.
 *
 * @throws CliError where they do not come back
 */
export async function restoreEtcd(
  planes: readonly ControlPlane[],
  snapshot: Buffer,
  options: RestoreOptions,
): Promise<void> {
  const [first] = planes;
  if (first === undefined) throw new CliError("this lab has no control plane");
  await refuseUnlessLost(planes, options.wipe);
  if (options.wipe) {
    options.say(`wiping etcd on ${list(planes.map(({ name }) => name))}`);
    await Promise.all(planes.map(({ keeper }) => keeper.wipe()));
    await until(planes, ({ kind }) => kind === "waits", "a control plane without data", options);
  }
  options.say(`sending the snapshot to ${first.name}, and bootstrapping etcd from it`);
  await first.keeper.recover(snapshot);
  const whole = (etcd: EtcdThere): boolean => etcd.kind === "leads" && etcd.members === planes.length;
  await until(planes, whole, `etcd with ${planes.length} of its members`, options);
}
