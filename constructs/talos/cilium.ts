/**
 * Cilium by a job that Talos applies when it bootstraps the cluster: its chart, rendered, would not fit into the 32 KB of metadata
 * that an instance may have (docs.siderolabs.com, Deploy Cilium CNI; docs/kubernetes.md says why not otherwise).
 */
import { stringify } from "yaml";

/** Cilium, and what installs it: cilium-cli 0.19 installs 1.17 and newer (cilium/cilium-cli, README). */
const VERSIONS = { cilium: "1.20.2", installer: "0.19.7" } as const;

const NAME = "cilium-install";
const NAMESPACE = "kube-system";
/** KubePrism: an API server on every machine, before there is any network for pods. */
const API = { host: "localhost", port: 7445 } as const;

/** Talos has cgroups mounted, loads no kernel module for a pod, and hands out pod networks by node. */
const VALUES: Readonly<Record<string, string>> = {
  "ipam.mode": "kubernetes",
  kubeProxyReplacement: "true",
  k8sServiceHost: API.host,
  k8sServicePort: String(API.port),
  "cgroup.autoMount.enabled": "false",
  "cgroup.hostRoot": "/sys/fs/cgroup",
  // The standard is two, of which a lone node would leave one waiting for ever.
  "operator.replicas": "1",
  "securityContext.capabilities.ciliumAgent":
    "{CHOWN,KILL,NET_ADMIN,NET_RAW,IPC_LOCK,SYS_ADMIN,SYS_RESOURCE,DAC_OVERRIDE,FOWNER,SETGID,SETUID}",
  "securityContext.capabilities.cleanCiliumState": "{NET_ADMIN,SYS_ADMIN,SYS_RESOURCE}",
};

function job(): object {
  const values = Object.entries(VALUES).map(([key, value]) => `--set=${key}=${value}`);
  return {
    apiVersion: "batch/v1",
    kind: "Job",
    // What a job runs cannot be changed: another version is another job.
    metadata: { name: `${NAME}-${VERSIONS.cilium.replaceAll(".", "-")}`, namespace: NAMESPACE },
    spec: {
      backoffLimit: 10,
      template: {
        spec: {
          restartPolicy: "OnFailure",
          serviceAccountName: NAME,
          // Until it has done its work no node is Ready, and there is no other network than the machine's.
          hostNetwork: true,
          tolerations: [{ operator: "Exists" }],
          containers: [
            {
              name: NAME,
              image: `quay.io/cilium/cilium-cli:v${VERSIONS.installer}`,
              command: ["cilium", "install", `--version=${VERSIONS.cilium}`, ...values],
              env: [
                { name: "KUBERNETES_SERVICE_HOST", value: API.host },
                { name: "KUBERNETES_SERVICE_PORT", value: String(API.port) },
              ],
            },
          ],
        },
      },
    },
  };
}

/** The documents of the manifest. */
export function ciliumManifest(): string {
  const account = { kind: "ServiceAccount", name: NAME, namespace: NAMESPACE };
  const documents = [
    { apiVersion: "v1", kind: account.kind, metadata: { name: NAME, namespace: NAMESPACE } },
    {
      apiVersion: "rbac.authorization.k8s.io/v1",
      kind: "ClusterRoleBinding",
      metadata: { name: NAME },
      roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: "cluster-admin" },
      subjects: [account],
    },
    job(),
  ];
  return documents.map((document) => stringify(document)).join("---\n");
}
