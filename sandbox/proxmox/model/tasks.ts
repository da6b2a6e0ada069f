/** Worker tasks: started by an API call, watched by UPID. They live as long as this process, as PVE's do on a host. */
import type { Call } from "../../faults/calls.ts";
import type { World } from "../../world/world.ts";
import type { Pve } from "./context.ts";
import { badParameter, failure, PveError } from "./errors.ts";

/** Long enough for a client to find a task still running, short enough for a demo. */
const MOMENT_MS = 25;

/** Older ones are forgotten, as PVE's own list of finished tasks is cut. */
const KEPT = 1000;

/** A task, running or ended. */
export interface Task {
  readonly upid: string;
  readonly node: string;
  readonly pid: number;
  readonly type: string;
  readonly id: string;
  readonly user: string;
  /** Seconds since 1970. */
  readonly starttime: number;
  endtime: number | null;
  status: "running" | "stopped";
  /** `OK`, or what went wrong. */
  exitstatus: string | null;
  readonly log: string[];
}

/** What a task does; it may write lines to the task's log. */
export type Work = (log: (line: string) => void) => void | Promise<void>;

const tasksByWorld = new WeakMap<World, Map<string, Task>>();
let started = 0;

function tasksOf(world: World): Map<string, Task> {
  const known = tasksByWorld.get(world) ?? new Map<string, Task>();
  tasksByWorld.set(world, known);
  return known;
}

function moment(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, MOMENT_MS));
}

/**
 * Starts `work` a moment from now, on the host and as the user of `pve`.
 *
 * @returns its UPID
 * @throws PveError what goes wrong in it, where `pve` has tasks done at once
 */
export function startTask({ world, host, user, atOnce }: Pve, type: string, id: string, work: Work): string {
  const starttime = seconds(world);
  const hex = (value: number): string => value.toString(16).toUpperCase().padStart(8, "0");
  started += 1;
  const upid = `UPID:${host.name}:${hex(started)}:${hex(started)}:${hex(starttime)}:${type}:${id}:${user}:`;
  if (atOnce) {
    if (work(() => undefined) instanceof Promise) throw new Error(`the task ${type} cannot be done at once`);
    return upid;
  }
  const task: Task = {
    upid,
    node: host.name,
    pid: started,
    type,
    id,
    user,
    starttime,
    endtime: null,
    status: "running",
    exitstatus: null,
    log: [],
  };
  const tasks = tasksOf(world);
  tasks.set(upid, task);
  for (const old of tasks.values()) {
    if (tasks.size <= KEPT) break;
    if (old.status === "stopped") tasks.delete(old.upid);
  }
  void run(world, task, work);
  return upid;
}

/** A task is a call of its own, on the interface `proxmox` with method `TASK`: so it too can be made to fail. */
async function run(world: World, task: Task, work: Work): Promise<void> {
  const call: Call = { interface: "proxmox", method: "TASK", target: `${task.type}:${task.id}` };
  await moment();
  try {
    const fault = world.calls.begin(call);
    if (fault?.kind === "slow") await new Promise((resolve) => setTimeout(resolve, fault.ms));
    if (fault?.kind === "hang") return;
    if (fault?.kind === "status") throw failure(fault.message ?? "command failed: exit code 1");
    if (fault?.kind === "reset") throw failure("unexpected status");
    await work((line) => task.log.push(line));
    if (fault?.kind === "lost") throw failure("unexpected status");
    task.exitstatus = "OK";
    task.log.push("TASK OK");
  } catch (error) {
    if (!(error instanceof PveError)) world.calls.bug(call, error);
    task.exitstatus = explain(error);
    task.log.push(`TASK ERROR: ${task.exitstatus}`);
  }
  task.status = "stopped";
  task.endtime = seconds(world);
  world.calls.end(call, task.exitstatus);
}

function seconds(world: World): number {
  return Math.floor(Date.parse(world.now()) / 1000);
}

function explain(error: unknown): string {
  if (!(error instanceof PveError)) return error instanceof Error ? error.message : String(error);
  return [error.message, ...Object.entries(error.parameters ?? {}).map(([name, why]) => `${name}: ${why}`)].join(" ");
}

/** Latest first. */
export function tasksOn(world: World, node?: string): readonly Task[] {
  return [...tasksOf(world).values()].filter((task) => node === undefined || task.node === node).toReversed();
}

/** A task of a node. @throws PveError where there is none */
export function taskByUpid(world: World, node: string, upid: string): Task {
  if (!upid.startsWith("UPID:")) throw badParameter({ upid: `unable to parse worker upid '${upid}'` });
  const task = tasksOf(world).get(upid);
  if (!task || task.node !== node) throw failure("no such task");
  return task;
}
