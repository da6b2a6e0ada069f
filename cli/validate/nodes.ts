/** The nodes of the cluster: just those of the config, and Ready. */
import { z } from "zod";
import { fail, type Finding, ok } from "../doctor/finding.ts";
import { list } from "../show/words.ts";
import { type Check, flag } from "./ground.ts";
import type { Kubernetes } from "./kubernetes.ts";

const nodeList = z.object({
  items: z.array(
    z.object({
      metadata: z.object({ name: z.string() }),
      status: z.object({
        conditions: z.array(z.object({ type: z.string(), status: z.string(), message: z.string().optional() })),
        nodeInfo: z.object({ kubeletVersion: z.string() }),
      }),
    }),
  ),
});
export type KubernetesNode = z.infer<typeof nodeList>["items"][number];

export async function nodesOf(kubernetes: Kubernetes): Promise<readonly KubernetesNode[]> {
  return (await kubernetes.get("/api/v1/nodes", nodeList)).items;
}

/** Null when it is Ready. */
function trouble({ status }: KubernetesNode): string | null {
  const ready = status.conditions.find(({ type }) => type === "Ready");
  if (ready?.status === "True") return null;
  return ready?.message ?? "it has not reported yet";
}

export const nodes: Check = async (ground) => {
  const name = "nodes";
  const found = new Map((await nodesOf(ground.kubernetes)).map((node) => [node.metadata.name, node]));
  const wanted = ground.topology.nodes.map((node) => node.name);
  const problems = wanted.flatMap((each): Finding[] => {
    const node = found.get(each);
    if (node === undefined)
      return [fail(name, `${each} has not joined`, `deploy it: npx cdktf deploy proxmox talos${flag(ground)}`)];
    const why = trouble(node);
    return why === null ? [] : [fail(name, `${each} is not Ready: ${why}`, `kubectl describe node ${each} says more`)];
  });
  const strange = [...found.keys()].filter((each) => !wanted.includes(each));
  for (const each of strange)
    problems.push(fail(name, `${each} is none of the config's`, `if it was taken out: kubectl delete node ${each}`));
  return problems.length > 0 ? problems : [ok(name, `${list(wanted)}: all Ready, and all that the config names`)];
};
