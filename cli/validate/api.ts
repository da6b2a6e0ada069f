/** The ways to the API server: the tunnel, and the load balancer that the kubeconfig names. */
import { z } from "zod";
import { fail, ok } from "../doctor/finding.ts";
import { messageOf } from "../errors.ts";
import type { Check, Ground } from "./ground.ts";
import { kubernetesAt } from "./kubernetes.ts";

const version = z.object({ gitVersion: z.string() });

export const apiByTunnel: Check = async ({ topology, kubernetes }) => {
  const name = "API by tunnel";
  const where = `https://127.0.0.1:${topology.cluster.apiPort}`;
  try {
    const { gitVersion } = await kubernetes.get("/version", version);
    return [ok(name, `${where} answers, ${gitVersion}, with the cluster's own certificate`)];
  } catch (error) {
    return [
      fail(
        name,
        `${where}: ${messageOf(error)}`,
        "see whether a control plane runs: npx lab tunnel opens Talos and Proxmox",
      ),
    ];
  }
};

/** The load balancer of the sandbox cannot be reached, but the certificate that it would pass on can be looked at. */
async function byTunnelInItsName({ admin, topology }: Ground): Promise<void> {
  const way = { host: "127.0.0.1", port: topology.cluster.apiPort, as: admin.server.hostname };
  await kubernetesAt(admin, way).get("/version", version);
}

export const apiByLoadBalancer: Check = async (ground) => {
  const name = "API by NLB";
  const { server } = ground.admin;
  try {
    if (ground.sandbox) {
      await byTunnelInItsName(ground);
      return [
        ok(
          name,
          `the certificate holds ${server.hostname}; nobody went there, as the sandbox's addresses lead nowhere`,
        ),
      ];
    }
    const way = { host: server.hostname, port: Number(server.port || 443) };
    await kubernetesAt(ground.admin, way).get("/version", version);
    return [ok(name, `${server.origin} answers, with the cluster's own certificate`)];
  } catch (error) {
    const advice = ground.sandbox
      ? "npx cdktf deploy talos --sandbox puts the address into the certificate"
      : "see that you come from one of access.adminCidrs, and the backends' health in the console";
    return [fail(name, `${server.origin}: ${messageOf(error)}`, advice)];
  }
};
