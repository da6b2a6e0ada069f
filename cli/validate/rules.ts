/** The rules of a security group as OCI has them, in the words in which the plan's can be put too. */
import { z } from "zod";
import type { Peer, SecurityGroup, SecurityRule } from "../../topology/types.ts";

/** Ids of the lab's security groups, by what the plan calls them. */
export type Groups = ReadonlyMap<SecurityGroup, string>;

const range = z.object({ min: z.number(), max: z.number() }).nullish();
const options = z.object({ destinationPortRange: range, sourcePortRange: range }).nullish();
export const rule = z.object({
  id: z.string().nullish(),
  direction: z.enum(["INGRESS", "EGRESS"]),
  protocol: z.string(),
  source: z.string().nullish(),
  destination: z.string().nullish(),
  tcpOptions: options,
  udpOptions: options,
  icmpOptions: z.object({ type: z.number(), code: z.number().nullish() }).nullish(),
});
export type Rule = z.infer<typeof rule>;

/** IANA protocol numbers, as OCI has them. */
const PROTOCOLS: Readonly<Record<string, string>> = { "1": "icmp", "6": "tcp", "17": "udp", all: "all" };

/** One line that is the same for two rules that let the same pass. */
function words(direction: string, protocol: string, ports: string, peer: string): string {
  const what = [protocol, ports].filter((each) => each !== "").join(" ");
  return direction === "INGRESS" ? `${what} from ${peer}` : `${what} to ${peer}`;
}

function portsOf(found: { readonly min: number; readonly max: number }): string {
  return found.min === found.max ? String(found.min) : `${found.min}-${found.max}`;
}

function peerOfPlan(peer: Peer): string {
  return peer.kind === "group" ? peer.group : peer.cidr;
}

/** What a rule of the plan lets pass: `tcp 22 from 203.0.113.7/32`. */
export function planned({ direction, protocol, ports, icmp, peer }: SecurityRule): string {
  const what = icmp ? `${icmp.type}/${icmp.code}` : ports ? portsOf({ min: ports.from, max: ports.to }) : "";
  return words(direction, protocol, what, peerOfPlan(peer));
}

/** The same of a rule that the account has. */
export function present(
  { direction, protocol, tcpOptions, udpOptions, icmpOptions, ...ends }: Rule,
  groups: Groups,
): string {
  const transport = tcpOptions ?? udpOptions;
  const destination = transport?.destinationPortRange ? portsOf(transport.destinationPortRange) : "";
  const source = transport?.sourcePortRange ? `sent from port ${portsOf(transport.sourcePortRange)}` : "";
  const icmp = icmpOptions ? `${icmpOptions.type}/${icmpOptions.code ?? "any"}` : "";
  const peer = (direction === "INGRESS" ? ends.source : ends.destination) ?? "nobody";
  const named = [...groups].find(([, id]) => id === peer)?.[0] ?? peer;
  return words(
    direction,
    PROTOCOLS[protocol] ?? `protocol ${protocol}`,
    [icmp, destination, source].filter((each) => each !== "").join(" "),
    named,
  );
}

/** Rules that one side has and the other has not. */
export function difference(
  plan: readonly SecurityRule[],
  found: readonly Rule[],
  groups: Groups,
): { readonly extra: readonly Rule[]; readonly missing: readonly SecurityRule[] } {
  const known = new Set(plan.map(planned));
  const there = new Set(found.map((each) => present(each, groups)));
  return {
    extra: found.filter((each) => !known.has(present(each, groups))),
    missing: plan.filter((each) => !there.has(planned(each))),
  };
}
