/** Compares the rules of security groups and lists in the account with those of the plan. */
import { z } from "zod";
import type { Peer, SecurityGroup, SecurityRule, Topology } from "../../../topology/types.ts";
import { isForbidden, type Oci } from "../../clients/oci.ts";
import { fail, type Finding, ok, warn } from "../../ui/findings.ts";
import type { State } from "../state/state.ts";
import { type Check, flag } from "./check-context.ts";

const NAME = "open ports";

const subnet = z.object({ securityListIds: z.array(z.string()) });
const securityList = z.object({ displayName: z.string(), ingressSecurityRules: z.array(z.unknown()) });
const member = z.object({ vnicId: z.string() });
const vnic = z.object({ displayName: z.string().nullish(), nsgIds: z.array(z.string()).nullish() });

function groupsOf({ config, securityRules }: Topology, { resources }: State): Groups {
  return new Map(
    [...new Set(securityRules.map(({ group }) => group))].flatMap((group) => {
      const made = resources.find(
        ({ type, attributes }) =>
          type === "oci_core_network_security_group" && attributes["display_name"] === `${config.name}-${group}`,
      );
      return made?.id ? [[group, made.id] as const] : [];
    }),
  );
}

async function ofGroup(account: Oci, group: SecurityGroup, id: string, groups: Groups, plan: Topology, deploy: string) {
  const found = await account.list("network", `/20160918/networkSecurityGroups/${id}/securityRules`, rule);
  const ours = plan.securityRules.filter((each) => each.group === group);
  const { extra, missing } = difference(ours, found, groups);
  return [
    ...extra.map((each) =>
      fail(
        NAME,
        `${group}: ${present(each, groups)}, which the plan does not know`,
        `remove the rule ${each.id ?? ""} from ${plan.config.name}-${group} in the console`,
      ),
    ),
    ...missing.map((each) => fail(NAME, `${group}: ${planned(each)} is closed (${each.why})`, deploy)),
  ];
}

/** A security list lets in beside the groups; the lab's own is empty. */
async function ofLists(account: Oci, { resources }: State): Promise<readonly Finding[]> {
  const subnets = resources.filter(({ type }) => type === "oci_core_subnet").flatMap(({ id }) => id ?? []);
  const found = await Promise.all(subnets.map((id) => account.get("network", `/20160918/subnets/${id}`, subnet)));
  const ids = [...new Set(found.flatMap(({ securityListIds }) => securityListIds))];
  const lists = await Promise.all(
    ids.map((id) => account.get("network", `/20160918/securityLists/${id}`, securityList)),
  );
  return lists
    .filter(({ ingressSecurityRules }) => ingressSecurityRules.length > 0)
    .map(({ displayName, ingressSecurityRules }) =>
      fail(
        NAME,
        `security list ${displayName} lets in by rules of its own: ${ingressSecurityRules.length}`,
        "empty it, or take it off the subnet",
      ),
    );
}

/** Null for what the service keeps to itself, as the load balancer's own VNIC. */
async function visible<T>(answer: Promise<T>): Promise<T | null> {
  try {
    return await answer;
  } catch (error) {
    if (isForbidden(error)) return null;
    throw error;
  }
}

/** A group that is not the lab's opens what it likes on whoever is put into it. */
async function ofVnics(account: Oci, groups: Groups): Promise<readonly Finding[]> {
  const ours = [...groups.values()];
  const members = await Promise.all(
    ours.map((id) => account.list("network", `/20160918/networkSecurityGroups/${id}/vnics`, member)),
  );
  const ids = [...new Set(members.flat().map(({ vnicId }) => vnicId))];
  const vnics = await Promise.all(ids.map((id) => visible(account.get("network", `/20160918/vnics/${id}`, vnic))));
  return vnics.flatMap((found) => {
    const { displayName, nsgIds } = found ?? {};
    const strange = (nsgIds ?? []).filter((id) => !ours.includes(id));
    return strange.map((id) =>
      fail(
        NAME,
        `${displayName ?? "a host"} is in the security group ${id} as well, which is not the lab's`,
        "take it out in the console",
      ),
    );
  });
}

/** Compares what the account lets in with the rules of the plan. */
export const openPorts: Check = async (context) => {
  const { account, topology, oci } = context;
  if ("unasked" in account)
    return [warn(NAME, `the account's rules were not looked at: ${account.unasked}`, account.advice)];
  const groups = groupsOf(topology, oci);
  const deploy = `npx cdktf deploy oci${flag(context)}`;
  const gone = [...new Set(topology.securityRules.map(({ group }) => group))].filter((group) => !groups.has(group));
  const findings = await Promise.all([
    ...gone.map((group) => [fail(NAME, `there is no security group ${topology.config.name}-${group}`, deploy)]),
    ...[...groups].map(([group, id]) => ofGroup(account, group, id, groups, topology, deploy)),
    ofLists(account, oci),
    ofVnics(account, groups),
  ]);
  const problems = findings.flat();
  if (problems.length > 0) return problems;
  return [ok(NAME, `the account lets in by the plan's ${topology.securityRules.length} rules, and by no other`)];
};

/** Ids of the lab's security groups, by what the plan calls them. */
type Groups = ReadonlyMap<SecurityGroup, string>;

const range = z.object({ min: z.number(), max: z.number() }).nullish();
const options = z.object({ destinationPortRange: range, sourcePortRange: range }).nullish();
const rule = z.object({
  id: z.string().nullish(),
  direction: z.enum(["INGRESS", "EGRESS"]),
  protocol: z.string(),
  source: z.string().nullish(),
  destination: z.string().nullish(),
  tcpOptions: options,
  udpOptions: options,
  icmpOptions: z.object({ type: z.number(), code: z.number().nullish() }).nullish(),
});
type Rule = z.infer<typeof rule>;

/** IANA protocol numbers, as OCI has them. */
const PROTOCOLS: Readonly<Record<string, string>> = { "1": "icmp", "6": "tcp", "17": "udp", all: "all" };

/** One line that is the same for two rules that let the same pass. */
function describe(direction: string, protocol: string, ports: string, peer: string): string {
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
function planned({ direction, protocol, ports, icmp, peer }: SecurityRule): string {
  const what = icmp ? `${icmp.type}/${icmp.code}` : ports ? portsOf({ min: ports.from, max: ports.to }) : "";
  return describe(direction, protocol, what, peerOfPlan(peer));
}

/** The same of a rule that the account has. */
function present({ direction, protocol, tcpOptions, udpOptions, icmpOptions, ...ends }: Rule, groups: Groups): string {
  const transport = tcpOptions ?? udpOptions;
  const destination = transport?.destinationPortRange ? portsOf(transport.destinationPortRange) : "";
  const source = transport?.sourcePortRange ? `sent from port ${portsOf(transport.sourcePortRange)}` : "";
  const icmp = icmpOptions ? `${icmpOptions.type}/${icmpOptions.code ?? "any"}` : "";
  const peer = (direction === "INGRESS" ? ends.source : ends.destination) ?? "nobody";
  const named = [...groups].find(([, id]) => id === peer)?.[0] ?? peer;
  return describe(
    direction,
    PROTOCOLS[protocol] ?? `protocol ${protocol}`,
    [icmp, destination, source].filter((each) => each !== "").join(" "),
    named,
  );
}

/** Rules that one side has and the other has not. */
function difference(
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
