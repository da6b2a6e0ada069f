/** Checks the nodes: just those of the config, Ready, in the versions of the config, with the disks and StorageClass that pods need. */
import { z } from "zod";
import type { Kubernetes } from "../../clients/kubernetes.ts";
import { messageOf } from "../../ui/errors.ts";
import { fail, type Finding, ok, warn } from "../../ui/findings.ts";
import { list, plural } from "../../ui/words.ts";
import { type Check, type CheckContext, flag, machineStack, machineStacks } from "./check-context.ts";

const nodeList = z.object({
  items: z.array(
    z.object({
      metadata: z.object({ name: z.string() }),
      status: z.object({
        conditions: z.array(z.object({ type: z.string(), status: z.string(), message: z.string().optional() })),
        nodeInfo: z.object({ kubeletVersion: z.string(), osImage: z.string().optional() }),
      }),
    }),
  ),
});
/** A node, as the API server has it. */
export type KubernetesNode = z.infer<typeof nodeList>["items"][number];

/** The nodes that have joined. @throws Error in one line */
export async function nodesOf(kubernetes: Kubernetes): Promise<readonly KubernetesNode[]> {
  return (await kubernetes.get("/api/v1/nodes", nodeList)).items;
}

/** Null when it is Ready. */
export function trouble({ status }: KubernetesNode): string | null {
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
      return [
        fail(name, `${each} has not joined`, `deploy it: npx cdktf deploy ${machineStacks(context)}${flag(context)}`),
      ];
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
  const how = of === "Talos" ? `npx lab upgrade talos${flag(context)}` : `npx cdktf deploy talos${flag(context)}`;
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

const GIB = 1024 ** 3;
const DEFAULT = "storageclass.kubernetes.io/is-default-class";

const classes = z.object({
  items: z.array(
    z.object({
      metadata: z.object({ name: z.string(), annotations: z.record(z.string(), z.string()).optional() }),
    }),
  ),
});

/** Compares the disk of each machine with the config. */
export const disks: Check = async (context) => {
  const name = "disks";
  const findings = await Promise.all(
    context.topology.nodes.map(async ({ name: node, diskGb }): Promise<readonly Finding[]> => {
      try {
        const bytes = await context.talos(node).systemDiskBytes();
        if (bytes !== null && bytes >= diskGb * GIB) return [];
        const found = bytes === null ? "reports no disk" : `has ${Math.floor(bytes / GIB)} GB`;
        return [
          fail(
            name,
            `${node} ${found}, the config says ${diskGb}`,
            `npx cdktf deploy ${machineStack(context)}${flag(context)}`,
          ),
        ];
      } catch {
        return [warn(name, `${node} does not answer`, "see to its Talos first")];
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
