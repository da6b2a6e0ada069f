/** Calls that start and stop virtual machines, and those to what runs them. */
import type { Vm } from "../../world/proxmox.ts";
import { again, type Pve } from "../model/context.ts";
import { failure, PveError } from "../model/errors.ts";
import { QEMU } from "../model/vm-config.ts";
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

/** `PUT nodes/{node}/qemu/{vmid}/sendkey`: the guest of the sandbox does not look at its keyboard. */
export const sendKey = (pve: Pve, parameters: Parameters): void => assertRuns(pve, vm(pve, parameters));

/** `POST nodes/{node}/qemu/{vmid}/monitor`: QEMU's own console, of which the questions about the state are played. */
export function monitor(pve: Pve, parameters: Parameters): Data {
  const machine = vm(pve, parameters);
  const command = (parameters["command"] ?? "").trim();
  if (!runs(pve, machine))
    return `ERROR: VM ${machine.vmid} qmp command 'human-monitor-command' failed - VM not running\n`;
  if (command === "info status") return `VM status: ${machine.paused ? "paused" : "running"}\n`;
  if (command === "info version") return `${QEMU}pve-qemu-kvm_${QEMU}\n`;
  if (command === "info name") return `${machine.config.name ?? `vm${machine.vmid}`}\n`;
  throw new PveError(501, `'${command}' of QEMU's console is not played here`);
}
