/** A virtual machine's Terraform attributes as the API parameters that bpg's provider sends for them. Disks are apart. */
import type { Attributes, Json } from "../../plugin/resource.ts";
import { propertyString } from "../model/properties.ts";
import type { VmParameters } from "../model/vm-config.ts";
import { block, blocks, flag, number, required, strings, text } from "./values.ts";
import { DEFAULTS, INHERITED, PRIMITIVES } from "./vm-rules.ts";

type Parameters = Record<string, string>;

/** Whether a machine is made from nothing or from a template: a clone's unset options keep the template's values. */
export function isClone(vm: Attributes): boolean {
  return blocks(vm, "clone").length > 0;
}

/** Everything but disks, EFI disk, description, name and pool of a clone, which go along with the clone call. */
export function parameters(vm: Attributes): VmParameters {
  const all: Parameters = {
    ...primitives(vm),
    ...agent(vm),
    ...cpu(vm),
    ...memory(vm),
    ...devices(vm),
    ...cloudInit(vm),
  };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== ""));
}

function primitives(vm: Attributes): Parameters {
  const startup = block(vm, "startup");
  const delay = (key: string, name: string): string[] => {
    const seconds = startup && number(startup, name);
    return seconds === undefined || seconds < 0 ? [] : [`${key}=${seconds}`];
  };
  const said = Object.entries(PRIMITIVES).map(
    ([name, key]) => [name, key, option(vm[name] ?? DEFAULTS[name])] as const,
  );
  const sent = said.filter(
    ([name, , value]) => !isClone(vm) || !(name in INHERITED) || value !== option(DEFAULTS[name]),
  );
  return {
    ...Object.fromEntries(sent.map(([, key, value]) => [key, value])),
    onboot: bit(flag(vm, "on_boot") ?? true),
    description: (text(vm, "description") ?? "").trim(),
    hotplug: text(vm, "hotplug") ?? "",
    tags: (strings(vm, "tags") ?? []).toSorted().join(";"),
    startup: [...delay("order", "order"), ...delay("up", "up_delay"), ...delay("down", "down_delay")].join(","),
    boot: bootOrder(vm),
  };
}

/** A value of Terraform's as one of the API's. */
function option(value: Json | undefined): string {
  return typeof value === "boolean" ? bit(value) : String(value ?? "");
}

/** bpg makes up an order for a new machine and leaves a clone that of its template. */
function bootOrder(vm: Attributes): string {
  const said = strings(vm, "boot_order") ?? [];
  if (said.length > 0) return `order=${said.join(";")}`;
  if (isClone(vm)) return "";
  const cdrom = block(vm, "cdrom");
  const disks = blocks(vm, "disk").map((disk) => required(disk, "interface"));
  const order = [
    ...(cdrom ? [text(cdrom, "interface") ?? "ide3"] : []),
    ...["ide0", "sata0", "scsi0", "virtio0"].filter((device) => disks.includes(device)),
    ...(blocks(vm, "network_device").length > 0 ? ["net0"] : []),
  ];
  return order.length > 0 ? `order=${order.join(";")}` : "";
}

function agent(vm: Attributes): Parameters {
  const said = block(vm, "agent");
  if (!said && isClone(vm)) return {};
  const enabled = bit((said && flag(said, "enabled")) ?? false);
  const trim = bit((said && flag(said, "trim")) ?? false);
  return { agent: `enabled=${enabled},fstrim_cloned_disks=${trim},type=${(said && text(said, "type")) ?? "virtio"}` };
}

function cpu(vm: Attributes): Parameters {
  const said = block(vm, "cpu") ?? (isClone(vm) ? undefined : {});
  if (!said) return {};
  const flags = strings(said, "flags") ?? [];
  const more = (key: string, value: number | undefined): Parameters => (value ? { [key]: String(value) } : {});
  return {
    arch: text(said, "architecture") ?? "",
    affinity: text(said, "affinity") ?? "",
    cores: String(number(said, "cores") ?? 1),
    cpu: (text(said, "type") ?? "qemu64") + (flags.length > 0 ? `,flags=${flags.join(";")}` : ""),
    numa: bit(flag(said, "numa") ?? false),
    sockets: String(number(said, "sockets") ?? 1),
    ...more("vcpus", number(said, "hotplugged")),
    ...more("cpulimit", number(said, "limit")),
    ...more("cpuunits", number(said, "units")),
  };
}

function memory(vm: Attributes): Parameters {
  const said = block(vm, "memory") ?? (isClone(vm) ? undefined : {});
  if (!said) return {};
  const shared = number(said, "shared") ?? 0;
  return {
    memory: String(number(said, "dedicated") ?? 512),
    balloon: String(number(said, "floating") ?? 0),
    hugepages: text(said, "hugepages") ?? "",
    keephugepages: flag(said, "keep_hugepages") ? "1" : "",
    ivshmem: shared > 0 ? `size=${shared},name=vm-${number(vm, "vm_id") ?? ""}-ivshmem` : "",
  };
}

function devices(vm: Attributes): Parameters {
  const os = block(vm, "operating_system") ?? (isClone(vm) ? undefined : {});
  const cdrom = block(vm, "cdrom");
  const vga = block(vm, "vga");
  const smbios = block(vm, "smbios");
  const watchdog = block(vm, "watchdog");
  const watched = watchdog !== undefined && flag(watchdog, "enabled") === true;
  return {
    ...(os && { ostype: text(os, "type") ?? "other" }),
    ...(cdrom && { [text(cdrom, "interface") ?? "ide3"]: `${text(cdrom, "file_id") || "cdrom"},media=cdrom` }),
    ...(vga && { vga: vgaDevice(vga) }),
    ...(smbios && { smbios1: smbiosFields(smbios) }),
    ...(watched && {
      watchdog: `model=${text(watchdog, "model") ?? "i6300esb"},action=${text(watchdog, "action") ?? "none"}`,
    }),
    ...numbered("serial", blocks(vm, "serial_device"), (device) => text(device, "device") ?? "socket"),
    ...numbered("net", blocks(vm, "network_device"), networkDevice),
  };
}

function vgaDevice(vga: Attributes): string {
  const memoryMb = number(vga, "memory") ?? 16;
  const parts = new Map([["type", text(vga, "type") ?? "std"]]);
  if (memoryMb > 0) parts.set("memory", String(memoryMb));
  const clipboard = text(vga, "clipboard");
  if (clipboard) parts.set("clipboard", clipboard);
  return propertyString(parts, "type");
}

function smbiosFields(smbios: Attributes): string {
  const fields = ["family", "manufacturer", "product", "serial", "sku", "version"].flatMap((name): string[] => {
    const value = text(smbios, name);
    return value ? [`${name}=${Buffer.from(value).toString("base64")}`] : [];
  });
  const uuid = text(smbios, "uuid");
  return [...(fields.length > 0 ? ["base64=1", ...fields] : []), ...(uuid ? [`uuid=${uuid}`] : [])].join(",");
}

function networkDevice(device: Attributes): string {
  const parts = new Map<string, string>();
  const mac = text(device, "mac_address");
  const model = text(device, "model") ?? "virtio";
  parts.set("model", mac ? `${model}=${mac}` : model);
  parts.set("bridge", text(device, "bridge") ?? "vmbr0");
  parts.set("firewall", bit(flag(device, "firewall") ?? false));
  if (flag(device, "disconnected")) parts.set("link_down", "1");
  for (const [name, key] of [
    ["mtu", "mtu"],
    ["queues", "queues"],
    ["rate_limit", "rate"],
    ["vlan_id", "tag"],
  ] as const) {
    const value = number(device, name);
    if (value) parts.set(key, String(value));
  }
  const trunks = text(device, "trunks");
  if (trunks) parts.set("trunks", trunks);
  return propertyString(parts, "model");
}

function cloudInit(vm: Attributes): Parameters {
  const said = block(vm, "initialization");
  if (!said) return {};
  const dns = block(said, "dns");
  const account = block(said, "user_account");
  const upgrade = flag(said, "upgrade");
  const drive = `${text(said, "datastore_id") ?? "local-lvm"}:cloudinit,media=cdrom`;
  return {
    [text(said, "interface") || "ide2"]: drive,
    nameserver: (dns && strings(dns, "servers")?.join(" ")) ?? "",
    searchdomain: (dns && text(dns, "domain")) ?? "",
    ciuser: (account && text(account, "username")) ?? "",
    cipassword: (account && text(account, "password")) ?? "",
    sshkeys: (account && strings(account, "keys")?.map(encodeURIComponent).join("%0A")) ?? "",
    citype: text(said, "type") ?? "",
    ...(upgrade === false && { ciupgrade: "0" }),
    cicustom: customFiles(said),
    ...numbered("ipconfig", blocks(said, "ip_config"), ipConfig),
  };
}

function customFiles(said: Attributes): string {
  return ["user", "vendor", "network", "meta"]
    .flatMap((kind) => {
      const file = text(said, `${kind}_data_file_id`);
      return file ? [`${kind}=${file}`] : [];
    })
    .join(",");
}

function ipConfig(config: Attributes): string {
  const family = (version: "ipv4" | "ipv6", ip: string, gw: string): string[] => {
    const said = block(config, version);
    const [address, gateway] = said ? [text(said, "address"), text(said, "gateway")] : [];
    return [...(gateway ? [`${gw}=${gateway}`] : []), ...(address ? [`${ip}=${address}`] : [])];
  };
  return [...family("ipv4", "ip", "gw"), ...family("ipv6", "ip6", "gw6")].join(",");
}

function numbered(prefix: string, items: readonly Attributes[], print: (item: Attributes) => string): Parameters {
  return Object.fromEntries(items.map((item, index) => [`${prefix}${index}`, print(item)]));
}

function bit(value: boolean): string {
  return value ? "1" : "0";
}
