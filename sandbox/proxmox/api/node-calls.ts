/** Calls about nodes: which there are, their tasks and their virtual machines. */
import { createHash } from "node:crypto";
import type { Vm } from "../../world/proxmox.ts";
import { again, membersOnline, type Pve } from "../pve/context.ts";
import { startTask, taskByUpid, tasksOn } from "../pve/tasks.ts";
import { updateVm, vmOf } from "../pve/vm-config.ts";
import { runs } from "../pve/vm-power.ts";
import type { Data, Parameters } from "./http.ts";

export function nodes({ world, host, datacenter }: Pve): Data {
  const online = membersOnline(world, datacenter);
  const names = datacenter.corosync?.nodes.map((node) => node.name) ?? [host.name];
  return names.map((name) => {
    const member = online.find((candidate) => candidate.name === name);
    return {
      node: name,
      id: `node/${name}`,
      type: "node",
      status: member ? "online" : "offline",
      level: "",
      ...(member && {
        maxcpu: member.cpus,
        maxmem: member.memoryMb * 1024 ** 2,
        ssl_fingerprint: member.certificate.fingerprint,
      }),
    };
  });
}

export function taskList(pve: Pve, { node = "", source = "archive", typefilter }: Parameters): Data {
  return tasksOn(pve.world, node)
    .filter((task) => source === "all" || (task.status === "running") === (source === "active"))
    .filter((task) => typefilter === undefined || task.type === typefilter)
    .map(({ upid, type, id, user, starttime, exitstatus }) => ({
      upid,
      node,
      type,
      id,
      user,
      starttime,
      status: exitstatus ?? "RUNNING",
    }));
}

export function taskStatus(pve: Pve, { node = "", upid = "" }: Parameters): Data {
  const { status, exitstatus, type, id, user, starttime } = taskByUpid(pve.world, node, upid);
  return { upid, node, type, id, user, starttime, status, ...(exitstatus !== null && { exitstatus }) };
}

export function taskLog(pve: Pve, { node = "", upid = "" }: Parameters): Data {
  return taskByUpid(pve.world, node, upid).log.map((line, index) => ({ n: index + 1, t: line }));
}

function vm(pve: Pve, { node = "", vmid }: Parameters): Vm {
  return vmOf(pve, Number(vmid), node);
}

/** Options that PVE's schema has as numbers or booleans come as numbers. */
const NUMERIC =
  /^(acpi|autostart|balloon|ciupgrade|cores|cpuunits|kvm|numa|onboot|protection|sockets|tablet|template|vcpus)$/;

export function vmConfig(pve: Pve, parameters: Parameters): Data {
  const { config } = vm(pve, parameters);
  const typed = Object.entries(config).map(([key, value]) => [key, NUMERIC.test(key) ? Number(value) : value]);
  const digest = createHash("sha1").update(JSON.stringify(config)).digest("hex");
  return { ...Object.fromEntries(typed), digest };
}

export function setVmConfig(pve: Pve, parameters: Parameters): Data {
  const { node: _node, vmid: _vmid, delete: deleted, digest: _digest, ...options } = parameters;
  const gone = (deleted ?? "").split(/[,; ]+/).filter((key) => key !== "");
  updateVm(pve, vm(pve, parameters), options, gone);
  return null;
}

export function vmConfigTask(pve: Pve, parameters: Parameters): Data {
  const { vmid } = vm(pve, parameters);
  return startTask(pve, "qmconfig", String(vmid), () => void setVmConfig(again(pve), parameters));
}

export function vmStatus(pve: Pve, parameters: Parameters): Data {
  const found = vm(pve, parameters);
  const { vmid, config } = found;
  const status = runs(pve, found) ? "running" : "stopped";
  return {
    vmid,
    name: config.name ?? `VM ${vmid}`,
    status,
    qmpstatus: status,
    cpus: Number(config.sockets ?? 1) * Number(config.cores ?? 1),
    ...(config.template === "1" && { template: 1 }),
    ha: { managed: 0 },
  };
}
