/** Network interfaces of a host: what `/etc/network/interfaces` says, and what is to come of it (pve-common, Network/Interfaces.pm). */
import type { PveHost } from "../../world/proxmox.ts";
import { cidrOf } from "../../../config/cidr.ts";
import { homeOf } from "../../reach/home.ts";
import { type Pve } from "./context.ts";
import { badParameter } from "./errors.ts";

/** Of one interface, as it was said: `bridge_ports`, `cidr`, … */
export type Interface = Readonly<Record<string, string>>;
type Interfaces = Readonly<Record<string, Interface>>;

/** A machine at home has three network cards, of which the first is plugged in. */
const HOME_NICS = ["enp1s0", "enp2s0", "enp3s0"];
const [HOME_NIC = ""] = HOME_NICS;
/** The one of an A1 instance; its address comes by DHCP. */
const CLOUD_NIC = "enp0s6";

/** What the installer writes, or cloud-init. */
function installed(host: PveHost): Interfaces {
  const { kind, address } = host;
  if (kind === undefined) return { [CLOUD_NIC]: { type: "eth", method: "dhcp", autostart: "1", address } };
  const { bridge: name, cidr, router } = homeOf(host);
  const bridge = {
    type: "bridge",
    autostart: "1",
    cidr: `${address}/${cidrOf(cidr).prefix}`,
    gateway: router,
    bridge_ports: HOME_NIC,
  };
  return { ...Object.fromEntries(HOME_NICS.map((nic) => [nic, { type: "eth" }])), [name]: bridge };
}

/** Those that are up. */
export const currentInterfaces = (host: PveHost): Interfaces => host.interfaces?.current ?? installed(host);

/** Those that the next reload brings up: what every call reads. */
export const nextInterfaces = (host: PveHost): Interfaces => host.interfaces?.next ?? currentInterfaces(host);

/** An interface by its name. @throws PveError where there is none */
export function interfaceOf(host: PveHost, name: string): Interface {
  const all = nextInterfaces(host);
  const found = Object.hasOwn(all, name) ? all[name] : undefined;
  if (!found) throw badParameter({ iface: "interface does not exist" });
  return found;
}

const PORTS = ["bridge_ports", "ovs_ports", "slaves", "ovs_bonds"];
const portsOf = (options: Interface): readonly string[] =>
  PORTS.flatMap((name) => (options[name] ?? "").split(/[\s,;]+/)).filter((port) => port !== "");

function check(others: Interfaces, options: Interface): void {
  for (const [other, theirs] of Object.entries(others)) {
    for (const [key, what] of [
      ["gateway", "Default gateway"],
      ["gateway6", "Default ipv6 gateway"],
    ] as const)
      if (options[key] && theirs[key]) throw badParameter({ [key]: `${what} already exists on interface '${other}'.` });
    const key = PORTS.find((name) => options[name]) ?? "";
    const taken = portsOf(options).find((port) => portsOf(theirs).includes(port));
    if (taken !== undefined) throw badParameter({ [key]: `${taken} is already used on interface '${other}'.` });
  }
}

/** Writes an interface for the next reload; null takes it out. */
export function writeInterface(pve: Pve, name: string, options: Interface | null): void {
  const { [name]: _before, ...others } = nextInterfaces(pve.host);
  if (options !== null) check(others, options);
  const next = options === null ? others : { ...others, [name]: options };
  pve.host.interfaces = { current: currentInterfaces(pve.host), next };
  pve.world.changed();
}

/** Brings up what was written, or with `false` forgets it. */
export function reloadInterfaces({ host, world }: Pve, apply = true): void {
  if (!host.interfaces) return;
  host.interfaces = { current: apply ? nextInterfaces(host) : currentInterfaces(host) };
  world.changed();
}

/** Whether a host has a bridge of that name, SDN's aside. */
export function hasBridge(host: PveHost, name: string): boolean {
  const all = currentInterfaces(host);
  return Object.hasOwn(all, name) && /bridge$/i.test(all[name]?.["type"] ?? "");
}
