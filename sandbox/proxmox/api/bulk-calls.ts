/** Calls about all guests of a node at once, and about one that sleeps (pve-manager 9.2, API2/Nodes.pm). */
import type { Vm } from "../../world/proxmox.ts";
import { startContainer, stopContainer } from "../model/containers.ts";
import { again, nodeNames, type Pve } from "../model/context.ts";
import { failure, PveError } from "../model/errors.ts";
import { type GuestType, guestsOf } from "../model/guests.ts";
import { assertMay, may } from "../model/permissions.ts";
import { properties } from "../model/properties.ts";
import { startTask } from "../model/tasks.ts";
import { runs, startVm, stopVm } from "../model/vm-power.ts";
import { suspendVm } from "../model/vm-suspend.ts";
import { listOf } from "./formats.ts";
import type { Data, Parameters } from "./http.ts";
import { post, type Route } from "./route.ts";

const NODE = "nodes/{node}";

type Act = (pve: Pve, guest: Vm, type: GuestType) => void;

/** In which order guests start; they stop in the other. */
function orderOf({ config, vmid }: Vm): number {
  const order = properties(config.startup ?? "", "order").get("order");
  // Those without an order come after those with one, by their ids.
  return order === undefined ? 1e9 + vmid : Number(order);
}

interface Bulk {
  readonly type: string;
  /** Those that it is about. */
  readonly takes: (pve: Pve, guest: Vm, parameters: Parameters, type: GuestType) => boolean;
  readonly act: Act;
}

function bulk({ type, takes, act }: Bulk) {
  return (pve: Pve, parameters: Parameters): Data => {
    const wanted = listOf(parameters["vms"]);
    if (!may(pve, "/", ["VM.PowerMgmt"])) {
      if (wanted.length === 0) assertMay(pve, "/", ["VM.PowerMgmt"]);
      for (const vmid of wanted) assertMay(pve, `/vms/${vmid}`, ["VM.PowerMgmt"]);
    }
    return startTask(pve, type, "", (log) => {
      const later = again(pve);
      const all = guestsOf(later.datacenter)
        .filter(({ guest }) => guest.node === later.host.name && guest.config.template !== "1")
        .filter(({ guest }) => wanted.length === 0 || wanted.includes(String(guest.vmid)))
        .filter(({ guest, type: kind }) => takes(later, guest, parameters, kind))
        .toSorted((a, b) => orderOf(a.guest) - orderOf(b.guest));
      for (const { guest, type: kind } of type === "startall" ? all : all.toReversed()) {
        try {
          act(later, guest, kind);
        } catch (error) {
          if (!(error instanceof PveError)) throw error;
          log(`${kind === "lxc" ? "CT" : "VM"} ${guest.vmid} failed: ${error.message}`);
        }
      }
    });
  };
}

const startAll = bulk({
  type: "startall",
  takes: (pve, guest, { vms, force }) =>
    !runs(pve, guest) && (force === "1" || guest.config.onboot === "1" || vms !== undefined),
  act: (pve, guest, type) => (type === "lxc" ? startContainer : startVm)(pve, guest),
});

const stopAll = bulk({
  type: "stopall",
  takes: (pve, guest) => runs(pve, guest),
  act: (pve, guest, type) => (type === "lxc" ? stopContainer : stopVm)(pve, guest),
});

const suspendAll = bulk({
  type: "suspendall",
  takes: (pve, guest, _parameters, type) => type === "qemu" && runs(pve, guest),
  act: (pve, guest) => suspendVm(pve, guest, false),
});

/** Told of the node that is called, done for the one that is named. */
function wake(pve: Pve, { node = "" }: Parameters): Data {
  const { host, world, datacenter } = pve;
  if (node === host.name || node === "localhost") throw failure(`'${node}' is local node, cannot wake my self!`);
  if (!nodeNames(pve).includes(node)) throw failure(`no such cluster node '${node}'`);
  const other = Object.values(world.state.proxmox.hosts).find(
    (each) => each.name === node && each.datacenter === datacenter.id,
  );
  const mac = properties(other?.settings?.["config"]?.["wakeonlan"] ?? "", "mac").get("mac");
  if (mac === undefined) throw failure(`No wake on LAN MAC address defined for '${node}'!`);
  return mac;
}

/** The calls. */
export const routes: readonly Route[] = [
  post(`${NODE}/startall`, startAll),
  post(`${NODE}/stopall`, stopAll),
  post(`${NODE}/suspendall`, suspendAll),
  { ...post(`${NODE}/wakeonlan`, wake), anywhere: true },
];
