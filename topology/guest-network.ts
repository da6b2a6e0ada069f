/** The virtual machines' network: OCI drops frames with foreign MACs, so Proxmox VE makes one of its own. */
import { cidrOf } from "../config/cidr.ts";
import type { LabConfig } from "../config/schema.ts";
import { guestGateway } from "./addresses.ts";
import type { GuestNetworkPlan } from "./types.ts";

/** VXLAN's headers take 50 bytes of the 1500 (pve-docs, pvesdn). */
const MTU = { simple: 1500, evpn: 1450 } as const;

/** A zone does not change its kind, and both are there for a moment when a lab grows to two hosts, or shrinks to one. */
const ZONE = { simple: "lab", evpn: "labevpn" } as const;

/**
 * One host: a Simple zone with SNAT. Several: an EVPN zone over VXLAN, every host an exit node. No DHCP: every guest has an
 * address of its own, and Proxmox would not let go of a subnet in which it has given one (pve-network, PVEPlugin.pm).
 */
export function planGuestNetwork({ hosts, network }: LabConfig): GuestNetworkPlan {
  const kind = hosts.length > 1 ? "evpn" : "simple";
  return {
    kind,
    zone: ZONE[kind],
    vnet: "guests",
    controller: "labbgp",
    cidr: network.guests,
    prefixLength: cidrOf(network.guests).prefix,
    gateway: guestGateway(network.guests),
    mtu: MTU[kind],
    // Private AS number (RFC 6996), and VXLAN network ids free for own use.
    asn: 65000,
    vrfVxlan: 4000,
    vnetTag: 4001,
  };
}
