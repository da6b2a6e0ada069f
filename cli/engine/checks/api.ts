/** Checks the API server, through its tunnel and through the load balancer, and the cluster's DNS. */
import { z } from "zod";
import { kubernetesAt } from "../../clients/kubernetes.ts";
import { messageOf } from "../../ui/errors.ts";
import { fail, ok } from "../../ui/findings.ts";
import type { Check, CheckContext } from "./check-context.ts";

const version = z.object({ gitVersion: z.string() });

/** Whether the API server answers at its tunnel. */
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

/** What is outside of the sandbox cannot be reached from here, but the certificate that is shown there can be looked at. */
async function byTunnelInItsName({ admin, topology }: CheckContext): Promise<void> {
  const way = { host: "127.0.0.1", port: topology.cluster.apiPort, as: admin.server.hostname };
  await kubernetesAt(admin, way).get("/version", version);
}

/** Whether it answers at the address that the kubeconfig names. */
export const apiFromOutside: Check = async (context) => {
  const isHome = context.topology.placement === "existing";
  const name = isHome ? "API by VIP" : "API by NLB";
  const { server } = context.admin;
  try {
    if (context.sandbox) {
      await byTunnelInItsName(context);
      return [
        ok(
          name,
          `the certificate holds ${server.hostname}; nobody went there, as the sandbox's addresses lead nowhere`,
        ),
      ];
    }
    const way = { host: server.hostname, port: Number(server.port || 443) };
    await kubernetesAt(context.admin, way).get("/version", version);
    return [ok(name, `${server.origin} answers, with the cluster's own certificate`)];
  } catch (error) {
    const advice = context.sandbox
      ? "npx cdktf deploy talos --sandbox puts the address into the certificate"
      : isHome
        ? "see that you are in proxmox.network.cidr, or reach it, and that a control plane runs"
        : "see that you come from one of access.adminCidrs, and the backends' health in the console";
    return [fail(name, `${server.origin}: ${messageOf(error)}`, advice)];
  }
};

const deployment = z.object({
  spec: z.object({ replicas: z.number() }),
  status: z.object({ availableReplicas: z.number().default(0) }),
});
const slices = z.object({
  items: z.array(
    z.object({ endpoints: z.array(z.object({ conditions: z.object({ ready: z.boolean().optional() }) })).nullish() }),
  ),
});

const COREDNS = "/apis/apps/v1/namespaces/kube-system/deployments/coredns";
const ENDPOINTS =
  "/apis/discovery.k8s.io/v1/namespaces/kube-system/endpointslices?labelSelector=kubernetes.io%2Fservice-name%3Dkube-dns";

/** Whether CoreDNS runs, and kube-dns leads to it. */
export const dns: Check = async ({ kubernetes }) => {
  const name = "DNS";
  const [{ spec, status }, { items }] = await Promise.all([
    kubernetes.get(COREDNS, deployment),
    kubernetes.get(ENDPOINTS, slices),
  ]);
  // An endpoint that does not say counts as ready (discovery.k8s.io/v1, EndpointConditions).
  const ready = items
    .flatMap(({ endpoints }) => endpoints ?? [])
    .filter(({ conditions }) => conditions.ready !== false);
  const found = `CoreDNS has ${status.availableReplicas} of ${spec.replicas} replicas, kube-dns ${ready.length} endpoints`;
  const advice = "kubectl -n kube-system describe pods -l k8s-app=kube-dns says why";
  if (status.availableReplicas === 0 || ready.length === 0) return [fail(name, found, advice)];
  return [ok(name, `${found}; no name was looked up, which would take a pod`)];
};
