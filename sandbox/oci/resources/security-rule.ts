/** Rules of security lists and of network security groups. */
import { z } from "zod";
import type { OciTenancy } from "../../world/oci.ts";
import { requireNetwork } from "../model/ipv6.ts";
import { maybeText, text } from "../kernel/resource.ts";
import { invalid } from "../model/refusals.ts";

/** IANA numbers that may have options. */
const ICMP = ["1", "58"];
const TCP = "6";
const UDP = "17";

const number = z.number().nullish();

type PortRange = { readonly min: number; readonly max: number };

/** One number alone is both. */
function rangeOf(min: number | null | undefined, max = min): PortRange | null {
  const [from, to] = [min ?? null, max ?? min ?? null];
  return from === null || to === null ? null : { min: from, max: to };
}

const range = z
  .object({ min: number, max: number })
  .nullish()
  .transform((said) => (said ? rangeOf(said.min, said.max) : null));

/** The provider has the destination's ports of a list in the options themselves. */
const transport = z
  .object({ destinationPortRange: range, sourcePortRange: range, min: number, max: number })
  .nullish()
  .transform(
    (said) =>
      said && {
        destinationPortRange: said.destinationPortRange ?? rangeOf(said.min, said.max),
        sourcePortRange: said.sourcePortRange,
      },
  )
  .transform((options) => options ?? null);

/** Without a code, which the provider says as -1, every one of the type is meant. */
const icmp = z
  .object({ type: z.number(), code: number })
  .nullish()
  .transform((said) => said && { type: said.type, code: (said.code ?? -1) < 0 ? null : (said.code ?? null) })
  .transform((options) => options ?? null);

const peerType = z
  .string()
  .nullish()
  .transform((said) => said || "CIDR_BLOCK");

/** What rules of either direction say. */
export const ruleBody = {
  protocol: text,
  isStateless: z
    .boolean()
    .nullish()
    .transform((said) => said ?? false),
  description: maybeText,
  icmpOptions: icmp,
  tcpOptions: transport,
  udpOptions: transport,
};

/** A rule of a list for what comes in. */
export const ingressRule = z.object({ ...ruleBody, source: text, sourceType: peerType });
/** A rule of a list for what goes out. */
export const egressRule = z.object({ ...ruleBody, destination: text, destinationType: peerType });

type Options = Pick<z.output<typeof ingressRule>, "protocol" | "icmpOptions" | "tcpOptions" | "udpOptions">;

function requirePorts(service: string, range: PortRange | null | undefined): void {
  const { min, max } = range ?? { min: 1, max: 1 };
  if (min < 1 || max > 65_535 || min > max)
    throw invalid(service, `Port range ${min} to ${max} is invalid: 1 to 65535, the smaller one first.`);
}

/** @throws ServiceRefusal as the services do for a protocol that does not exist, or options of another one. */
function requireOptions(service: string, { protocol, ...rule }: Options): void {
  if (protocol !== "all" && (!/^\d{1,3}$/.test(protocol) || Number(protocol) > 255))
    throw invalid(
      service,
      `Protocol ${protocol} is invalid: "all" or an IANA number (1 ICMP, 6 TCP, 17 UDP).`,
      "protocol",
    );
  const all = [
    ["icmp_options", rule.icmpOptions, ICMP],
    ["tcp_options", rule.tcpOptions, [TCP]],
    ["udp_options", rule.udpOptions, [UDP]],
  ] as const;
  for (const [name, options, protocols] of all) {
    if (options !== null && !protocols.some((each) => each === protocol))
      throw invalid(service, `${name} go with protocol ${protocols.join(" or ")}, not ${protocol}.`, name);
  }
  for (const options of [rule.tcpOptions, rule.udpOptions]) {
    requirePorts(service, options?.destinationPortRange);
    requirePorts(service, options?.sourcePortRange);
  }
}

/**
 * Checks a rule, but for peers that are no networks.
 *
 * @param attribute what the diagnostic about its peer points at
 */
export function requireRule(
  service: string,
  rule: Options,
  peer: { readonly name: string; readonly type: string; readonly attribute: string },
): void {
  if (peer.type === "CIDR_BLOCK") requireNetwork(service, peer.name, peer.attribute);
  requireOptions(service, rule);
}

/** What VCNs are born with: SSH and the ICMP that path discovery needs come in, everything goes out. */
export function openRules(vcnCidrs: readonly string[]) {
  const rule = { isStateless: false, description: null, tcpOptions: null, udpOptions: null, icmpOptions: null };
  const inward = { ...rule, source: "0.0.0.0/0", sourceType: "CIDR_BLOCK" };
  const ssh = { destinationPortRange: { min: 22, max: 22 }, sourcePortRange: null };
  return {
    ingressSecurityRules: [
      { ...inward, protocol: TCP, tcpOptions: ssh },
      { ...inward, protocol: "1", icmpOptions: { type: 3, code: 4 } },
      ...vcnCidrs.map((source) => ({ ...inward, source, protocol: "1", icmpOptions: { type: 3, code: null } })),
    ],
    egressSecurityRules: [{ ...rule, destination: "0.0.0.0/0", destinationType: "CIDR_BLOCK", protocol: "all" }],
  };
}

/** The provider says every code as -1. */
export function forProvider({ icmpOptions }: Pick<Options, "icmpOptions">) {
  return { icmpOptions: icmpOptions && { ...icmpOptions, code: icmpOptions.code ?? -1 } };
}

/** A rule as packets meet it, whatever it is of. */
export interface SecurityRule extends Options {
  readonly direction: "INGRESS" | "EGRESS";
  /** Source of an ingress rule, destination of an egress rule: a network, or a group's id. */
  readonly peer: string;
  readonly peerType: string;
}

/** Every rule over a VNIC: of its groups, and of its subnet's lists. */
export function securityRulesOf(
  { subnets, networkSecurityGroups, securityLists }: OciTenancy,
  { subnetId, nsgIds }: { readonly subnetId: string; readonly nsgIds: readonly string[] },
): readonly SecurityRule[] {
  const lists = subnets.find(({ id }) => id === subnetId)?.securityListIds ?? [];
  const inward = (rule: z.output<typeof ingressRule>): SecurityRule => ({
    ...rule,
    direction: "INGRESS",
    peer: rule.source,
    peerType: rule.sourceType,
  });
  const outward = (rule: z.output<typeof egressRule>): SecurityRule => ({
    ...rule,
    direction: "EGRESS",
    peer: rule.destination,
    peerType: rule.destinationType,
  });
  return [
    ...networkSecurityGroups
      .filter(({ id }) => nsgIds.includes(id))
      .flatMap(({ rules }) => rules)
      .map((rule) => ({
        ...rule,
        peer: (rule.direction === "INGRESS" ? rule.source : rule.destination) ?? "",
        peerType: (rule.direction === "INGRESS" ? rule.sourceType : rule.destinationType) ?? "",
      })),
    ...securityLists
      .filter(({ id }) => lists.includes(id))
      .flatMap((list) => [...list.ingressSecurityRules.map(inward), ...list.egressSecurityRules.map(outward)]),
  ];
}
