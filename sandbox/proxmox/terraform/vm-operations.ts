/** Calls of the API about one virtual machine, as the provider makes them. */
import type { Vm } from "../../world/proxmox.ts";
import { callApi } from "../api/operation.ts";
import type { Method } from "../api/route.ts";
import type { Pve } from "../model/context.ts";
import type { VmParameters } from "../model/vm-config.ts";

/** Where the API has a virtual machine. */
export const vmPath = ({ node, vmid }: Pick<Vm, "node" | "vmid">): string =>
  `nodes/${encodeURIComponent(node)}/qemu/${vmid}`;

/** Makes a call below a virtual machine's path. @throws PveError */
export function vmCall(
  pve: Pve,
  method: Method,
  vm: Vm,
  call: string,
  given: Parameters<typeof callApi>[3] = {},
): void {
  callApi(pve, method, `${vmPath(vm)}/${call}`, given);
}

/** Sets options of a virtual machine, and deletes others. @throws PveError */
export function changeVm(pve: Pve, vm: Vm, parameters: VmParameters, deleted: readonly string[] = []): void {
  vmCall(pve, "PUT", vm, "config", { ...parameters, ...(deleted.length > 0 && { delete: deleted }) });
}
