/** A host that reboots, or takes its time, while the step forms a cluster. */
import { runningHosts } from "../../sandbox/proxmox/model/hosts.ts";
import { enter, type Phase } from "../../sandbox/proxmox/model/settling.ts";
import type { Store } from "../../sandbox/world/store.ts";
import { atHost } from "../sandbox/proxmox/lab.ts";
import { listen } from "../sandbox/proxmox/world.ts";
import { labOf, membersOf, startForming } from "./labs.ts";
import type { Ports, Running } from "./run-step.ts";

/** What the step says when a reboot can come. */
export const MOMENTS = ["creates the cluster", "pve-2: joins", "pve-2: is a member", "pve-3: joins", "has exactly"];
export const HOSTS = ["pve-1", "pve-2", "pve-3"];

export const REBOOT_SURVIVED =
  "at '%s' survives a reboot of %s: no member is removed, and the next run has nothing to do";

/** How often a host that boots may be asked for its cluster, and others wait for it, before it has found it. */
const LOOKS = 10;

/**
 * Off and on again, as by the power button of the instance. It looks like a host in no cluster until somebody has asked what
 * tells the difference, and not for a time: the step may be fast or slow.
 */
function reboot(world: Store, name: string): void {
  const found = world.state.oci.instances.find(({ displayName }) => displayName === name);
  if (!found) throw new Error(`no instance ${name}`);
  found.state = "STOPPED";
  runningHosts(world);
  found.state = "RUNNING";
  runningHosts(world);
  const { host } = atHost(world, name);
  let left = LOOKS;
  enter(world, host, "booting", Number.POSITIVE_INFINITY);
  listen(world, ({ target }) => {
    if (target.endsWith("cluster/status")) left -= 1;
    if (target.endsWith("cluster/config/totem") || left === 0) enter(world, host, "booting", 0);
  });
}

/** The first run may end in a line; the next comes to its end, and nobody was thrown out. */
async function converges(ports: Ports, world: Store, names: readonly string[], running: Running): Promise<void> {
  const first = await running.outcome;
  const next = await (await startForming(ports, world, names)).outcome;
  expect(next).toMatchObject({ code: 0, error: "" });
  expect(membersOf(world)).toEqual([names]);
  expect([...first.lines, ...next.lines].filter((line) => line.includes("forgets"))).toEqual([]);
}

export async function survivesReboot(ports: Ports, moment: string, host: string): Promise<void> {
  const { world, names } = labOf(3);
  const running = await startForming(ports, world, names);
  await running.line(new RegExp(moment));
  reboot(world, host);
  await converges(ports, world, names, running);
}

/** What a host can be at, longer than usual. */
export const DELAYS = ["unsynced", "stale tickets", "two certificates", "syncing"] as const satisfies readonly Phase[];

export const DELAY_SURVIVED =
  "at '%s' survives that %s is '%s' for long: no member is removed, and the next run is well";

export async function survivesDelay(ports: Ports, moment: string, name: string, phase: Phase): Promise<void> {
  const { world, names } = labOf(3);
  const running = await startForming(ports, world, names);
  await running.line(new RegExp(moment));
  const { host } = atHost(world, name);
  let left = LOOKS;
  enter(world, host, phase, Number.POSITIVE_INFINITY);
  listen(world, () => {
    if ((left -= 1) === 0) enter(world, host, phase, 0);
  });
  await converges(ports, world, names, running);
}
