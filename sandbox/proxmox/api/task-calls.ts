/** Calls about tasks. A user sees its own, and with Sys.Audit on a node all of it. */
import type { Pve } from "../model/context.ts";
import { failure } from "../model/errors.ts";
import { denied, may } from "../model/permissions.ts";
import { type Task, taskByUpid, tasksOn } from "../model/tasks.ts";
import { listOf } from "./formats.ts";
import { type Data, Page, type Parameters } from "./http.ts";
import { number, part } from "./values.ts";

/** Items of a page where a call asks for no other number. */
const PAGE = 50;

function item({ upid, node, pid, type, id, user, starttime, endtime, exitstatus }: Task): Data {
  return {
    upid,
    node,
    pid,
    pstart: pid,
    type,
    id,
    user,
    starttime,
    ...(endtime !== null && { endtime }),
    ...(exitstatus !== null && { status: exitstatus }),
  };
}

function visible(pve: Pve, task: Task): boolean {
  return (
    task.user === pve.user || task.user.split("!")[0] === pve.user || may(pve, `/nodes/${task.node}`, ["Sys.Audit"])
  );
}

/** `GET nodes/{node}/tasks` */
export function nodeTasks(pve: Pve, parameters: Parameters): Page {
  const { source = "archive", typefilter, userfilter, vmid, errors, statusfilter } = parameters;
  const [since, until] = [number(parameters, "since"), number(parameters, "until")];
  const statuses = listOf(statusfilter);
  const found = tasksOn(pve.world, pve.host.name)
    .filter((task) => visible(pve, task))
    .filter((task) => source === "all" || (task.status === "running") === (source === "active"))
    .filter((task) => typefilter === undefined || task.type === typefilter)
    .filter((task) => userfilter === undefined || task.user.includes(userfilter))
    .filter((task) => vmid === undefined || task.id === vmid)
    .filter((task) => errors !== "1" || (task.exitstatus !== null && task.exitstatus !== "OK"))
    .filter((task) => statuses.length === 0 || statuses.includes(kindOf(task)))
    .filter(
      (task) => (since === undefined || task.starttime >= since) && (until === undefined || task.starttime <= until),
    );
  return new Page(part(found, parameters, PAGE).map(item), found.length);
}

function kindOf({ exitstatus }: Task): string {
  if (exitstatus === null) return "unknown";
  return exitstatus === "OK" ? "ok" : exitstatus.startsWith("WARNINGS") ? "warning" : "error";
}

/** `GET cluster/tasks` */
export function clusterTasks(pve: Pve): Data {
  const names = new Set(pve.datacenter.corosync?.nodes.map((node) => node.name) ?? [pve.host.name]);
  return tasksOn(pve.world)
    .filter((task) => names.has(task.node) && visible(pve, task))
    .slice(0, PAGE)
    .map((task) => ({ ...Object(item(task)), saved: task.status === "stopped" ? "1" : "0" }));
}

function task(pve: Pve, { upid = "" }: Parameters): Task {
  const found = taskByUpid(pve.world, pve.host.name, upid);
  if (!visible(pve, found)) throw denied(`/nodes/${found.node}, Sys.Audit`);
  return found;
}

/** `GET nodes/{node}/tasks/{upid}/status` */
export function taskStatus(pve: Pve, parameters: Parameters): Data {
  const { upid, node, pid, type, id, user, starttime, status, exitstatus } = task(pve, parameters);
  const [owner = "", tokenid] = user.split("!");
  return {
    upid,
    node,
    pid,
    pstart: pid,
    type,
    id,
    user: owner,
    starttime,
    status,
    ...(tokenid !== undefined && { tokenid }),
    ...(exitstatus !== null && { exitstatus }),
  };
}

/** `GET nodes/{node}/tasks/{upid}/log` */
export function taskLog(pve: Pve, parameters: Parameters): Page {
  const { log } = task(pve, parameters);
  const lines = (log.length > 0 ? log : ["no content"]).map((t, index) => ({ n: index + 1, t }));
  return new Page(part(lines, parameters, PAGE), lines.length);
}

/** `DELETE nodes/{node}/tasks/{upid}` */
export function stopTask(pve: Pve, parameters: Parameters): void {
  if (task(pve, parameters).status === "running") throw failure("the sandbox's tasks end by themselves");
}
