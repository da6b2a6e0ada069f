/** What it takes to set an option of a virtual machine (qemu-server 9.2.6, API2/Qemu.pm). */
import { type Pve, ROOT } from "./context.ts";
import { assertMayUseCpu } from "./cpu-models.ts";
import { failure } from "./errors.ts";
import { assertMay, assertMayVm } from "./permissions.ts";
import { properties } from "./properties.ts";
import { isDrive } from "./vm-drives.ts";

/** Privilege by options; what is in none of them is root@pam's alone: `arch`, `args`, `lock`, … */
const OPTIONS: Readonly<Record<string, RegExp>> = {
  "VM.Config.CPU": /^(cores|cpu|cpulimit|cpuunits|numa\d*|smp|sockets|vcpus)$/,
  "VM.Config.Memory": /^(memory|balloon|shares|allow-ksm)$/,
  "VM.Config.HWType": /^(acpi|hotplug|kvm|machine|scsihw|smbios1|tablet|vga|watchdog|audio0|rng0)$/,
  "VM.Config.Options":
    /^(agent|autostart|bios|description|keyboard|localtime|name|onboot|ostype|protection|reboot|startdate|startup|tdf|template)$/,
  "VM.PowerMgmt": /^freeze$/,
  "VM.Config.Disk": /^(boot|bootdisk|vmstatestorage|unused\d+)$/,
  "VM.Config.Network": /^net\d+$/,
  "VM.Config.Cloudinit": /^(cicustom|cipassword|citype|ciuser|ciupgrade|nameserver|searchdomain|sshkeys|ipconfig\d+)$/,
};

/** @throws 403, or 500 "only root can set …" as PVE does */
export function assertMaySet(pve: Pve, vmid: number, pool: string, parameters: Readonly<Record<string, string>>): void {
  if (pve.user === ROOT) return;
  for (const [key, value] of Object.entries(parameters)) {
    if (isDrive(key)) assertMaySetDrive(pve, vmid, pool, value);
    else assertMaySetOption(pve, vmid, pool, key, value);
  }
}

function assertMaySetOption(pve: Pve, vmid: number, pool: string, key: string, value: string): void {
  if (/^serial\d$/.test(key) && (value === "socket" || value === "")) {
    assertMayVm(pve, vmid, pool, ["VM.Config.HWType"]);
    return;
  }
  // Those of a new machine are for whoever makes it, those of another for assertMayTag.
  if (key === "tags") return;
  const privilege = Object.entries(OPTIONS).find(([, keys]) => keys.test(key))?.[0];
  if (privilege === undefined) throw failure(`only root can set '${key}' config`);
  const network = privilege === "VM.Config.Cloudinit" ? ["VM.Config.Network"] : [];
  assertMayVm(pve, vmid, pool, [privilege, ...network], network.length > 0);
  if (key === "cpu") assertMayUseCpu(pve, value);
  if (key === "startup") assertMay(pve, "/", ["Sys.Modify"]);
  const bridge = key.startsWith("net") ? properties(value, "model").get("bridge") : undefined;
  if (bridge !== undefined) assertMayUseBridge(pve, bridge);
}

/** Bridges that are no vnet are in the zone `localnetwork`. @throws PveError 403 */
export function assertMayUseBridge(pve: Pve, bridge: string): void {
  const zone = pve.datacenter.sdn.running.vnets[bridge]?.zone ?? "localnetwork";
  assertMay(pve, `/sdn/zones/${String(zone)}/${bridge}`, ["SDN.Use"]);
}

function assertMaySetDrive(pve: Pve, vmid: number, pool: string, value: string): void {
  const drive = properties(value, "file");
  const [, storage, name = ""] = /^([^/:\s]+):(.+)$/.exec(drive.get("file") ?? "") ?? [];
  const medium = drive.get("media") === "cdrom" && name !== "cloudinit";
  assertMayVm(pve, vmid, pool, [
    medium ? "VM.Config.CDROM" : name === "cloudinit" ? "VM.Config.Cloudinit" : "VM.Config.Disk",
  ]);
  if (storage === undefined) return;
  const allocates = name === "cloudinit" || /^\d+(\.\d+)?$/.test(name);
  const needs = allocates ? ["Datastore.AllocateSpace"] : ["Datastore.AllocateSpace", "Datastore.Audit"];
  assertMay(pve, `/storage/${storage}`, needs, true);
  const from = drive.get("import-from")?.split(":")[0];
  if (from !== undefined) assertMay(pve, `/storage/${from}`, ["Datastore.AllocateSpace", "Datastore.Audit"], true);
}
