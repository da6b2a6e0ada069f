/** All checks of a deployed cluster, each with an end of its own: what is broken must not keep the others from telling. */
import { type Finding, findingsOf, warn } from "../doctor/finding.ts";
import { apiByLoadBalancer, apiByTunnel } from "./api.ts";
import { dns } from "./dns.ts";
import { etcd } from "./etcd.ts";
import type { Check, Ground } from "./ground.ts";
import { knocking } from "./knock.ts";
import { nodes } from "./nodes.ts";
import { openPorts } from "./open-ports.ts";
import { disks, volumes } from "./storage.ts";
import { kubernetesVersions, talosVersions } from "./versions.ts";

/** How long one check may take: a few requests of ten seconds, one after the other. */
const PATIENCE_MS = 30_000;

interface Named {
  readonly name: string;
  readonly check: Check;
}

/** What only the API server can tell. */
const OF_KUBERNETES: readonly Named[] = [
  { name: "nodes", check: nodes },
  { name: "Kubernetes", check: kubernetesVersions },
  { name: "DNS", check: dns },
  { name: "volumes", check: volumes },
];

const OTHERS: readonly Named[] = [
  { name: "Talos", check: talosVersions },
  { name: "etcd", check: etcd },
  { name: "disks", check: disks },
  { name: "API by NLB", check: apiByLoadBalancer },
  { name: "open ports", check: openPorts },
  { name: "knocking", check: knocking },
];

const run = (ground: Ground, { name, check }: Named): Promise<readonly Finding[]> =>
  findingsOf(name, () => check(ground), PATIENCE_MS);

export async function validateCluster(ground: Ground): Promise<readonly Finding[]> {
  const others = Promise.all(OTHERS.map((each) => run(ground, each)));
  const api = await run(ground, { name: "API by tunnel", check: apiByTunnel });
  const answers = api.every(({ status }) => status === "ok");
  const silent = ({ name }: Named) => [warn(name, "not looked at", "see to the API server first")];
  const ofKubernetes = answers
    ? await Promise.all(OF_KUBERNETES.map((each) => run(ground, each)))
    : OF_KUBERNETES.map(silent);
  return [...api, ...ofKubernetes.flat(), ...(await others).flat()];
}
