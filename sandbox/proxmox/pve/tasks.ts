/** Worker tasks: started by an API call, watched by UPID. They live as long as this process, as PVE's do on a host. */
import type { World } from "../../world/world.ts";
import type { Pve } from "./context.ts";
import { badParameter, failure, PveError } from "./errors.ts";

/** Long enough for a client to find a task still running, short enough for a demo. */
const MOMENT_MS = 25;

export interface Task {
  readonly upid: string;
  readonly node: string;
  readonly type: string;
  readonly id: string;
  readonly user: string;
  readonly starttime: number;
  status: "running" | "stopped";
  /** `OK`, or what went wrong. */
  exitstatus: string | null;
  readonly log: string[];
}

const tasksByWorld = new WeakMap<World, Map<string, Task>>();

function tasksOf(world: World): Map<string, Task> {
  const known = tasksByWorld.get(world) ?? new Map<string, Task>();
  tasksByWorld.set(world, known);
  return known;
}

export function moment(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, MOMENT_MS));
}

/** Starts `work` a moment from now. Returns its UPID. */
export function startTask(
  { world, host, user }: Pve,
  type: string,
  id: string,
  work: (log: (line: string) => void) => void | Promise<void>,
): string {
  const starttime = Math.floor(Date.parse(world.now()) / 1000);
  const hex = (value: number): string => value.toString(16).toUpperCase().padStart(8, "0");
  const number = tasksOf(world).size + 1;
  const upid = `UPID:${host.name}:${hex(number)}:${hex(number)}:${hex(starttime)}:${type}:${id}:${user}:`;
  const task: Task = {
    upid,
    node: host.name,
    type,
    id,
    user,
    starttime,
    status: "running",
    exitstatus: null,
    log: [],
  };
  tasksOf(world).set(upid, task);
  void run(task, work);
  return upid;
}

async function run(task: Task, work: (log: (line: string) => void) => void | Promise<void>): Promise<void> {
  await moment();
  try {
    await work((line) => task.log.push(line));
    task.exitstatus = "OK";
  } catch (error) {
    task.exitstatus = explain(error);
    task.log.push(`TASK ERROR: ${task.exitstatus}`);
  }
  task.status = "stopped";
}

function explain(error: unknown): string {
  if (!(error instanceof PveError)) return error instanceof Error ? error.message : String(error);
  return [error.message, ...Object.entries(error.parameters ?? {}).map(([name, why]) => `${name}: ${why}`)].join(" ");
}

export function tasksOn(world: World, node: string): readonly Task[] {
  return [...tasksOf(world).values()].filter((task) => task.node === node);
}

export function taskByUpid(world: World, node: string, upid: string): Task {
  if (!upid.startsWith("UPID:")) throw badParameter({ upid: `unable to parse worker upid '${upid}'` });
  const task = tasksOf(world).get(upid);
  if (!task || task.node !== node) throw failure("no such task");
  return task;
}
