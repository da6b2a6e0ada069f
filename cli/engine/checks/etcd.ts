/** Checks etcd: one member a control plane, one leader, no alarms. */
import type { MachinePlan } from "../../../topology/types.ts";
import type { EtcdMember, EtcdStatus, TalosMachine } from "../../clients/talos.ts";
import { messageOf } from "../../ui/errors.ts";
import { fail, type Finding, ok } from "../../ui/findings.ts";
import { list, plural } from "../../ui/words.ts";
import { type Check, flag, machineStacks } from "./check-context.ts";

const NAME = "etcd";

interface MemberResponse {
  readonly node: string;
  /** As talosctl wants it. */
  readonly address: string;
  readonly members: readonly EtcdMember[];
  readonly status: EtcdStatus;
}

async function ask({ name: node, address }: MachinePlan, machine: TalosMachine): Promise<MemberResponse | Finding> {
  try {
    const [members, status] = await Promise.all([machine.etcdMembers(), machine.etcdStatus()]);
    return { node, address, members, status };
  } catch (error) {
    return fail(NAME, `${node} does not answer: ${messageOf(error)}`, `talosctl -n ${address} service etcd says more`);
  }
}

/** What is wrong with the members as one of them lists them. */
function membership(
  { node, address, members }: MemberResponse,
  wanted: readonly string[],
  deploy: string,
): readonly Finding[] {
  const names = members.map(({ hostname }) => hostname);
  const problems = wanted
    .filter((each) => !names.includes(each))
    .map((each) => fail(NAME, `${each} is no member: ${node} lists ${list(names)}`, deploy));
  const strange = members.filter(({ hostname }) => !wanted.includes(hostname));
  for (const { hostname, id } of strange)
    problems.push(
      fail(
        NAME,
        `${hostname} is a member, and no control plane of the config`,
        `talosctl -n ${address} etcd remove-member ${id}`,
      ),
    );
  for (const { hostname, isLearner } of members)
    if (isLearner) problems.push(fail(NAME, `${hostname} only learns, and has no vote yet`, "look again in a while"));
  return problems;
}

/** Compares its members with the control planes of the config. */
export const etcd: Check = async (context) => {
  const planes = context.topology.nodes.filter(({ role }) => role === "control-plane");
  const wanted = planes.map(({ name }) => name);
  const all = await Promise.all(planes.map((node) => ask(node, context.talos(node.name))));
  const responses = all.flatMap((each) => ("members" in each ? [each] : []));
  const problems = all.flatMap((each) => ("members" in each ? [] : [each]));
  const [first] = responses;
  if (first !== undefined)
    problems.push(...membership(first, wanted, `npx cdktf deploy ${machineStacks(context)}${flag(context)}`));
  for (const { node, address, status } of responses) {
    if (status.leader === "0")
      problems.push(fail(NAME, `${node} knows no leader`, "bring the other control planes up"));
    for (const each of status.errors)
      problems.push(
        fail(NAME, `${node} raises an alarm: ${each}`, `talosctl -n ${address} etcd status, then etcd alarm disarm`),
      );
  }
  const leaders = new Set(responses.map(({ status }) => status.leader).filter((id) => id !== "0"));
  if (leaders.size > 1) problems.push(fail(NAME, "its members follow different leaders", "look again in a moment"));
  if (problems.length > 0) return problems;
  const leader = first?.members.find(({ id }) => leaders.has(id))?.hostname;
  return [ok(NAME, `${plural(wanted.length, "member")}, no alarm; ${leader} leads`)];
};
