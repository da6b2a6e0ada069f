/** What the guest agent tells of a running machine's network. Talos answers also while it waits for its configuration. */
import type { Attributes, Json } from "../../../plugin/resource.ts";
import type { Vm } from "../../../world/proxmox.ts";
import { properties } from "../../pve/properties.ts";
import { block, flag } from "../values.ts";

/** Interfaces of a Talos machine, in the kernel's order; the one with the address comes last. */
const INTERFACES = ["lo", "bond0", "dummy0", "teql0", "tunl0", "sit0", "ip6tnl0", "eth0"];
const NO_MAC = "00:00:00:00:00:00";

/** `ipv4_addresses`, `ipv6_addresses` and `network_interface_names`; empty where nobody is asked, or nobody answers. */
export function guestNetwork(vm: Vm, state: Attributes, running: boolean): Attributes {
  const said = block(state, "agent");
  const wait = said && block(said, "wait_for_ip");
  const asked = properties(vm.config.agent ?? "", "enabled").get("enabled") === "1";
  const address = properties(vm.config.ipconfig0 ?? "", "")
    .get("ip")
    ?.split("/")[0];
  if (!running || !asked || address === undefined) return network([], () => [], {});
  if (wait && flag(wait, "disabled") === true) return network([], () => [], { mac_addresses: [] });
  const mac =
    properties(vm.config.net0 ?? "", "")
      .values()
      .next().value ?? NO_MAC;
  const addresses = (name: string): string[] => (name === "lo" ? ["127.0.0.1"] : name === "eth0" ? [address] : []);
  return network(INTERFACES, addresses, { mac_addresses: INTERFACES.map((name) => (name === "eth0" ? mac : NO_MAC)) });
}

function network(names: readonly string[], ipv4: (name: string) => Json, macs: Attributes): Attributes {
  return {
    network_interface_names: [...names],
    ipv4_addresses: names.map(ipv4),
    ipv6_addresses: names.map((name) => (name === "lo" ? ["::1"] : [])),
    ...macs,
  };
}
