/** etcd: as many members as there are control planes, one leader, no alarms. */
import { z } from "zod";
import type { NodePlan } from "../../../topology/types.ts";
import type { EtcdMember, EtcdStatus, TalosMachine } from "../../clients/talos.ts";
import { messageOf } from "../../ui/errors.ts";
import { fail, type Finding, ok, warn } from "../../ui/findings.ts";
import { list } from "../../ui/words.ts";
import { type Check, flag } from "./check-context.ts";

const NAME = "etcd";

interface Told {
  readonly node: string;
  /** As talosctl wants it. */
  readonly address: string;
  readonly members: readonly EtcdMember[];
  readonly status: EtcdStatus;
}

async function ask({ name: node, address }: NodePlan, machine: TalosMachine): Promise<Told | Finding> {
  try {
    const [members, status] = await Promise.all([machine.etcdMembers(), machine.etcdStatus()]);
    return { node, address, members, status };
  } catch (error) {
    return fail(NAME, `${node} does not tell: ${messageOf(error)}`, `talosctl -n ${address} service etcd says more`);
  }
}

/** What is wrong with the members as one of them lists them. */
function membership({ node, address, members }: Told, wanted: readonly string[], deploy: string): readonly Finding[] {
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

export const etcd: Check = async (context) => {
  const planes = context.topology.nodes.filter(({ role }) => role === "control-plane");
  const wanted = planes.map(({ name }) => name);
  const asked = await Promise.all(planes.map((node) => ask(node, context.talos(node.name))));
  const told = asked.flatMap((each) => ("members" in each ? [each] : []));
  const problems = asked.flatMap((each) => ("members" in each ? [] : [each]));
  const [first] = told;
  if (first !== undefined)
    problems.push(...membership(first, wanted, `npx cdktf deploy proxmox talos${flag(context)}`));
  for (const { node, address, status } of told) {
    if (status.leader === "0")
      problems.push(fail(NAME, `${node} knows no leader`, "bring the other control planes up"));
    for (const each of status.errors)
      problems.push(
        fail(NAME, `${node} raises an alarm: ${each}`, `talosctl -n ${address} etcd status, then etcd alarm disarm`),
      );
  }
  const leaders = new Set(told.map(({ status }) => status.leader).filter((id) => id !== "0"));
  if (leaders.size > 1) problems.push(fail(NAME, "its members follow different leaders", "look again in a moment"));
  if (problems.length > 0) return problems;
  const leader = first?.members.find(({ id }) => leaders.has(id))?.hostname;
  return [ok(NAME, `${wanted.length === 1 ? "1 member" : `${wanted.length} members`}, no alarm; ${leader} leads`)];
};

// Where data is kept: each machine's own disk, and what gives pods their volumes.

const GIB = 1024 ** 3;
const DEFAULT = "storageclass.kubernetes.io/is-default-class";

const classes = z.object({
  items: z.array(
    z.object({
      metadata: z.object({ name: z.string(), annotations: z.record(z.string(), z.string()).optional() }),
    }),
  ),
});

export const disks: Check = async (context) => {
  const name = "disks";
  const findings = await Promise.all(
    context.topology.nodes.map(async ({ name: node, diskGb }): Promise<readonly Finding[]> => {
      try {
        const bytes = await context.talos(node).systemDiskBytes();
        if (bytes !== null && bytes >= diskGb * GIB) return [];
        const found = bytes === null ? "tells of no disk" : `has ${Math.floor(bytes / GIB)} GB`;
        return [fail(name, `${node} ${found}, the config says ${diskGb}`, `npx cdktf deploy proxmox${flag(context)}`)];
      } catch {
        return [warn(name, `${node} does not tell`, "see to its Talos first")];
      }
    }),
  );
  const problems = findings.flat();
  if (problems.length > 0) return problems;
  return [ok(name, list(context.topology.nodes.map((node) => `${node.name} ${node.diskGb} GB`)))];
};

/** The lab installs no StorageClass: what to take depends on what for. */
export const volumes: Check = async ({ kubernetes }) => {
  const name = "volumes";
  const { items } = await kubernetes.get("/apis/storage.k8s.io/v1/storageclasses", classes);
  const all = items.map(({ metadata }) => metadata);
  if (all.length === 0)
    return [
      warn(
        name,
        "there is no StorageClass, and the lab brings none",
        "where a pod is to have a volume, install one, such as local-path-provisioner",
      ),
    ];
  const standard = all.find(({ annotations }) => annotations?.[DEFAULT] === "true");
  const names = list(all.map((each) => each.name));
  if (standard === undefined)
    return [warn(name, `${names}, none of them the default`, `annotate one with ${DEFAULT}=true`)];
  return [ok(name, `StorageClass ${names}; the default is ${standard.name}`)];
};
