/** Calls about the snapshots of virtual machines. */
import { again, type Pve } from "../model/context.ts";
import { failure } from "../model/errors.ts";
import { assertMay } from "../model/permissions.ts";
import { runs, startVm } from "../model/vm-power.ts";
import { deleteSnapshot, describeSnapshot, rollBack, snapshotOf, takeSnapshot } from "../model/vm-snapshots.ts";
import type { Data, Parameters } from "./http.ts";
import { get, post, put, remove, type Route } from "./route.ts";
import { bit, digestOf } from "./values.ts";
import { task, typed, vm } from "./vm-calls.ts";

function list(pve: Pve, parameters: Parameters): Data {
  const machine = vm(pve, parameters);
  const all = Object.entries(machine.snapshots ?? {}).map(([name, { config }]) => ({
    name,
    snaptime: Number(config["snaptime"]),
    vmstate: bit(config["vmstate"] !== undefined),
    description: config["description"] ?? "",
    ...(config["parent"] !== undefined && { parent: config["parent"] }),
  }));
  const { parent } = machine.config;
  const current = {
    name: "current",
    digest: digestOf(machine.config),
    running: bit(runs(pve, machine)),
    description: "You are here!",
    ...(parent !== undefined && { parent }),
  };
  return [...all, current];
}

function take(pve: Pve, parameters: Parameters): Data {
  const { snapname = "", vmstate, description = "" } = parameters;
  if (snapname === "current" || snapname.toLowerCase() === "pending")
    throw failure(`unable to use snapshot name '${snapname.toLowerCase()}' (reserved name)`);
  return task(pve, "qmsnapshot", vm(pve, parameters).vmid, () => {
    const later = again(pve);
    takeSnapshot(later, vm(later, parameters), snapname, vmstate === "1", description);
  });
}

function rollBackTask(pve: Pve, parameters: Parameters): Data {
  const { vmid } = vm(pve, parameters);
  if (parameters["start"] === "1") assertMay(pve, `/vms/${vmid}`, ["VM.PowerMgmt"]);
  return task(pve, "qmrollback", vmid, () => {
    const later = again(pve);
    const machine = vm(later, parameters);
    rollBack(later, machine, parameters["snapname"] ?? "");
    if (parameters["start"] === "1" && !runs(later, machine)) startVm(later, machine);
  });
}

function removeTask(pve: Pve, parameters: Parameters): Data {
  return task(pve, "qmdelsnapshot", vm(pve, parameters).vmid, () => {
    const later = again(pve);
    deleteSnapshot(later, vm(later, parameters), parameters["snapname"] ?? "");
  });
}

function describe(pve: Pve, parameters: Parameters): void {
  const { snapname = "", description } = parameters;
  const machine = vm(pve, parameters);
  if (description !== undefined) describeSnapshot(pve, machine, snapname, description);
}

const ALL = "nodes/{node}/qemu/{vmid}/snapshot";
const ONE = `${ALL}/{snapname}`;

/** All of them. */
export const routes: readonly Route[] = [
  get(ALL, list),
  post(ALL, take),
  get(ONE, () => [{ cmd: "rollback" }, { cmd: "config" }]),
  remove(ONE, removeTask),
  get(`${ONE}/config`, (pve, parameters) =>
    typed(snapshotOf(vm(pve, parameters), parameters["snapname"] ?? "").config),
  ),
  put(`${ONE}/config`, describe),
  post(`${ONE}/rollback`, rollBackTask),
];
