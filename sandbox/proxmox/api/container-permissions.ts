/** What it takes to set an option of a container (pve-container, LXC.pm: check_ct_modify_config_perm). */
import type { Vm } from "../../world/proxmox.ts";
import { isMount, mountedVolume } from "../model/container-volumes.ts";
import { type Pve, ROOT } from "../model/context.ts";
import { assertMay, assertMayVm, denied } from "../model/permissions.ts";
import { properties } from "../model/properties.ts";
import { assertMayTag } from "../model/tag-permissions.ts";
import { assertMayUseBridge } from "../model/vm-permissions.ts";
import type { Parameters } from "./http.ts";

const PRIVILEGES: Readonly<Record<string, RegExp>> = {
  "VM.Config.CPU": /^(cores|cpuunits|cpulimit)$/,
  "VM.Config.Disk": /^(rootfs|mp\d+)$/,
  "VM.Config.Memory": /^(memory|swap)$/,
  "VM.Config.Network": /^(net\d+|nameserver|searchdomain|hostname)$/,
};

/** @throws PveError 403 */
export function assertMaySetContainer(
  pve: Pve,
  { vmid, config }: Pick<Vm, "vmid" | "config">,
  pool: string,
  set: Parameters,
  cleared: readonly string[],
): void {
  if (pve.user === ROOT) return;
  const values = [...Object.entries(set), ...cleared.map((key): [string, string] => [key, ""])];
  for (const [key, value] of values) {
    if (/^dev\d+$/.test(key)) throw denied("configuring device passthrough is only allowed for root@pam");
    if (key === "hookscript") throw denied("changing the hookscript is only allowed for root@pam");
    if (key === "features") assertMaySetFeatures(pve, { vmid, config }, pool, value);
    else if (key === "tags") assertMayTag(pve, vmid, config["tags"], value);
    else {
      const [privilege = "VM.Config.Options"] = Object.entries(PRIVILEGES).find(([, keys]) => keys.test(key)) ?? [];
      assertMayVm(pve, vmid, pool, [privilege]);
    }
    if (isMount(key) && value !== "" && mountedVolume(value) === undefined)
      throw denied("mount point type bind is only allowed for root@pam");
    const bridge = /^net\d+$/.test(key) ? properties(value, "name").get("bridge") : undefined;
    if (bridge !== undefined) assertMayUseBridge(pve, bridge);
    if (isMount(key) && value !== "")
      assertMay(pve, `/storage/${value.split(":")[0] ?? ""}`, ["Datastore.AllocateSpace"]);
  }
}

function assertMaySetFeatures(pve: Pve, { vmid, config }: Pick<Vm, "vmid" | "config">, pool: string, value: string) {
  if (config["unprivileged"] !== "1")
    throw denied("changing feature flags for privileged container is only allowed for root@pam");
  const [before, after] = [properties(config["features"] ?? "", ""), properties(value, "")];
  const changed = [...before.keys(), ...after.keys()].filter((name) => before.get(name) !== after.get(name));
  if (changed.some((name) => name !== "nesting"))
    throw denied("changing feature flags (except nesting) is only allowed for root@pam");
  if (changed.length > 0) assertMayVm(pve, vmid, pool, ["VM.Allocate"]);
}
