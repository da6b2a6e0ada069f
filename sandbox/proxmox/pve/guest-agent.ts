/** What the QEMU guest agent tells of a running machine. Talos answers also while it waits for its configuration. */
import type { Vm } from "../../world/proxmox.ts";
import type { Pve } from "./context.ts";
import { guestAddress } from "./ipam.ts";
import { properties } from "./properties.ts";

export interface GuestInterface {
  readonly name: string;
  readonly mac: string;
  /** With prefix length. */
  readonly ipv4: readonly string[];
  readonly ipv6: readonly string[];
}

/** Interfaces of a Talos machine, in the kernel's order; the one with the address comes last. */
const INTERFACES = ["lo", "bond0", "dummy0", "teql0", "tunl0", "sit0", "ip6tnl0", "eth0"];
const NO_MAC = "00:00:00:00:00:00";

/** Whether PVE asks the agent at all. */
export function hasAgent({ config }: Vm): boolean {
  return properties(config.agent ?? "", "enabled").get("enabled") === "1";
}

/** None where nobody answers: of a machine that has no address here, not even one by DHCP, nothing is known. */
export function guestInterfaces(pve: Pick<Pve, "world" | "datacenter">, vm: Vm): readonly GuestInterface[] {
  const { config } = vm;
  const address = guestAddress(pve, vm, true);
  if (address === null) return [];
  const mac =
    properties(config.net0 ?? "", "")
      .values()
      .next().value ?? NO_MAC;
  return INTERFACES.map((name) => ({
    name,
    mac: name === "eth0" ? mac : NO_MAC,
    ipv4: name === "lo" ? ["127.0.0.1/8"] : name === "eth0" ? [address] : [],
    ipv6: name === "lo" ? ["::1/128"] : [],
  }));
}
