/** Calls about the snapshots of guests. */
import type { Vm } from "../../world/proxmox.ts";
import { again, type Pve } from "../model/context.ts";
import { failure } from "../model/errors.ts";
import { assertMay } from "../model/permissions.ts";
import { runs } from "../model/vm-power.ts";
import { deleteSnapshot, describeSnapshot, rollBack, snapshotOf, takeSnapshot } from "../model/vm-snapshots.ts";
import type { Data, Parameters } from "./http.ts";
import { get, post, put, remove, type Route } from "./route.ts";
import { bit, digestOf } from "./values.ts";
import { task } from "./vm-calls.ts";

/** What snapshots of virtual machines and of containers differ in. */
export interface Guests {
  /** `nodes/{node}/qemu/{vmid}` */
  readonly path: string;
  /** What the types of their tasks begin with. */
  readonly prefix: "qm" | "vz";
  readonly reserved: readonly string[];
  /** True where the memory can be kept. */
  readonly hasState: boolean;
  /** The guest that a call names. @throws PveError */
  readonly of: (pve: Pve, parameters: Parameters) => Vm;
  readonly start: (pve: Pve, guest: Vm) => void;
  readonly told: (config: Vm["config"]) => Data;
}

function list(guests: Guests, pve: Pve, parameters: Parameters): Data {
  const guest = guests.of(pve, parameters);
  const all = Object.entries(guest.snapshots ?? {}).map(([name, { config }]) => ({
    name,
    snaptime: Number(config["snaptime"]),
    ...(guests.hasState && { vmstate: bit(config["vmstate"] !== undefined) }),
    description: config["description"] ?? "",
    ...(config["parent"] !== undefined && { parent: config["parent"] }),
  }));
  const { parent } = guest.config;
  const current = {
    name: "current",
    digest: digestOf(guest.config),
    running: bit(runs(pve, guest)),
    description: "You are here!",
    ...(parent !== undefined && { parent }),
  };
  return [...all, current];
}

function take({ of, prefix, reserved }: Guests, pve: Pve, parameters: Parameters): Data {
  const { snapname = "", vmstate, description = "" } = parameters;
  if (reserved.includes(snapname.toLowerCase()))
    throw failure(`unable to use snapshot name '${snapname.toLowerCase()}' (reserved name)`);
  return task(pve, `${prefix}snapshot`, of(pve, parameters).vmid, () => {
    const later = again(pve);
    takeSnapshot(later, of(later, parameters), snapname, vmstate === "1", description);
  });
}

function rollBackTask({ of, prefix, start }: Guests, pve: Pve, parameters: Parameters): Data {
  const { vmid } = of(pve, parameters);
  if (parameters["start"] === "1") assertMay(pve, `/vms/${vmid}`, ["VM.PowerMgmt"]);
  return task(pve, `${prefix}rollback`, vmid, () => {
    const later = again(pve);
    const guest = of(later, parameters);
    rollBack(later, guest, parameters["snapname"] ?? "");
    if (parameters["start"] === "1" && !runs(later, guest)) start(later, guest);
  });
}

function removeTask({ of, prefix }: Guests, pve: Pve, parameters: Parameters): Data {
  return task(pve, `${prefix}delsnapshot`, of(pve, parameters).vmid, () => {
    const later = again(pve);
    deleteSnapshot(later, of(later, parameters), parameters["snapname"] ?? "");
  });
}

function describe({ of }: Guests, pve: Pve, parameters: Parameters): void {
  const { snapname = "", description } = parameters;
  const guest = of(pve, parameters);
  if (description !== undefined) describeSnapshot(pve, guest, snapname, description);
}

/** All calls about snapshots of such guests. */
export function snapshotRoutes(guests: Guests): readonly Route[] {
  const all = `${guests.path}/snapshot`;
  const one = `${all}/{snapname}`;
  const { of, told } = guests;
  return [
    get(all, (pve, parameters) => list(guests, pve, parameters)),
    post(all, (pve, parameters) => take(guests, pve, parameters)),
    get(one, () => [{ cmd: "rollback" }, { cmd: "config" }]),
    remove(one, (pve, parameters) => removeTask(guests, pve, parameters)),
    get(`${one}/config`, (pve, parameters) =>
      told(snapshotOf(of(pve, parameters), parameters["snapname"] ?? "").config),
    ),
    put(`${one}/config`, (pve, parameters) => describe(guests, pve, parameters)),
    post(`${one}/rollback`, (pve, parameters) => rollBackTask(guests, pve, parameters)),
  ];
}
