/** Resources of the cluster, of its etcd and of the configuration (siderolabs/talos v1.13.9, resources/cluster, etcd, config). */
import { hexId, memberId } from "../etcd.ts";
import { type ConfiguredMachine, MachineError, talosOf } from "../machines.ts";
import type { ConfiguredPlace, Kind, Resources } from "./kind.ts";
import type { Fields } from "./spec.ts";

const ROLES = "unknown|init|controlplane|worker";

/** Etcd that Talos 1.13 runs. */
export const ETCD_VERSION = "3.6.9";
export const ETCD_IMAGE = `registry.k8s.io/etcd:v${ETCD_VERSION}`;

const roleOf = ({ facts }: ConfiguredMachine): string => (facts.role === "control-plane" ? "controlplane" : "worker");
const nodeId = (machine: ConfiguredMachine): string => Buffer.from(memberId(machine)).toString("base64url");

function memberOf(machine: ConfiguredMachine): Fields {
  const { facts, guest } = machine;
  return {
    nodeId: nodeId(machine),
    addresses: [guest.address],
    hostname: facts.hostname,
    machineType: roleOf(machine),
    operatingSystem: `Talos (v${talosOf(machine)})`,
    ...(facts.role === "control-plane" && { controlPlane: { port: 6443 } }),
  };
}

/** What others of the cluster tell by the discovery service; of itself a machine tells nothing. */
function affiliates({ machine, cluster }: ConfiguredPlace): Resources {
  const others = cluster.filter(({ guest }) => guest.address !== machine.guest.address);
  return Object.fromEntries(
    others.map((other) => [nodeId(other), { ...memberOf(other), nodename: other.facts.hostname }]),
  );
}

/** @throws MachineError where KubeSpan is on: then there would be something, and it is not played */
function noKubeSpan({ machine }: ConfiguredPlace): Resources {
  if (machine.facts.hasKubeSpan) throw new MachineError("Unimplemented", "the sandbox does not play KubeSpan");
  return {};
}

const ARGUMENTS = "extraArgs:7={values:1*}";

/** Types of the cluster, of etcd and of the configuration. */
export const clusterKinds: readonly Kind[] = [
  {
    type: "MachineConfigs.config.talos.dev",
    namespace: "config",
    sensitive: true,
    spec: "yamlMarshalled:1=bytes",
    inline: "yamlMarshalled",
    configured: ({ machine: { entry } }) => ({ v1alpha1: { yamlMarshalled: Buffer.from(entry.configuration ?? "") } }),
  },
  {
    type: "MachineTypes.config.talos.dev",
    namespace: "config",
    columns: { Type: "{@}" },
    spec: `machineType:1=(${ROLES})`,
    inline: "machineType",
    configured: ({ machine }) => ({ "machine-type": { machineType: roleOf(machine) } }),
  },
  {
    type: "Members.cluster.talos.dev",
    namespace: "cluster",
    columns: {
      Hostname: "{.hostname}",
      "Machine Type": "{.machineType}",
      OS: "{.operatingSystem}",
      Addresses: "{.addresses}",
    },
    spec: `nodeId:1 addresses:2*=ip hostname:3 machineType:4=(${ROLES}) operatingSystem:5 controlPlane:6={port:1=int}`,
    configured: ({ cluster }) => Object.fromEntries(cluster.map((each) => [each.facts.hostname, memberOf(each)])),
  },
  {
    type: "Affiliates.cluster.talos.dev",
    namespace: "cluster",
    columns: { Hostname: "{.hostname}", "Machine Type": "{.machineType}", Addresses: "{.addresses}" },
    spec: `nodeId:1 addresses:2*=ip hostname:3 nodename:4 operatingSystem:5 machineType:6=(${ROLES}) controlPlane:8={port:1=int}`,
    configured: affiliates,
  },
  {
    type: "Identities.cluster.talos.dev",
    namespace: "cluster",
    columns: { ID: "{.nodeId}" },
    spec: "nodeId:1",
    configured: ({ machine }) => ({ local: { nodeId: nodeId(machine) } }),
  },
  {
    type: "Infos.cluster.talos.dev",
    namespace: "cluster",
    columns: { "Cluster ID": "{.clusterId}", "Cluster Name": "{.clusterName}" },
    spec: "clusterId:1 clusterName:2",
    configured: ({ machine: { facts } }) => ({
      current: { clusterId: facts.cluster.id, clusterName: facts.cluster.name },
    }),
  },
  {
    type: "DiscoveryConfigs.cluster.talos.dev",
    namespace: "config",
    sensitive: true,
    spec: "discoveryEnabled:1=int registryKubernetesEnabled:2=int registryServiceEnabled:3=int serviceEndpoint:4 serviceClusterID:7",
    configured: ({ machine: { facts } }) => ({
      cluster: {
        discoveryEnabled: facts.cluster.usesDiscovery,
        registryKubernetesEnabled: false,
        registryServiceEnabled: facts.cluster.usesDiscovery,
        serviceEndpoint: "discovery.talos.dev:443",
        serviceClusterID: facts.cluster.id,
      },
    }),
  },
  {
    type: "EtcdMembers.etcd.talos.dev",
    namespace: "etcd",
    columns: { "Member ID": "{.memberID}" },
    spec: "memberID:1",
    controlPlane: ({ machine, running }) =>
      running && machine.entry.etcdSince !== null ? { local: { memberID: hexId(machine) } } : {},
  },
  {
    type: "EtcdConfigs.etcd.talos.dev",
    namespace: "etcd",
    columns: { Image: "{.image}" },
    spec: `advertiseExcludeSubnets:2* image:3 listenExcludeSubnets:6* ${ARGUMENTS}`,
    controlPlane: () => ({
      etcd: { image: ETCD_IMAGE, advertiseExcludeSubnets: [], listenExcludeSubnets: [], extraArgs: {} },
    }),
  },
  {
    type: "EtcdSpecs.etcd.talos.dev",
    namespace: "etcd",
    columns: {
      Name: "{.name}",
      AdvertisedAddresses: "{.advertisedAddresses}",
      ListenPeerAddresses: "{.listenPeerAddresses}",
      ListenClientAddresses: "{.listenClientAddresses}",
    },
    spec: `name:1 advertisedAddresses:2*=ip image:3 listenPeerAddresses:5*=ip listenClientAddresses:6*=ip ${ARGUMENTS}`,
    controlPlane: ({ machine: { facts, guest } }) => ({
      etcd: {
        name: facts.hostname,
        advertisedAddresses: [guest.address],
        listenPeerAddresses: ["0.0.0.0"],
        listenClientAddresses: ["0.0.0.0"],
        image: ETCD_IMAGE,
        extraArgs: {},
      },
    }),
  },
  {
    type: "PKIStatuses.etcd.talos.dev",
    namespace: "etcd",
    columns: { Ready: "{.ready}", "Secrets Version": "{.version}" },
    spec: "ready:1=int version:2",
    controlPlane: () => ({ etcd: { ready: true, version: "1" } }),
  },
  ...["KubeSpanConfigs", "KubeSpanIdentities", "KubeSpanEndpoints", "KubeSpanPeerSpecs", "KubeSpanPeerStatuses"].map(
    (name): Kind => ({
      type: `${name}.kubespan.talos.dev`,
      namespace: name === "KubeSpanConfigs" ? "config" : "kubespan",
      spec: "label:1",
      configured: noKubeSpan,
    }),
  ),
];
