/** The controllers: each does a step, until none has anything left to do. */
import type { Cluster } from "../store/cluster.ts";
import { budgets } from "./budgets.ts";
import { daemonSets } from "./daemonsets.ts";
import { definitions } from "./definitions.ts";
import { deployments } from "./deployments.ts";
import { garbage } from "./garbage.ts";
import { cronJobs, jobs } from "./jobs.ts";
import { kubelets } from "./kubelet.ts";
import { manifests } from "./manifests.ts";
import { namespaces } from "./namespaces.ts";
import { nodes } from "./nodes.ts";
import { replicaSets } from "./replicasets.ts";
import { scheduler } from "./scheduler.ts";
import { services } from "./services.ts";
import { statefulSets } from "./statefulsets.ts";
import { volumes } from "./volumes.ts";

const CONTROLLERS: readonly ((cluster: Cluster) => void)[] = [
  nodes,
  manifests,
  definitions,
  namespaces,
  deployments,
  replicaSets,
  daemonSets,
  statefulSets,
  jobs,
  cronJobs,
  volumes,
  scheduler,
  kubelets,
  services,
  budgets,
  garbage,
];

/** A rollout of many pods takes a round for each step; what takes more goes round in circles. */
const ROUNDS = 500;

/** What they came to rest at. */
const rests = new WeakMap<object, string>();

/** All that they go by; nodes have the time in them, by the second. */
function seen({ store, version, networkPlugin, hasKubeProxy, machines }: Cluster): string {
  return JSON.stringify([store.revision, store.now, version, networkPlugin, hasKubeProxy, machines]);
}

/** Lets the controllers work until nothing changes. */
export function settle(cluster: Cluster): void {
  const { store } = cluster;
  if (rests.get(store.identity) === seen(cluster)) return;
  for (let round = 0; round < ROUNDS; round++) {
    const before = store.revision;
    for (const controller of CONTROLLERS) controller(cluster);
    if (store.revision === before) return void rests.set(store.identity, seen(cluster));
  }
  throw new Error(`the controllers of the sandbox's cluster do not come to rest after ${ROUNDS} rounds`);
}
