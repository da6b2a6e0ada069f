/** Machines that stand still: paused in memory, or written to disk until they are started again (qemu-server, RunState.pm). */
import type { Vm } from "../../world/proxmox.ts";
import { assertQuorum, type Pve } from "./context.ts";
import { failure } from "./errors.ts";
import { hostOf } from "./vm-config.ts";
import { assertUnlocked } from "./vm-lock.ts";
import { runs, startVm } from "./vm-power.ts";
import { saveState } from "./vm-snapshots.ts";

/** Stops the processors of a machine. @throws PveError */
export function pauseVm(pve: Pve, vm: Vm, skipLock: boolean): void {
  if (!skipLock && vm.config.lock !== "backup") assertUnlocked(vm);
  vm.paused = true;
  pve.world.changed();
}

/** Writes a machine to disk, and switches it off. @throws PveError */
export function suspendVm(pve: Pve, vm: Vm, skipLock: boolean): void {
  if (!skipLock) assertUnlocked(vm);
  assertQuorum(pve);
  vm.config.vmstate = saveState(pve, vm, `suspend-${pve.world.now().slice(0, 10)}`);
  vm.config.lock = "suspended";
  vm.running = false;
  vm.paused = false;
  pve.world.changed();
}

/** Lets a machine go on. @throws PveError */
export function resumeVm(pve: Pve, vm: Vm, skipLock: boolean): void {
  if (vm.config.lock === "suspended") {
    wakeVm(pve, vm);
    return;
  }
  if (!runs(pve, vm)) throw failure(`VM ${vm.vmid} not running`);
  if (!skipLock && vm.config.lock !== "backup") assertUnlocked(vm);
  vm.paused = false;
  pve.world.changed();
}

/** Starts a machine that was written to disk: where it was, and what was written is gone. @throws PveError */
export function wakeVm(pve: Pve, vm: Vm): void {
  startVm(pve, vm, true);
  const { vmstate = "", lock: _lock, vmstate: _vmstate, ...config } = vm.config;
  delete hostOf(pve, vm).volumes[vmstate];
  vm.config = config;
  pve.world.changed();
}
