/**
 * What takes a host seconds: what it is, and is not yet, between two moments that the API tells of. Measured with pmxcfs,
 * corosync, pvedaemon and pveproxy of Proxmox VE 9.2 in network namespaces; played at twenty times the speed.
 */
import type { Certificate, PveHost } from "../../world/proxmox.ts";
import type { World } from "../../world/world.ts";

const SECOND_MS = 50;

/**
 * - `booting`: a member whose pmxcfs has not reached corosync yet; it looks like a host that is in no cluster.
 * - `restarting`: its API is down.
 * - `unsynced`: its API is back, and refuses everybody: `/etc/pve` is empty, the key of the tickets in it too.
 * - `stale tickets`: it logs in whoever has the password, and refuses the tickets that it gives.
 * - `two certificates`: old workers of pveproxy still show the old certificate, new ones the new.
 * - `syncing`: writes to `/etc/pve` wait for the members to be of one mind.
 */
export type Phase = "booting" | "restarting" | "unsynced" | "stale tickets" | "two certificates" | "syncing";

/** When each phase of a host ends, by instance. In no file: it is over before a daemon could start again. */
const ends = new WeakMap<World, Map<string, Partial<Record<Phase, number>>>>();
/** The certificate before the present one. */
const previous = new WeakMap<World, Map<string, Certificate>>();

function of<Value>(map: WeakMap<World, Map<string, Value>>, world: World): Map<string, Value> {
  const known = map.get(world) ?? new Map<string, Value>();
  map.set(world, known);
  return known;
}

/** Has a host be in a phase for some of its seconds. */
export function enter(world: World, { instanceId }: PveHost, phase: Phase, seconds: number): void {
  const phases = of(ends, world);
  phases.set(instanceId, { ...phases.get(instanceId), [phase]: performance.now() + seconds * SECOND_MS });
}

/** Whether a host is in a phase now. */
export function isIn(world: World, { instanceId }: PveHost, phase: Phase): boolean {
  return (ends.get(world)?.get(instanceId)?.[phase] ?? 0) > performance.now();
}

/** Waits for some of a host's seconds. */
export function pass(seconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, seconds * SECOND_MS));
}

/** Has a host show its old certificate by turns with a new one. */
export function changeCertificate(world: World, host: PveHost, certificate: Certificate, seconds: number): void {
  of(previous, world).set(host.instanceId, host.certificate);
  host.certificate = certificate;
  enter(world, host, "two certificates", seconds);
}

const turns = new WeakMap<World, Map<string, number>>();

/** Whether it is an old worker of pveproxy that takes the next connection: every other one, while there are any. */
function oldWorkersTurn(world: World, host: PveHost): boolean {
  if (!isIn(world, host, "two certificates")) return false;
  const taken = (turns.get(world)?.get(host.instanceId) ?? 0) + 1;
  of(turns, world).set(host.instanceId, taken);
  return taken % 2 === 1;
}

/** The certificate that the next connection to a host is shown. */
export function shownCertificate(world: World, host: PveHost): Certificate {
  const old = oldWorkersTurn(world, host) ? previous.get(world)?.get(host.instanceId) : undefined;
  return old ?? host.certificate;
}

/** Whether a host that passes a call on to this one meets a certificate that it does not trust. */
export function isDistrusted(world: World, host: PveHost): boolean {
  return oldWorkersTurn(world, host);
}

/** What each host was when it was last looked at: off, or started at that time. */
const seen = new WeakMap<World, Map<string, string>>();
const OFF = "off";

/** Notices that a host has booted: it was off when somebody looked, or its instance was started since. */
export function noticeBoot(world: World, host: PveHost, startedAt: string | null): void {
  const known = of(seen, world);
  const before = known.get(host.instanceId);
  const now = startedAt ?? OFF;
  known.set(host.instanceId, now);
  if (before !== undefined && before !== now && now !== OFF) enter(world, host, "booting", BOOT_SECONDS);
}

/** A lone member needs five; one of several, whose corosync waits for the others, no less. */
const BOOT_SECONDS = 5;
