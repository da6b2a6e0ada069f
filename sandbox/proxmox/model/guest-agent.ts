/** What the QEMU guest agent tells of a running machine. Talos answers also while it waits for its configuration. */
import type { Vm } from "../../world/proxmox.ts";
import type { Pve } from "./context.ts";
import { guestAddress } from "./ipam.ts";
import { properties } from "./properties.ts";
import { bootDrive, talosImage, type TalosPlatform } from "./talos-image.ts";
import { volumeId } from "./vm-drives.ts";

interface GuestInterface {
  readonly name: string;
  readonly mac: string;
  /** With prefix length. */
  readonly ipv4: readonly string[];
  readonly ipv6: readonly string[];
}

const LINUX = ["lo", "eth0"];
/** Interfaces of a Talos machine, in the kernel's order; the one with the address comes last. */
const INTERFACES = ["lo", "bond0", "dummy0", "teql0", "tunl0", "sit0", "ip6tnl0", "eth0"];
const NO_MAC = "00:00:00:00:00:00";

/** Whether PVE asks the agent at all. */
export function hasAgent({ config }: Vm): boolean {
  return properties(config.agent ?? "", "enabled").get("enabled") === "1";
}

const AGENT = "qemu-guest-agent";

/** Images by others come without the agent: it is there when a snippet that cloud-init reads installs it. */
function isInstalled({ world }: Pick<Pve, "world">, { config, instanceId }: Vm): boolean {
  const volumes = world.state.proxmox.hosts[instanceId]?.volumes ?? {};
  return [...properties(config.cicustom ?? "", "").values()].some((volid) => volumes[volid]?.text?.includes(AGENT));
}

/** Of which platform a machine's Talos is, where what is on its disk was made of its image. */
function talosOf({ world }: Pick<Pve, "world">, vm: Vm): TalosPlatform | null {
  const volume = world.state.proxmox.hosts[vm.instanceId]?.volumes[volumeId(bootDrive(vm)) ?? ""];
  return (volume && talosImage(volume)?.platform) ?? null;
}

/** Whether a machine runs Talos. */
export function bootsTalos(pve: Pick<Pve, "world">, vm: Vm): boolean {
  return talosOf(pve, vm) !== null;
}

/** None where nobody answers: of a machine that has no address here, not even one by DHCP, nothing is known. */
export function guestInterfaces(pve: Pick<Pve, "world" | "datacenter">, vm: Vm): readonly GuestInterface[] {
  const { config } = vm;
  const talos = talosOf(pve, vm);
  const isTalos = talos !== null;
  const address = guestAddress(pve, vm, talos);
  if (address === null || !(isTalos || isInstalled(pve, vm))) return [];
  const mac =
    properties(config.net0 ?? "", "")
      .values()
      .next().value ?? NO_MAC;
  return (isTalos ? INTERFACES : LINUX).map((name) => ({
    name,
    mac: name === "eth0" ? mac : NO_MAC,
    ipv4: name === "lo" ? ["127.0.0.1/8"] : name === "eth0" ? [address] : [],
    ipv6: name === "lo" ? ["::1/128"] : [],
  }));
}
