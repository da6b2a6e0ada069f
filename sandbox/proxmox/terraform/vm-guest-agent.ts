/** What bpg's provider reads of a running machine's network. */
import type { Attributes } from "../../plugin/resource.ts";
import type { Vm } from "../../world/proxmox.ts";
import type { Pve } from "../model/context.ts";
import { guestInterfaces, hasAgent } from "../model/guest-agent.ts";
import { block, flag } from "./values.ts";

/** `ipv4_addresses`, `ipv6_addresses` and `network_interface_names`; empty where nobody is asked, or nobody answers. */
export function guestNetwork(pve: Pve, vm: Vm, state: Attributes, running: boolean): Attributes {
  const said = block(state, "agent");
  const wait = said && block(said, "wait_for_ip");
  const interfaces = running && hasAgent(vm) ? guestInterfaces(pve, vm) : [];
  const unasked = wait && flag(wait, "disabled") === true;
  const shown = unasked ? [] : interfaces;
  const bare = (addresses: readonly string[]): string[] => addresses.map((address) => address.split("/")[0] ?? "");
  return {
    network_interface_names: shown.map(({ name }) => name),
    ipv4_addresses: shown.map(({ ipv4 }) => bare(ipv4)),
    ipv6_addresses: shown.map(({ ipv6 }) => bare(ipv6)),
    ...(interfaces.length > 0 && { mac_addresses: shown.map(({ mac }) => mac) }),
  };
}
