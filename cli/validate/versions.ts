/** Versions as configured: Talos by each machine's own word, Kubernetes by the API server's and the kubelets'. */
import { z } from "zod";
import { fail, type Finding, ok } from "../doctor/finding.ts";
import { messageOf } from "../errors.ts";
import { type Check, flag, type Ground } from "./ground.ts";
import { nodesOf } from "./nodes.ts";

const version = z.object({ gitVersion: z.string() });

/** What to do about a version that is not the config's: deploying sets Kubernetes'; Talos is upgraded machine by machine. */
function advice(ground: Ground, of: "Talos" | "Kubernetes"): string {
  const how = of === "Talos" ? "talosctl upgrade" : `npx cdktf deploy talos${flag(ground)}`;
  return `${how}, or set versions.${of.toLowerCase()} to what runs`;
}

const several = (count: number, what: string): string => `${count} ${what}${count === 1 ? "" : "s"}`;

export const talosVersions: Check = async (ground) => {
  const name = "Talos";
  const wanted = `v${ground.topology.config.versions.talos}`;
  const findings = await Promise.all(
    ground.topology.nodes.map(async ({ name: node }): Promise<readonly Finding[]> => {
      try {
        const found = await ground.talos(node).version();
        return found === wanted
          ? []
          : [fail(name, `${node} runs ${found}, the config says ${wanted}`, advice(ground, name))];
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
    : [ok(name, `${wanted} on ${several(ground.topology.nodes.length, "machine")}, as configured`)];
};

export const kubernetesVersions: Check = async (ground) => {
  const name = "Kubernetes";
  const wanted = `v${ground.topology.config.versions.kubernetes}`;
  const [server, nodes] = await Promise.all([ground.kubernetes.get("/version", version), nodesOf(ground.kubernetes)]);
  const all = [
    { what: "the API server", found: server.gitVersion },
    ...nodes.map(({ metadata, status }) => ({
      what: `the kubelet of ${metadata.name}`,
      found: status.nodeInfo.kubeletVersion,
    })),
  ];
  const problems = all
    .filter(({ found }) => found !== wanted)
    .map(({ what, found }) => fail(name, `${what} is ${found}, the config says ${wanted}`, advice(ground, name)));
  return problems.length > 0
    ? problems
    : [ok(name, `${wanted}: the API server and ${several(nodes.length, "kubelet")}, as configured`)];
};
