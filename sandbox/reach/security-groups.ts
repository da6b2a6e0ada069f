/** Security groups and lists: OCI lets a connection pass that one rule lets out at the sender, and one in at the receiver. */
import { type SecurityRule, securityRulesOf } from "../oci/resources/security-rule.ts";
import type { Instance } from "../oci/resources/instance.ts";
import type { World } from "../world/world.ts";
import { isWithin, type Packet } from "./packet.ts";

/** IANA's numbers, as the rules have them. */
const PROTOCOL = { tcp: "6", udp: "17" } as const;

interface Member {
  readonly subnetId: string;
  readonly nsgIds: readonly string[];
}

/** What of the lab has an address in the VCN; undefined for one outside. */
function memberAt({ instances, networkLoadBalancers }: World["state"]["oci"], address: string): Member | undefined {
  const instance = instances.find((each) => isLive(each) && each.privateIp === address);
  if (instance) return instance.vnic;
  const balancer = networkLoadBalancers.find(({ privateIp }) => privateIp === address);
  return balancer && { subnetId: balancer.subnetId, nsgIds: balancer.networkSecurityGroupIds };
}

function isLive({ state }: Instance): boolean {
  return state !== "TERMINATED";
}

function fitsPort(options: SecurityRule["tcpOptions"], port: number): boolean {
  const range = options?.destinationPortRange ?? null;
  return range === null || (port >= range.min && port <= range.max);
}

/** @param peer the address at the other end, and what of the lab has it */
function fits(rule: SecurityRule, packet: Packet, peer: { address: string; member: Member | undefined }): boolean {
  const isPeer =
    rule.peerType === "NETWORK_SECURITY_GROUP"
      ? (peer.member?.nsgIds.includes(rule.peer) ?? false)
      : rule.peerType === "CIDR_BLOCK" && isWithin(peer.address, rule.peer);
  if (!isPeer || !["all", PROTOCOL[packet.protocol]].includes(rule.protocol)) return false;
  return (
    rule.protocol === "all" || fitsPort(packet.protocol === "tcp" ? rule.tcpOptions : rule.udpOptions, packet.port)
  );
}

/** Whether the cloud carries a connection between two addresses, of which at least the receiver's is the lab's. */
export function cloudAdmits({ state }: World, packet: Packet): boolean {
  const [sender, receiver] = [memberAt(state.oci, packet.from), memberAt(state.oci, packet.to)];
  if (receiver === undefined) return false;
  const passes = (member: Member, direction: "INGRESS" | "EGRESS", address: string, other: Member | undefined) =>
    securityRulesOf(state.oci, member).some(
      (rule) => rule.direction === direction && fits(rule, packet, { address, member: other }),
    );
  return (
    (sender === undefined || passes(sender, "EGRESS", packet.to, receiver)) &&
    passes(receiver, "INGRESS", packet.from, sender)
  );
}
