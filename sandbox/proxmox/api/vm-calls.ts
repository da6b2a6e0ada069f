/** Calls that show virtual machines and set their options. */
import { skipsLock } from "../model/vm-lock.ts";
import type { Vm } from "../../world/proxmox.ts";
import { again, type Pve } from "../model/context.ts";
import { assertCpuType } from "../model/cpu-models.ts";
import { badParameter, failure } from "../model/errors.ts";
import { hasAgent } from "../model/guest-agent.ts";
import { runningHosts } from "../model/hosts.ts";
import { may } from "../model/permissions.ts";
import { startTask, type Work } from "../model/tasks.ts";
import { hostOf, memoryMb, QEMU, updateVm, vmOf } from "../model/vm-config.ts";
import { driveKeys, isCdrom, volumeId } from "../model/vm-drives.ts";
import { assertMaySet } from "../model/vm-permissions.ts";
import { runs } from "../model/vm-power.ts";
import { canSnapshot, snapshotOf } from "../model/vm-snapshots.ts";
import { listOf } from "./formats.ts";
import { haOf } from "./ha-calls.ts";
import type { Data, Parameters } from "./http.ts";
import { type Properties, schemaOf } from "./schema.ts";
import { bit, digestOf, unlessEmpty } from "./values.ts";

const MIB = 1024 ** 2;
/** What PVE shows instead of a password. */
const MASKED = "**********";
/** Parameters of calls that are no options of a machine. */
const NO_OPTIONS = new Set(
  "node vmid delete digest pool start force skiplock revert background_delay archive live-restore storage unique bwlimit".split(
    " ",
  ),
);

type Values = { readonly [key: string]: Data };

/** The virtual machine that a call names. @throws PveError */
export function vm(pve: Pve, { node, vmid }: Parameters): Vm {
  return vmOf(pve, Number(vmid), node);
}

/** Starts a task about a virtual machine. */
export function task(pve: Pve, type: string, vmid: number, work: Work): string {
  return startTask(pve, type, String(vmid), work);
}

/** The options of a machine among the parameters of a call. */
export function options(parameters: Parameters): Parameters {
  return Object.fromEntries(Object.entries(parameters).filter(([name]) => !NO_OPTIONS.has(name)));
}

/** The figures that every list of machines has. */
export function figures(pve: Pve, machine: Vm, running: boolean): Values {
  const { vmid, config, startedAt } = machine;
  const volume = pve.world.state.proxmox.hosts[machine.instanceId]?.volumes[volumeId(bootDisk(config)) ?? ""];
  const maxmem = memoryMb(config.memory) * MIB;
  const uptime =
    running && startedAt !== undefined ? Math.floor((Date.parse(pve.world.now()) - Date.parse(startedAt)) / 1000) : 0;
  return {
    vmid,
    name: config.name ?? `VM ${vmid}`,
    status: running ? "running" : "stopped",
    maxmem,
    mem: running ? Math.floor(maxmem / 2) : 0,
    maxdisk: volume?.size ?? 0,
    disk: 0,
    cpu: 0,
    uptime: Math.max(0, uptime),
    netin: 0,
    netout: 0,
    diskread: 0,
    diskwrite: 0,
    ...(config.template === "1" && { template: 1 }),
    ...unlessEmpty("tags", config.tags),
    ...(config.lock !== undefined && { lock: config.lock }),
  };
}

function bootDisk(config: Vm["config"]): string {
  // Nearly always, and lists are long.
  if (config.scsi0 !== undefined && !isCdrom(config.scsi0)) return config.scsi0;
  const key = driveKeys(config).find((each) => /^(scsi|virtio|sata)/.test(each) && !isCdrom(config[each] ?? ""));
  return config[key ?? ""] ?? "";
}

/** Virtual CPUs of a machine. */
export function cpusOf({ config }: Vm): number {
  return Number(config.sockets ?? 1) * Number(config.cores ?? 1);
}

/** `GET nodes/{node}/qemu` */
export function machines(pve: Pve): Data {
  const up = new Set(runningHosts(pve.world).map((host) => host.instanceId));
  return Object.values(pve.datacenter.vms)
    .filter((machine) => machine.node === pve.host.name && may(pve, `/vms/${machine.vmid}`, ["VM.Audit"]))
    .map((machine) => ({
      ...figures(pve, machine, machine.running && up.has(machine.instanceId)),
      cpus: cpusOf(machine),
    }));
}

function runningMachine({ host }: Pve, { config }: Vm): string {
  if (host.kind !== "x86-kvm") return "virt-10.1+pve0";
  return config.machine?.startsWith("q35") ? "pc-q35-10.1+pve0" : "pc-i440fx-10.1+pve0";
}

/** `GET nodes/{node}/qemu/{vmid}/status/current` */
export function status(pve: Pve, parameters: Parameters): Data {
  const machine = vm(pve, parameters);
  const running = runs(pve, machine);
  return {
    ...figures(pve, machine, running),
    qmpstatus: !running ? "stopped" : machine.paused ? "paused" : "running",
    cpus: cpusOf(machine),
    ha: haOf(pve, machine.vmid),
    ...(hasAgent(machine) && { agent: 1 }),
    ...(running && {
      pid: 1000 + machine.vmid,
      "running-machine": runningMachine(pve, machine),
      "running-qemu": QEMU,
    }),
  };
}

/** Values with the types that PVE's schema gives them: `cores` is a number, `memory` is text. */
export function typed(config: Vm["config"], call = "POST nodes/{node}/qemu"): Values {
  const schema: Properties = schemaOf(call).parameters ?? {};
  const isNumber = (key: string): boolean =>
    key === "snaptime" || ["integer", "number", "boolean"].includes(schema[key]?.type ?? "");
  const values = Object.entries(config).map(([key, value]): [string, Data] => [
    key,
    key === "cipassword" ? MASKED : isNumber(key) ? Number(value) : value,
  ]);
  return Object.fromEntries(values);
}

/** `GET nodes/{node}/qemu/{vmid}/config` */
export function config(pve: Pve, parameters: Parameters): Data {
  const machine = vm(pve, parameters);
  const { snapshot, current } = parameters;
  const both = "cannot use 'snapshot' parameter with 'current'";
  if (snapshot !== undefined && current === "1") throw badParameter({ snapshot: both, current: both });
  const { config: found } = snapshot === undefined ? machine : snapshotOf(machine, snapshot);
  return { ...typed(found), digest: digestOf(machine.config) };
}

/** The sandbox changes at once what PVE keeps for a machine's next start: nothing is ever pending. */
export function pending(pve: Pve, parameters: Parameters): Data {
  return Object.entries(typed(vm(pve, parameters).config)).map(([key, value]) => ({ key, value }));
}

/** To delete what is not set is no error, to delete what cannot be set is. */
function known(key: string): boolean {
  const schema = schemaOf("POST nodes/{node}/qemu").parameters ?? {};
  return key in schema || `${key.replace(/\d+$/, "")}[n]` in schema;
}

/** `PUT nodes/{node}/qemu/{vmid}/config` */
export function setConfig(pve: Pve, parameters: Parameters): void {
  const machine = vm(pve, parameters);
  const { digest } = parameters;
  if (digest !== undefined && digest !== digestOf(machine.config)) {
    throw failure("detected modified configuration - file changed by other user? Try again.");
  }
  const set = options(parameters);
  const cleared = listOf(parameters.delete);
  const unknown = cleared.find((key) => !known(key));
  if (unknown !== undefined) throw badParameter({ delete: `unknown option '${unknown}'` });
  const present = cleared.filter((key) => key in machine.config);
  const nothingLeft = cleared.length > 0 && present.length === 0 && Object.keys(set).length === 0;
  if (!nothingLeft) updateVm(pve, machine, set, present, skipsLock(pve, parameters));
}

/** `PUT nodes/{node}/qemu/{vmid}/unlink` */
export const unlink = (pve: Pve, { idlist = "", ...rest }: Parameters): void =>
  setConfig(pve, { ...rest, delete: idlist });

/** `POST nodes/{node}/qemu/{vmid}/config` */
export function setConfigTask(pve: Pve, parameters: Parameters): Data {
  const machine = vm(pve, parameters);
  assertMaySet(pve, machine.vmid, "", options(parameters));
  if (parameters.cpu !== undefined) assertCpuType(pve, parameters.cpu);
  return task(pve, "qmconfig", machine.vmid, () => void setConfig(again(pve), parameters));
}

/** `GET nodes/{node}/qemu/{vmid}/feature` */
export function feature(pve: Pve, parameters: Parameters): Data {
  const machine = vm(pve, parameters);
  const { feature: name, snapname } = parameters;
  const { config: found } = snapname === undefined ? machine : snapshotOf(machine, snapname);
  const isBase = found.template === "1" || snapname !== undefined;
  const has = name === "snapshot" ? canSnapshot(hostOf(pve, machine), machine) : name === "copy" || isBase;
  return { hasFeature: bit(has), nodes: [machine.node] };
}
