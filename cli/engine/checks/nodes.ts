/** Checks the nodes: just those of the config, Ready, and in the versions of the config. */
import { z } from "zod";
import type { Kubernetes } from "../../clients/kubernetes.ts";
import { messageOf } from "../../ui/errors.ts";
import { fail, type Finding, ok } from "../../ui/findings.ts";
import { list, plural } from "../../ui/words.ts";
import { type Check, type CheckContext, flag } from "./check-context.ts";

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
type KubernetesNode = z.infer<typeof nodeList>["items"][number];

async function nodesOf(kubernetes: Kubernetes): Promise<readonly KubernetesNode[]> {
  return (await kubernetes.get("/api/v1/nodes", nodeList)).items;
}

/** Null when it is Ready. */
function trouble({ status }: KubernetesNode): string | null {
  const ready = status.conditions.find(({ type }) => type === "Ready");
  if (ready?.status === "True") return null;
  return ready?.message ?? "it has not reported yet";
}

/** Compares the nodes that have joined with those of the config. */
export const nodes: Check = async (context) => {
  const name = "nodes";
  const found = new Map((await nodesOf(context.kubernetes)).map((node) => [node.metadata.name, node]));
  const wanted = context.topology.nodes.map((node) => node.name);
  const problems = wanted.flatMap((each): Finding[] => {
    const node = found.get(each);
    if (node === undefined)
      return [fail(name, `${each} has not joined`, `deploy it: npx cdktf deploy proxmox talos${flag(context)}`)];
    const why = trouble(node);
    return why === null ? [] : [fail(name, `${each} is not Ready: ${why}`, `kubectl describe node ${each} says more`)];
  });
  const strange = [...found.keys()].filter((each) => !wanted.includes(each));
  for (const each of strange)
    problems.push(fail(name, `${each} is none of the config's`, `if it was taken out: kubectl delete node ${each}`));
  return problems.length > 0 ? problems : [ok(name, `${list(wanted)}: all Ready, and all that the config names`)];
};

const version = z.object({ gitVersion: z.string() });

/** What to do about a version that is not the config's: deploying sets Kubernetes'; Talos is upgraded machine by machine. */
function advice(context: CheckContext, of: "Talos" | "Kubernetes"): string {
  const how = of === "Talos" ? "talosctl upgrade" : `npx cdktf deploy talos${flag(context)}`;
  return `${how}, or set versions.${of.toLowerCase()} to what runs`;
}

/** Compares each machine's Talos with the config. */
export const talosVersions: Check = async (context) => {
  const name = "Talos";
  const wanted = `v${context.topology.config.versions.talos}`;
  const findings = await Promise.all(
    context.topology.nodes.map(async ({ name: node }): Promise<readonly Finding[]> => {
      try {
        const found = await context.talos(node).version();
        return found === wanted
          ? []
          : [fail(name, `${node} runs ${found}, the config says ${wanted}`, advice(context, name))];
      } catch (error) {
        return [
          fail(
            name,
            `${node} does not answer: ${messageOf(error)}`,
            "see whether its virtual machine runs: npx lab tunnel opens Proxmox",
          ),
        ];
      }
    }),
  );
  const problems = findings.flat();
  return problems.length > 0
    ? problems
    : [ok(name, `${wanted} on ${plural(context.topology.nodes.length, "machine")}, as configured`)];
};

/** Compares the API server and the kubelets with the config. */
export const kubernetesVersions: Check = async (context) => {
  const name = "Kubernetes";
  const wanted = `v${context.topology.config.versions.kubernetes}`;
  const [server, nodes] = await Promise.all([context.kubernetes.get("/version", version), nodesOf(context.kubernetes)]);
  const all = [
    { what: "the API server", found: server.gitVersion },
    ...nodes.map(({ metadata, status }) => ({
      what: `the kubelet of ${metadata.name}`,
      found: status.nodeInfo.kubeletVersion,
    })),
  ];
  const problems = all
    .filter(({ found }) => found !== wanted)
    .map(({ what, found }) => fail(name, `${what} is ${found}, the config says ${wanted}`, advice(context, name)));
  return problems.length > 0
    ? problems
    : [ok(name, `${wanted}: the API server and ${plural(nodes.length, "kubelet")}, as configured`)];
};
