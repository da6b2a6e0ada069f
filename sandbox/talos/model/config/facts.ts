/** What the rest of the sandbox wants to know of a machine's configuration. */
import { createHash } from "node:crypto";
import type { CertificateAndKey } from "../../../pki/certificate.ts";
import { unbase64 } from "./secrets.ts";
import { imageVersion } from "./versions.ts";
import { readConfiguration } from "./documents.ts";
import { mainKind } from "./schema.ts";
import { interfaces } from "./validate.ts";
import { at, type Fields, isFields, listAt, textAt, textsAt } from "./value.ts";

/** What of a configuration the model goes by. */
export interface MachineFacts {
  readonly role: "control-plane" | "worker";
  readonly hostname: string;
  /** Talos' own authority; workers have its certificate only. */
  readonly authority: CertificateAndKey;
  /** Of Talos' API, beside those that the machine puts in by itself. */
  readonly certificateNames: readonly string[];
  readonly cluster: ClusterFacts;
  /** Addresses that control planes hold in turn. */
  readonly virtualAddresses: readonly string[];
  readonly nodeSubnets: readonly string[];
  readonly labels: Readonly<Record<string, string>>;
  /** `VALUE:EFFECT` by key. */
  readonly taints: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  /** Whether the kubelet registers a node, and one that takes pods. */
  readonly registersNode: boolean;
  readonly registersSchedulable: boolean;
  readonly kubernetesVersion: string;
  /** Name servers and time servers: its own, else those of Talos. */
  readonly resolvers: readonly string[];
  readonly timeServers: readonly string[];
  readonly hasKubeSpan: boolean;
  /** Talos' join token. */
  readonly token: string;
}

/** What Talos asks where a configuration names none (siderolabs/talos v1.13.9, constants). */
const RESOLVERS = ["1.1.1.1", "8.8.8.8"];
const TIME_SERVERS = ["time.cloudflare.com"];

/** The same of the cluster. */
export interface ClusterFacts {
  readonly id: string;
  readonly name: string;
  readonly endpoint: string;
  readonly authority: CertificateAndKey;
  /** Of the API server; "" on workers. */
  readonly kubernetesVersion: string;
  readonly certificateNames: readonly string[];
  readonly dnsDomain: string;
  readonly serviceSubnets: readonly string[];
  readonly networkPlugin: NetworkPlugin;
  readonly hasKubeProxy: boolean;
  /** Names of the manifests that are applied beside Talos's own. */
  readonly manifests: readonly string[];
  readonly schedulesOnControlPlanes: boolean;
  readonly podSubnets: readonly string[];
  readonly usesDiscovery: boolean;
  readonly etcdAuthority: CertificateAndKey;
}

/** Facts of a configuration that a machine took; `address` is the machine's, for the name it makes up. */
export function factsOf(configuration: string, address: string): MachineFacts {
  const documents = readConfiguration(configuration);
  const main = documents.find(({ kind }) => kind === mainKind)?.fields ?? {};
  const ofKind = (kind: string): readonly Fields[] =>
    documents.filter((document) => document.kind === kind).map(({ fields }) => fields);
  return {
    role: textAt(main, "machine", "type") === "controlplane" ? "control-plane" : "worker",
    hostname:
      textAt(ofKind("HostnameConfig")[0], "hostname") ||
      textAt(main, "machine", "network", "hostname") ||
      stableName(address),
    authority: pairAt(main, "machine", "ca"),
    certificateNames: textsAt(main, "machine", "certSANs"),
    cluster: clusterFacts(main),
    virtualAddresses: [
      ...ofKind("Layer2VIPConfig").map((fields) => textAt(fields, "name")),
      ...interfaces(main).map((device) => textAt(device, "vip", "ip")),
    ].filter((found) => found !== ""),
    nodeSubnets: textsAt(main, "machine", "kubelet", "nodeIP", "validSubnets"),
    labels: namedTexts(main, "machine", "nodeLabels"),
    taints: namedTexts(main, "machine", "nodeTaints"),
    annotations: namedTexts(main, "machine", "nodeAnnotations"),
    registersNode: at(main, "machine", "kubelet", "skipNodeRegistration") !== true,
    registersSchedulable: textAt(main, "machine", "kubelet", "extraArgs", "register-schedulable") !== "false",
    kubernetesVersion: imageVersion(textAt(main, "machine", "kubelet", "image")),
    resolvers: orElse(textsAt(main, "machine", "network", "nameservers"), RESOLVERS),
    timeServers: orElse(textsAt(main, "machine", "time", "servers"), TIME_SERVERS),
    hasKubeSpan: at(main, "machine", "network", "kubespan", "enabled") === true,
    token: textAt(main, "machine", "token"),
  };
}

function clusterFacts(main: Fields): ClusterFacts {
  return {
    id: textAt(main, "cluster", "id"),
    name: textAt(main, "cluster", "clusterName"),
    endpoint: textAt(main, "cluster", "controlPlane", "endpoint"),
    authority: pairAt(main, "cluster", "ca"),
    kubernetesVersion: imageVersion(textAt(main, "cluster", "apiServer", "image")),
    certificateNames: textsAt(main, "cluster", "apiServer", "certSANs"),
    dnsDomain: textAt(main, "cluster", "network", "dnsDomain") || "cluster.local",
    serviceSubnets: textsAt(main, "cluster", "network", "serviceSubnets"),
    networkPlugin: pluginOf(main),
    hasKubeProxy: at(main, "cluster", "proxy", "disabled") !== true,
    manifests: inlineManifests(main).map((manifest) => textAt(manifest, "name")),
    schedulesOnControlPlanes: at(main, "cluster", "allowSchedulingOnControlPlanes") === true,
    podSubnets: textsAt(main, "cluster", "network", "podSubnets"),
    usesDiscovery: at(main, "cluster", "discovery", "enabled") !== false,
    etcdAuthority: pairAt(main, "cluster", "etcd", "ca"),
  };
}

/** What gives pods their network: Talos's flannel, or what a manifest installs; null: nothing yet. */
export type NetworkPlugin = "flannel" | "cilium" | "another" | null;

const PLUGIN_IMAGE = /image:\s*\S*\/(?:(cilium)|calico|flannel|antrea|kube-router|kube-ovn)/;

function pluginOf(main: Fields): NetworkPlugin {
  const name = textAt(main, "cluster", "network", "cni", "name");
  if (name === "" || name === "flannel") return "flannel";
  const [found, cilium] =
    PLUGIN_IMAGE.exec(
      inlineManifests(main)
        .map((each) => textAt(each, "contents"))
        .join("\n"),
    ) ?? [];
  if (cilium !== undefined) return "cilium";
  return found !== undefined || name === "custom" ? "another" : null;
}

function inlineManifests(main: Fields): readonly Fields[] {
  return listAt(main, "cluster", "inlineManifests").filter(isFields);
}

function namedTexts(main: Fields, ...path: readonly string[]): Readonly<Record<string, string>> {
  const found = at(main, ...path);
  return Object.fromEntries(Object.entries(isFields(found) ? found : {}).map(([key, value]) => [key, String(value)]));
}

const orElse = (own: readonly string[], otherwise: readonly string[]): readonly string[] =>
  own.length > 0 ? own : otherwise;

function pairAt(main: Fields, ...path: readonly string[]): CertificateAndKey {
  return { certificate: unbase64(textAt(main, ...path, "crt")), key: unbase64(textAt(main, ...path, "key")) };
}

/** `auto: stable` makes a name of what the machine is. */
function stableName(address: string): string {
  return `talos-${createHash("sha256").update(address).digest("hex").slice(0, 6)}`;
}
