/** A virtual machine's Terraform attributes as bpg's provider reads them from PVE. */
import type { Attributes, Json } from "../../plugin/resource.ts";
import type { PveHost, Vm } from "../../world/proxmox.ts";
import type { Pve } from "../model/context.ts";
import { poolOfVm } from "../model/pools.ts";
import { properties } from "../model/properties.ts";
import { hostOf, memoryMb } from "../model/vm-config.ts";
import { driveKeys, isCloudInit, volumeId } from "../model/vm-drives.ts";
import { runs } from "../model/vm-power.ts";
import { block, blocks, flag, strings, text } from "./values.ts";
import { cloudInitAttributes } from "./vm-cloud-init.ts";
import { diskAttributes, efiAttributes } from "./vm-disks.ts";
import { guestNetwork } from "./vm-guest-agent.ts";
import { isClone } from "./vm-parameters.ts";
import { DEFAULTS, PRIMITIVES } from "./vm-rules.ts";

/** Everything the state shall say. `state` is what it says now: bpg leaves alone what a clone has from its template. */
export function vmAttributes(pve: Pve, vm: Vm, state: Attributes): Attributes {
  const host = hostOf(pve, vm);
  const running = runs(pve, vm);
  return {
    id: String(vm.vmid),
    vm_id: vm.vmid,
    node_name: vm.node,
    pool_id: poolOfVm(pve, vm.vmid),
    on_boot: vm.config.onboot === "1",
    hotplug: vm.config.hotplug ?? null,
    boot_order:
      properties(vm.config.boot ?? "", "legacy")
        .get("order")
        ?.split(";")
        .filter(Boolean) ?? [],
    ...(flag(state, "template") === true ? {} : { started: running }),
    ...primitives(vm, state),
    ...tags(vm, state),
    ...presentBlocks(host, vm, state),
    ...networkDevices(vm),
    ...guestNetwork(pve, vm, state, running),
  };
}

function primitives({ config }: Vm, state: Attributes): Attributes {
  const told = Object.entries({ ...PRIMITIVES, template: "template" }).map(([name, key]): [string, Json] => {
    const [value, normal] = [config[key], DEFAULTS[name] ?? ""];
    return [name, value === undefined ? normal : typeof normal === "boolean" ? value === "1" : value];
  });
  const observed: Attributes = Object.fromEntries(told);
  if (!isClone(state)) return observed;
  return Object.fromEntries(Object.entries(observed).filter(([name]) => state[name] !== DEFAULTS[name]));
}

function tags({ config }: Vm, state: Attributes): Attributes {
  const known = strings(state, "tags") ?? [];
  const observed = (config.tags ?? "").split(";").filter((tag) => tag !== "");
  if (known.length === 0 && (isClone(state) || observed.length === 0)) return {};
  const same = known.toSorted().join(";") === observed.toSorted().join(";");
  return { tags: same ? [...known] : observed };
}

/** Blocks that the state has are read; others only where a machine that is no clone differs from what they default to. */
function presentBlocks(host: PveHost, vm: Vm, state: Attributes): Attributes {
  const { config } = vm;
  const disks = diskAttributes(host, vm, state);
  const observed: Record<string, readonly Attributes[]> = {
    agent: agent(config.agent),
    cpu: [cpu(config, block(state, "cpu") ?? {})],
    memory: [memory(config)],
    operating_system: [{ type: config.ostype ?? "other" }],
    serial_device: [0, 1, 2, 3].flatMap((n) => config[`serial${n}`] ?? []).map((device) => ({ device })),
    vga: [vga(config.vga)],
    efi_disk: efiAttributes(host, vm),
    cdrom: cdrom(config, block(state, "cdrom")),
    initialization: cloudInitAttributes(vm, block(state, "initialization")),
    disk: disks,
    startup: startup(config.startup),
  };
  const whereUnset = new Set(["serial_device", "efi_disk", "cdrom", "initialization", "disk", "startup"]);
  const kept = Object.entries(observed).filter(([name, found]) => {
    if (blocks(state, name).length > 0) return true;
    if (isClone(state) || found.length === 0) return false;
    return whereUnset.has(name) || differsFromDefaults(name, found[0] ?? {});
  });
  return Object.fromEntries(kept.map(([name, found]): [string, Json] => [name, [...found]]));
}

function differsFromDefaults(name: string, found: Attributes): boolean {
  return Object.entries(found).some(([key, value]) => {
    const normal = DEFAULTS[`${name}.${key}`];
    return normal !== undefined && value !== normal;
  });
}

function agent(value: string | undefined): readonly Attributes[] {
  if (value === undefined) return [];
  const options = properties(value, "enabled");
  return [
    {
      enabled: options.get("enabled") === "1",
      trim: options.get("fstrim_cloned_disks") === "1",
      type: options.get("type") ?? "virtio",
    },
  ];
}

function cpu(config: Vm["config"], state: Attributes): Attributes {
  const options = properties(config.cpu ?? "qemu64", "cputype");
  const flags = options.get("flags")?.split(";") ?? [];
  return {
    affinity: config.affinity ?? "",
    architecture: config.arch ?? "",
    cores: Number(config.cores ?? 1),
    hotplugged: Number(config.vcpus ?? 0),
    limit: Number(config.cpulimit ?? 0),
    numa: config.numa === "1",
    sockets: Number(config.sockets ?? 1),
    type: options.get("cputype") ?? "qemu64",
    units: Number(config.cpuunits ?? 0),
    ...(flags.length > 0 || strings(state, "flags") ? { flags } : {}),
  };
}

function memory(config: Vm["config"]): Attributes {
  return {
    dedicated: memoryMb(config.memory),
    floating: Number(config.balloon ?? 0),
    hugepages: config.hugepages ?? "",
    keep_hugepages: config.keephugepages === "1",
    shared: Number(properties(config.ivshmem ?? "", "").get("size") ?? 0),
  };
}

function vga(value: string | undefined): Attributes {
  const options = properties(value ?? "", "type");
  return {
    type: options.get("type") ?? "std",
    memory: Number(options.get("memory") ?? 16),
    clipboard: options.get("clipboard") ?? "",
  };
}

function startup(value: string | undefined): readonly Attributes[] {
  if (value === undefined) return [];
  const options = properties(value, "order");
  const seconds = (key: string): number => Number(options.get(key) ?? -1);
  return [{ order: seconds("order"), up_delay: seconds("up"), down_delay: seconds("down") }];
}

function cdrom(config: Vm["config"], state: Attributes | undefined): readonly Attributes[] {
  const isMedium = (key: string): boolean => config[key]?.includes("media=cdrom") === true && !isCloudInit(config[key]);
  const said = state && text(state, "interface");
  const key = said ?? driveKeys(config).find(isMedium);
  if (key === undefined || config[key] === undefined) return [];
  const file = volumeId(config[key]) ?? config[key].split(",")[0] ?? "";
  return [{ interface: key, file_id: state && text(state, "file_id") === "" ? "" : file }];
}

function networkDevices({ config }: Vm): Attributes {
  const last = Math.max(-1, ...Object.keys(config).map((key) => Number(/^net(\d+)$/.exec(key)?.[1] ?? -1)));
  const devices = Array.from({ length: last + 1 }, (_, n) => networkDevice(config[`net${n}`]));
  const macs = devices.map((device) => (device && text(device, "mac_address")) ?? "");
  return { network_device: devices, mac_addresses: macs };
}

function networkDevice(value: string | undefined): Attributes | null {
  if (value === undefined) return null;
  const device = properties(value, "");
  const [model = "virtio", mac = ""] = [...device][0] ?? [];
  const count = (key: string): number => Number(device.get(key) ?? 0);
  return {
    model,
    mac_address: mac,
    bridge: device.get("bridge") ?? "",
    enabled: true,
    disconnected: device.get("link_down") === "1",
    firewall: device.get("firewall") === "1",
    mtu: count("mtu"),
    queues: count("queues"),
    rate_limit: count("rate"),
    vlan_id: count("tag"),
    trunks: device.get("trunks") ?? "",
  };
}
