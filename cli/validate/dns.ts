/** Names inside of the cluster: that CoreDNS is there to be asked. */
import { z } from "zod";
import { fail, ok } from "../doctor/finding.ts";
import type { Check } from "./ground.ts";

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
