/** Calls that start and stop virtual machines, and those that ask the guest agent in them. */
import type { Vm } from "../../world/proxmox.ts";
import { again, type Pve } from "../model/context.ts";
import { failure, PveError } from "../model/errors.ts";
import { bootsTalos, guestInterfaces, hasAgent } from "../model/guest-agent.ts";
import { skipsLock } from "../model/vm-lock.ts";
import { runs, startVm, stopVm } from "../model/vm-power.ts";
import { pauseVm, resumeVm, suspendVm, wakeVm } from "../model/vm-suspend.ts";
import type { Data, Parameters } from "./http.ts";
import { task, vm } from "./vm-calls.ts";

function power(type: string, work: (pve: Pve, machine: Vm, skipLock: boolean) => void) {
  return (pve: Pve, parameters: Parameters): Data => {
    const { vmid } = vm(pve, parameters);
    const skipLock = skipsLock(pve, parameters);
    return task(pve, type, vmid, () => {
      const later = again(pve);
      work(later, vm(later, parameters), skipLock);
    });
  };
}

function assertRuns(pve: Pve, machine: Vm): void {
  if (!runs(pve, machine)) throw failure(`VM ${machine.vmid} not running`);
}

/** `POST nodes/{node}/qemu/{vmid}/status/start` */
export const start = power("qmstart", (pve, machine, skipLock) =>
  machine.config.lock === "suspended" ? wakeVm(pve, machine) : startVm(pve, machine, skipLock),
);

/** `POST nodes/{node}/qemu/{vmid}/status/suspend` */
export function suspend(pve: Pve, parameters: Parameters): Data {
  const machine = vm(pve, parameters);
  assertRuns(pve, machine);
  if (parameters["todisk"] !== "1") return power("qmpause", pauseVm)(pve, parameters);
  if (Object.keys(machine.config).some((key) => /^hostpci\d+$/.test(key)))
    throw failure(
      "cannot suspend VM to disk due to passed-through PCI device(s), which lack the possibility to save/restore their internal state",
    );
  return power("qmsuspend", suspendVm)(pve, parameters);
}

/** `POST nodes/{node}/qemu/{vmid}/status/resume` */
export function resume(pve: Pve, parameters: Parameters): Data {
  const machine = vm(pve, parameters);
  if (machine.config.lock !== "suspended") assertRuns(pve, machine);
  return power("qmresume", resumeVm)(pve, parameters);
}

/** `POST nodes/{node}/qemu/{vmid}/status/stop` */
export const stop = power("qmstop", stopVm);

/** A guest of the sandbox always obeys its power button. */
export const shutdown = power("qmshutdown", (pve, machine, skipLock) => {
  assertRuns(pve, machine);
  stopVm(pve, machine, skipLock);
});

/** `POST nodes/{node}/qemu/{vmid}/status/reboot` */
export const reboot = power("qmreboot", (pve, machine) => {
  assertRuns(pve, machine);
  stopVm(pve, machine);
  startVm(pve, machine);
});

/** `POST nodes/{node}/qemu/{vmid}/status/reset` */
export const reset = power("qmreset", assertRuns);

/** @throws where PVE's question to the agent would get no answer. */
function askAgent(pve: Pve, parameters: Parameters): Vm {
  const machine = vm(pve, parameters);
  if (!hasAgent(machine)) throw failure("No QEMU guest agent configured");
  if (!runs(pve, machine)) throw failure(`VM ${machine.vmid} is not running`);
  if (machine.paused || guestInterfaces(pve, machine).length === 0) throw failure("QEMU guest agent is not running");
  return machine;
}

/** `POST nodes/{node}/qemu/{vmid}/agent/ping` */
export function ping(pve: Pve, parameters: Parameters): Data {
  askAgent(pve, parameters);
  return { result: {} };
}

/** `GET nodes/{node}/qemu/{vmid}/agent/network-get-interfaces` */
export function networkInterfaces(pve: Pve, parameters: Parameters): Data {
  const addresses = (type: string, all: readonly string[]): Data[] =>
    all.map((address) => {
      const [ip = "", prefix = "32"] = address.split("/");
      return { "ip-address": ip, "ip-address-type": type, prefix: Number(prefix) };
    });
  return {
    result: guestInterfaces(pve, askAgent(pve, parameters)).map(({ name, mac, ipv4, ipv6 }) => ({
      name,
      "hardware-address": mac.toLowerCase(),
      "ip-addresses": [...addresses("ipv4", ipv4), ...addresses("ipv6", ipv6)],
    })),
  };
}

/** `GET nodes/{node}/qemu/{vmid}/agent/get-host-name` */
export function hostName(pve: Pve, parameters: Parameters): Data {
  const { config } = askAgent(pve, parameters);
  return { result: { "host-name": config.name ?? "talos" } };
}

/** `GET nodes/{node}/qemu/{vmid}/agent/get-osinfo` */
export function osInfo(pve: Pve, parameters: Parameters): Data {
  if (!bootsTalos(pve, askAgent(pve, parameters)))
    throw new PveError(501, "what another system than Talos says of itself is not played here");
  const machine = pve.host.kind === "x86-kvm" ? "x86_64" : "aarch64";
  return { result: { id: "talos", name: "Talos", "pretty-name": "Talos", machine } };
}
