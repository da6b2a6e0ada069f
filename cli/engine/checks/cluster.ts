/** Runs all checks of a deployed cluster. Each has a deadline of its own, so that one that hangs delays no other. */
import type { ContextsKind } from "../../clients/contexts.ts";
import { type Finding, findingsOf, warn } from "../../ui/findings.ts";
import { apiByTunnel, apiFromOutside, dns } from "./api.ts";
import { certificateFindings, hasEnded } from "./certificates.ts";
import type { Check, CheckContext } from "./check-context.ts";
import { etcd } from "./etcd.ts";
import { disks, kubernetesVersions, nodes, talosVersions, volumes } from "./nodes.ts";
import { openPorts } from "./open-ports.ts";
import { portScan } from "./port-scan.ts";

/** How long one check may take: a few requests of ten seconds, one after the other. */
const PATIENCE_MS = 30_000;

interface Named {
  readonly name: string;
  readonly check: Check;
}

/** What only the API server knows. */
const OF_KUBERNETES: readonly Named[] = [
  { name: "nodes", check: nodes },
  { name: "Kubernetes", check: kubernetesVersions },
  { name: "DNS", check: dns },
  { name: "volumes", check: volumes },
];

interface Other extends Named {
  /** What of ours it takes to ask. */
  readonly as?: ContextsKind;
  /** There is nothing of it where a lab has no account. */
  readonly inCloud?: true;
}

const OTHERS: readonly Other[] = [
  { name: "Talos", check: talosVersions, as: "talosconfig" },
  { name: "etcd", check: etcd, as: "talosconfig" },
  { name: "disks", check: disks, as: "talosconfig" },
  { name: "API from outside", check: apiFromOutside, as: "kubeconfig" },
  { name: "open ports", check: openPorts, inCloud: true },
  { name: "port scan", check: portScan, inCloud: true },
];

const run = (context: CheckContext, { name, check }: Named): Promise<readonly Finding[]> =>
  findingsOf(name, () => check(context), PATIENCE_MS);

/** Runs all of them at once; those that ask the API server wait until it is known to answer. */
export async function validateCluster(context: CheckContext): Promise<readonly Finding[]> {
  const { certificates, now, sandbox } = context;
  const ended = certificates.filter((each) => hasEnded(each, now)).map(({ kind }) => kind);
  const lockedOut = (name: string) => [warn(name, "not looked at", "see to the certificates first")];
  const isHome = context.topology.placement === "existing";
  const others = Promise.all(
    OTHERS.filter(({ inCloud }) => !(inCloud && isHome)).map((each) =>
      each.as && ended.includes(each.as) ? lockedOut(each.name) : run(context, each),
    ),
  );
  const byTunnel: Named = { name: "API by tunnel", check: apiByTunnel };
  const isOut = ended.includes("kubeconfig");
  const api = isOut ? lockedOut(byTunnel.name) : await run(context, byTunnel);
  const answers = api.every(({ status }) => status === "ok");
  const silent = ({ name }: Named) =>
    isOut ? lockedOut(name) : [warn(name, "not looked at", "see to the API server first")];
  const ofKubernetes = answers
    ? await Promise.all(OF_KUBERNETES.map((each) => run(context, each)))
    : OF_KUBERNETES.map(silent);
  return [...certificateFindings(certificates, now, sandbox), ...api, ...ofKubernetes.flat(), ...(await others).flat()];
}
