/** The machine configuration that `talos_machine_configuration` makes of a cluster's secrets (provider 0.11.0). */
import type { MachineSecrets } from "./secrets.ts";
import { bareVersion, checkKubernetesVersion, checkTalosVersion } from "./versions.ts";
import { type ConfigDocument, writeConfiguration } from "./documents.ts";
import { patchDocuments, readPatch } from "./patch.ts";
import { mainKind } from "./schema.ts";
import { ConfigError, type Fields } from "./value.ts";

type MachineType = "controlplane" | "worker";

/** What `talosctl gen config` is told. */
export interface MachineConfigurationInput {
  readonly clusterName: string;
  readonly machineType: MachineType;
  /** `https://10.20.0.10:6443` */
  readonly clusterEndpoint: string;
  readonly secrets: MachineSecrets;
  /** `v1.13` or `1.13.9`: which defaults are written, not what is installed. */
  readonly talosVersion: string;
  /** With or without `v`. */
  readonly kubernetesVersion: string;
  readonly patches: readonly string[];
}

/** The installer the provider writes unless a patch says another. */
const installer = "ghcr.io/siderolabs/installer:v1.13.0";

/**
 * The YAML text, comments never in it (`docs` and `examples` only add comments).
 * Throws a one-line ConfigError for a bad endpoint, patch or version.
 */
export function machineConfiguration(input: MachineConfigurationInput): string {
  checkTalosVersion(input.talosVersion);
  checkKubernetesVersion(input.kubernetesVersion, input.talosVersion);
  checkEndpoint(input.clusterEndpoint);
  if (input.clusterName === "") throw new ConfigError("cluster_name must not be empty");
  const steps = input.patches.flatMap(readPatch);
  return writeConfiguration(patchDocuments(initialDocuments(input), steps));
}

/** Throws for anything else than the two. */
export function machineTypeOf(text: string): MachineType {
  if (text === "controlplane" || text === "worker") return text;
  throw new ConfigError(`machine_type must be controlplane or worker, got "${text}"`);
}

/** Throws unless it is `https://host:port`. */
function checkEndpoint(endpoint: string): void {
  const url = URL.canParse(endpoint) ? new URL(endpoint) : null;
  if (url?.protocol === "https:" && url.hostname !== "" && /:\d+\/?$/.test(endpoint)) return;
  throw new ConfigError(`cluster_endpoint must be https://<address>:<port>, got "${endpoint}"`);
}

function initialDocuments(input: MachineConfigurationInput): readonly ConfigDocument[] {
  const main = { version: "v1alpha1", debug: false, persist: true, machine: machine(input), cluster: cluster(input) };
  return [
    { kind: mainKind, fields: main },
    { kind: "HostnameConfig", fields: { auto: "stable" } },
  ];
}

function machine({ machineType, secrets, kubernetesVersion }: MachineConfigurationInput): Fields {
  const { os } = secrets.certs;
  return {
    type: machineType,
    token: secrets.trustdinfo.token,
    ca: { crt: os.cert, key: machineType === "controlplane" ? os.key : "" },
    kubelet: {
      image: `ghcr.io/siderolabs/kubelet:v${bareVersion(kubernetesVersion)}`,
      defaultRuntimeSeccompProfileEnabled: true,
      disableManifestsDirectory: true,
    },
    install: { disk: "/dev/sda", image: installer, wipe: false, grubUseUKICmdline: true },
    features: {
      diskQuotaSupport: true,
      kubePrism: { enabled: true, port: 7445 },
      hostDNS: { enabled: true, forwardKubeDNSToHost: true },
    },
    ...(machineType === "controlplane" && {
      nodeLabels: { "node.kubernetes.io/exclude-from-external-load-balancers": "" },
    }),
  };
}

function cluster(input: MachineConfigurationInput): Fields {
  const { secrets, machineType, clusterEndpoint, clusterName } = input;
  const { k8s } = secrets.certs;
  return {
    id: secrets.cluster.id,
    secret: secrets.cluster.secret,
    controlPlane: { endpoint: clusterEndpoint },
    clusterName,
    network: { dnsDomain: "cluster.local", podSubnets: ["10.244.0.0/16"], serviceSubnets: ["10.96.0.0/12"] },
    token: secrets.secrets.bootstrap_token,
    ca: { crt: k8s.cert, key: machineType === "controlplane" ? k8s.key : "" },
    discovery: { enabled: true, registries: { kubernetes: { disabled: true }, service: {} } },
    ...(machineType === "controlplane" && controlPlane(input)),
  };
}

function controlPlane({ secrets, kubernetesVersion }: MachineConfigurationInput): Fields {
  const { k8s_aggregator, k8s_serviceaccount, etcd } = secrets.certs;
  const image = (name: string): string => `registry.k8s.io/${name}:v${bareVersion(kubernetesVersion)}`;
  return {
    secretboxEncryptionSecret: secrets.secrets.secretbox_encryption_secret,
    aggregatorCA: { crt: k8s_aggregator.cert, key: k8s_aggregator.key },
    serviceAccount: { key: k8s_serviceaccount.key },
    apiServer: {
      image: image("kube-apiserver"),
      admissionControl: [podSecurity],
      auditPolicy: { apiVersion: "audit.k8s.io/v1", kind: "Policy", rules: [{ level: "Metadata" }] },
    },
    controllerManager: { image: image("kube-controller-manager") },
    proxy: { image: image("kube-proxy") },
    scheduler: { image: image("kube-scheduler") },
    etcd: { ca: { crt: etcd.cert, key: etcd.key } },
  };
}

const podSecurity: Fields = {
  name: "PodSecurity",
  configuration: {
    apiVersion: "pod-security.admission.config.k8s.io/v1alpha1",
    kind: "PodSecurityConfiguration",
    defaults: {
      audit: "restricted",
      "audit-version": "latest",
      enforce: "baseline",
      "enforce-version": "latest",
      warn: "restricted",
      "warn-version": "latest",
    },
    exemptions: { namespaces: ["kube-system"], runtimeClasses: [], usernames: [] },
  },
};
