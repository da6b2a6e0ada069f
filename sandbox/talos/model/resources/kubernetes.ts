/** Resources of Kubernetes on a machine (siderolabs/talos v1.13.9, resources/k8s). */
import type { ClusterFacts } from "../config/facts.ts";
import type { ConfiguredMachine } from "../machines.ts";
import type { Kind, Resources } from "./kind.ts";
import type { Fields } from "./spec.ts";

const STATIC_PODS = ["kube-apiserver", "kube-controller-manager", "kube-scheduler"] as const;

/** Of the kubelet and the parts of the control plane. */
export function imageOf({ facts }: ConfiguredMachine, name: "kubelet" | (typeof STATIC_PODS)[number]): string {
  if (name === "kubelet") return `ghcr.io/siderolabs/kubelet:v${facts.kubernetesVersion}`;
  return `registry.k8s.io/${name}:v${facts.cluster.kubernetesVersion}`;
}

/** The tenth address of the service network is that of the DNS. */
function clusterDns({ facts: { cluster } }: ConfiguredMachine): readonly string[] {
  return cluster.serviceSubnets.map((subnet) => `${subnet.split("/")[0]?.split(".").slice(0, 3).join(".")}.10`);
}

/** All that carry the taint: no workloads on control planes. */
const taintsOf = ({ facts }: ConfiguredMachine): readonly Fields[] =>
  facts.role === "control-plane" && !facts.cluster.schedulesOnControlPlanes
    ? [{ key: "node-role.kubernetes.io/control-plane", effect: "NoSchedule", value: "" }]
    : [];

const component = (image: string): Fields => ({
  enabled: true,
  image,
  extraVolumes: [],
  environmentVariables: {},
  resources: { requests: {}, limits: {} },
});

const COMPONENT = "enabled:1=int image:2 environmentVariables:5=map";

const kubeletConfig = (machine: ConfiguredMachine): Fields => ({
  apiVersion: "kubelet.config.k8s.io/v1beta1",
  kind: "KubeletConfiguration",
  clusterDNS: clusterDns(machine),
  clusterDomain: machine.facts.cluster.dnsDomain,
  rotateCertificates: true,
  staticPodPath: "",
});

/** Types of the kubelet and of the node. */
const node: readonly Kind[] = [
  {
    type: "Nodenames.kubernetes.talos.dev",
    namespace: "k8s",
    columns: { Nodename: "{.nodename}" },
    spec: "nodename:1 hostnameVersion:2 skipNodeRegistration:3=int",
    configured: ({ machine: { facts } }) => ({
      nodename: { nodename: facts.hostname, hostnameVersion: "1", skipNodeRegistration: false },
    }),
  },
  {
    type: "NodeStatuses.kubernetes.talos.dev",
    namespace: "k8s",
    columns: { Ready: "{.nodeReady}", Unschedulable: "{.unschedulable}" },
    spec: "nodename:1 nodeReady:2=int unschedulable:3=int labels:4=map annotations:5=map podCIDRs:6*=prefix",
    configured({ machine: { facts, entry }, running }) {
      if (!running) return {};
      const unschedulable = entry.cordoned === true;
      return {
        [facts.hostname]: {
          nodename: facts.hostname,
          nodeReady: true,
          unschedulable,
          labels: facts.labels,
          annotations: {},
        },
      };
    },
  },
  {
    type: "NodeIPs.kubernetes.talos.dev",
    namespace: "k8s",
    spec: "addresses:1*=ip",
    configured: ({ machine: { guest } }) => ({ kubelet: { addresses: [guest.address] } }),
  },
  {
    type: "NodeLabelSpecs.k8s.talos.dev",
    namespace: "k8s",
    sensitive: true,
    columns: { Value: "{.value}" },
    spec: "key:1 value:2",
    configured: ({ machine: { facts } }) =>
      Object.fromEntries(Object.entries(facts.labels).map(([key, value]) => [key, { key, value }])),
  },
  {
    type: "NodeTaintSpecs.k8s.talos.dev",
    namespace: "k8s",
    sensitive: true,
    columns: { Effect: "{.effect}", Value: "{.value}" },
    spec: "key:1 effect:2 value:3",
    configured: ({ machine }) => Object.fromEntries(taintsOf(machine).map((taint) => [String(taint["key"]), taint])),
  },
  {
    type: "KubeletConfigs.kubernetes.talos.dev",
    namespace: "k8s",
    sensitive: true,
    spec: "image:1 clusterDNS:2* clusterDomain:3 cloudProviderExternal:7=int",
    configured: ({ machine }) => ({
      kubelet: {
        image: imageOf(machine, "kubelet"),
        clusterDNS: clusterDns(machine),
        clusterDomain: machine.facts.cluster.dnsDomain,
        cloudProviderExternal: false,
      },
    }),
  },
  {
    type: "KubeletSpecs.kubernetes.talos.dev",
    namespace: "k8s",
    sensitive: true,
    spec: "image:1 args:2* expectedNodename:4 config:5=struct",
    configured: ({ machine }) => ({
      kubelet: {
        image: imageOf(machine, "kubelet"),
        args: [
          "--bootstrap-kubeconfig=/etc/kubernetes/bootstrap-kubeconfig",
          "--cert-dir=/var/lib/kubelet/pki",
          "--config=/etc/kubernetes/kubelet.yaml",
          `--hostname-override=${machine.facts.hostname}`,
          "--kubeconfig=/etc/kubernetes/kubeconfig-kubelet",
          `--node-ip=${machine.guest.address}`,
        ],
        expectedNodename: machine.facts.hostname,
        config: kubeletConfig(machine),
      },
    }),
  },
];

/** Types that only control planes have. */
const controlPlane: readonly Kind[] = [
  {
    type: "APIServerConfigs.kubernetes.talos.dev",
    namespace: "controlplane",
    sensitive: true,
    spec: "image:1 cloudProvider:2 controlPlaneEndpoint:3 etcdServers:4* localPort:5=int serviceCIDR:6* advertisedAddress:11",
    controlPlane: ({ machine }) => ({
      "kube-apiserver": {
        image: imageOf(machine, "kube-apiserver"),
        cloudProvider: "",
        controlPlaneEndpoint: machine.facts.cluster.endpoint,
        etcdServers: ["https://127.0.0.1:2379"],
        localPort: 6443,
        serviceCIDR: machine.facts.cluster.serviceSubnets,
        advertisedAddress: "$(POD_IP)",
      },
    }),
  },
  ...(["kube-controller-manager", "kube-scheduler"] as const).map((name): Kind => ({
    type: `${name === "kube-scheduler" ? "Scheduler" : "ControllerManager"}Configs.kubernetes.talos.dev`,
    namespace: "controlplane",
    spec: COMPONENT,
    controlPlane: ({ machine }) => ({ [name]: component(imageOf(machine, name)) }),
  })),
  {
    type: "BootstrapManifestsConfigs.kubernetes.talos.dev",
    namespace: "controlplane",
    spec: `server:1 clusterDomain:2 podCIDRs:3* proxyEnabled:4=int proxyImage:5 coreDNSEnabled:7=int coreDNSImage:8 dnsServiceIP:9
      flannelEnabled:11=int cniName:21`,
    controlPlane: ({ machine }) => ({
      manifests: {
        server: machine.facts.cluster.endpoint,
        clusterDomain: machine.facts.cluster.dnsDomain,
        podCIDRs: machine.facts.cluster.podSubnets,
        proxyEnabled: machine.facts.cluster.hasKubeProxy,
        coreDNSEnabled: true,
        flannelEnabled: machine.facts.cluster.networkPlugin === "flannel",
        dnsServiceIP: clusterDns(machine)[0] ?? "",
        cniName: machine.facts.cluster.networkPlugin === "flannel" ? "flannel" : "none",
      },
    }),
  },
  {
    type: "ManifestStatuses.kubernetes.talos.dev",
    namespace: "controlplane",
    spec: "manifestsApplied:1*",
    controlPlane: ({ machine: { facts }, running }): Resources =>
      running ? { manifests: { manifestsApplied: manifestsOf(facts.cluster) } } : {},
  },
  {
    type: "Endpoints.kubernetes.talos.dev",
    namespace: "controlplane",
    columns: { Addresses: "{.addresses}", Hosts: "{.hosts}" },
    spec: "addresses:1*=ip hosts:2*",
    configured({ cluster, running }) {
      const addresses = cluster.filter(({ facts }) => facts.role === "control-plane").map(({ guest }) => guest.address);
      return running ? { controlplane: { addresses, hosts: [] }, discovery: { addresses, hosts: [] } } : {};
    },
  },
  ...["ConfigStatuses", "SecretStatuses"].map((name): Kind => ({
    type: `${name}.kubernetes.talos.dev`,
    namespace: "controlplane",
    columns: { Ready: "{.ready}", "Secrets Version": "{.version}" },
    spec: "ready:1=int version:2",
    controlPlane: () => ({ "static-pods": { ready: true, version: "1" } }),
  })),
  {
    type: "StaticPods.kubernetes.talos.dev",
    namespace: "k8s",
    spec: "pod:1=struct",
    inline: "pod",
    controlPlane: ({ machine }) =>
      Object.fromEntries(STATIC_PODS.map((name) => [name, { pod: podOf(name, imageOf(machine, name)) }])),
  },
  {
    type: "StaticPodStatuses.kubernetes.talos.dev",
    namespace: "k8s",
    aliases: ["podstatus"],
    columns: { Ready: '{.conditions[?(@.type=="Ready")].status}' },
    spec: "podStatus:1=struct",
    inline: "podStatus",
    controlPlane({ machine, running }) {
      const podStatus = { phase: "Running", conditions: [{ type: "Ready", status: "True" }] };
      const { hostname } = machine.facts;
      return running
        ? Object.fromEntries(STATIC_PODS.map((name) => [`kube-system/${name}-${hostname}`, { podStatus }]))
        : {};
    },
  },
];

const podOf = (name: string, image: string): Fields => ({
  apiVersion: "v1",
  kind: "Pod",
  metadata: { name, namespace: "kube-system", labels: { "k8s-app": name, tier: "control-plane" } },
  spec: { hostNetwork: true, priorityClassName: "system-cluster-critical", containers: [{ name, image }] },
});

/** What Talos applies at the bootstrap, in its order. */
function manifestsOf({ networkPlugin, hasKubeProxy, manifests }: ClusterFacts): readonly string[] {
  return [
    "00-kubelet-bootstrapping-token",
    "01-csr-approver-role-binding",
    "01-csr-node-bootstrap",
    "01-csr-renewal-role-binding",
    ...(networkPlugin === "flannel" ? ["05-flannel"] : []),
    ...(hasKubeProxy ? ["10-kube-proxy"] : []),
    "11-core-dns",
    "11-core-dns-svc",
    "11-kube-config-in-cluster",
    ...manifests.map((name) => `99-${name}`),
  ];
}

/** Types of Kubernetes. */
export const kubernetesKinds: readonly Kind[] = [...node, ...controlPlane];
