/** Takes pods off a node before it reboots, and lets pods on it again, as `kubectl drain` and `uncordon` do. */
import { z } from "zod";
import { type KubernetesWriter, Refused } from "../../clients/kubernetes.ts";
import { CliError } from "../../ui/errors.ts";
import { waitUntil } from "../../ui/wait.ts";
import { list, plural } from "../../ui/words.ts";

/** Marks a node that an upgrade of ours has cordoned: only that is uncordoned again. */
export const CORDONED_BY_US = "ampere-lab/cordoned-by";

const nodeSchema = z.object({
  metadata: z.object({ name: z.string(), annotations: z.record(z.string(), z.string()).default({}) }),
  spec: z.object({
    unschedulable: z.boolean().default(false),
    taints: z.array(z.object({ effect: z.string() })).default([]),
  }),
});
const nodeList = z.object({ items: z.array(nodeSchema) });

const podList = z.object({
  items: z.array(
    z.object({
      metadata: z.object({
        name: z.string(),
        namespace: z.string(),
        annotations: z.record(z.string(), z.string()).default({}),
        ownerReferences: z.array(z.object({ kind: z.string() })).default([]),
      }),
      status: z.object({ phase: z.string() }),
    }),
  ),
});
type Pod = z.infer<typeof podList>["items"][number];

/** How long pods may take to go, and how often to look. */
export interface DrainPatience {
  readonly drainMs: number;
  readonly pollMs: number;
  readonly signal: AbortSignal;
}

const pathOf = (node: string): string => `/api/v1/nodes/${node}`;

/** Whether a pod could go to another node. */
export async function hasAnotherNode(kubernetes: KubernetesWriter, node: string): Promise<boolean> {
  const { items } = await kubernetes.get("/api/v1/nodes", nodeList);
  const takesNone = ["NoSchedule", "NoExecute"];
  return items.some(
    ({ metadata, spec }) =>
      metadata.name !== node && !spec.unschedulable && !spec.taints.some(({ effect }) => takesNone.includes(effect)),
  );
}

/** Lets no new pods on a node. One that somebody else has cordoned stays theirs. */
export async function cordon(kubernetes: KubernetesWriter, node: string): Promise<void> {
  const { spec } = await kubernetes.get(pathOf(node), nodeSchema);
  if (spec.unschedulable) return;
  const annotations = { [CORDONED_BY_US]: "lab-upgrade" };
  await kubernetes.merge(pathOf(node), { metadata: { annotations }, spec: { unschedulable: true } });
}

/** Lets pods on it again, where it was us who cordoned it. @returns whether it was */
export async function uncordon(kubernetes: KubernetesWriter, node: string): Promise<boolean> {
  const { metadata } = await kubernetes.get(pathOf(node), nodeSchema);
  if (!(CORDONED_BY_US in metadata.annotations)) return false;
  const annotations = { [CORDONED_BY_US]: null };
  await kubernetes.merge(pathOf(node), { metadata: { annotations }, spec: { unschedulable: null } });
  return true;
}

/** What goes: not what the node itself runs, nor what a DaemonSet would put there again, nor what has ended. */
function leaves({ metadata, status }: Pod): boolean {
  if ("kubernetes.io/config.mirror" in metadata.annotations) return false;
  if (metadata.ownerReferences.some(({ kind }) => kind === "DaemonSet")) return false;
  return !["Succeeded", "Failed"].includes(status.phase);
}

/**
 * Evicts the pods of a node and waits until they are gone.
 *
 * @throws CliError at the deadline: which pods are still there, and which PodDisruptionBudget holds them
 */
export async function drain(kubernetes: KubernetesWriter, node: string, patience: DrainPatience): Promise<void> {
  const { drainMs, pollMs, signal } = patience;
  let left: readonly Pod[] = [];
  const held = new Map<string, string>();
  const isEmpty = async (): Promise<boolean> => {
    const { items } = await kubernetes.get(`/api/v1/pods?fieldSelector=spec.nodeName%3D${node}`, podList);
    left = items.filter(leaves);
    held.clear();
    for (const { metadata } of left) {
      const { name, namespace } = metadata;
      const why = await evict(kubernetes, namespace, name);
      if (why !== null) held.set(`${namespace}/${name}`, why);
    }
    return left.length === 0;
  };
  if (await waitUntil(isEmpty, { pollMs, patienceMs: drainMs, signal })) return;
  const names = list(left.map(({ metadata }) => `${metadata.namespace}/${metadata.name}`));
  const budgets = [...new Set(held.values())].map((why) => `; ${why}`).join("");
  throw new CliError(
    `${node}: ${plural(left.length, "pod")} still there after ${drainMs / 1000} s: ${names}${budgets}; ` +
      "to do: give the workload another replica or change its budget, then run this again",
  );
}

/** @returns why it is held back; null where it goes */
async function evict(kubernetes: KubernetesWriter, namespace: string, name: string): Promise<string | null> {
  const eviction = { apiVersion: "policy/v1", kind: "Eviction", metadata: { name, namespace } };
  try {
    await kubernetes.create(`/api/v1/namespaces/${namespace}/pods/${name}/eviction`, eviction);
    return null;
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    if (error.status === 404) return null;
    if (error.status === 429) return error.why;
    throw error;
  }
}
