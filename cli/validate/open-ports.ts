/** What the account lets in: the rules of the security groups and lists, against those of the plan. */
import { z } from "zod";
import type { SecurityGroup, Topology } from "../../topology/types.ts";
import { fail, type Finding, ok, warn } from "../doctor/finding.ts";
import { isForbidden, type Oci } from "../oci/client.ts";
import type { State } from "../terraform/state.ts";
import { type Check, flag } from "./ground.ts";
import { difference, type Groups, planned, present, rule } from "./rules.ts";

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

export const openPorts: Check = async (ground) => {
  const { account, topology, oci } = ground;
  if ("unasked" in account)
    return [warn(NAME, `the account's rules were not looked at: ${account.unasked}`, account.advice)];
  const groups = groupsOf(topology, oci);
  const deploy = `npx cdktf deploy oci${flag(ground)}`;
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
