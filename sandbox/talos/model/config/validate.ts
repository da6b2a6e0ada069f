/** What a machine refuses of a well-formed configuration (siderolabs/talos v1.13.9, pkg/machinery/config/types). */
import { isIP } from "node:net";
import { checkKubernetesVersion, imageVersion } from "./versions.ts";
import type { ConfigDocument } from "./documents.ts";
import { mainKind } from "./schema.ts";
import { isSubnetOrAddress } from "./subnets.ts";
import { at, ConfigError, type Fields, isFields, listAt, textAt, textsAt, type Value } from "./value.ts";

/** Every problem, in Talos' words; none when the machine takes the configuration. */
export function problemsOf(documents: readonly ConfigDocument[], runningTalos: string): readonly string[] {
  const main = documents.find(({ kind }) => kind === mainKind)?.fields;
  if (!main || !isFields(main["machine"])) return ["machine instructions are required"];
  const others = documents.filter(({ kind }) => kind !== mainKind);
  return [
    ...clusterProblems(main),
    ...machineProblems(main),
    ...roleProblems(main),
    ...versionProblems(main, runningTalos),
    ...others.flatMap((document) => [...documentProblems(document), ...conflicts(document, main)]),
  ];
}

function clusterProblems(main: Fields): readonly string[] {
  if (!isFields(main["cluster"])) return ["cluster instructions are required"];
  if (textAt(main, "cluster", "controlPlane", "endpoint") === "") return ["cluster controlplane endpoint is required"];
  const discovers = at(main, "cluster", "discovery", "enabled") === true;
  const cni = textAt(main, "cluster", "network", "cni", "name");
  return [
    ...(discovers && textAt(main, "cluster", "id") === "" ? ["cluster discovery service requires .cluster.id"] : []),
    ...(discovers && textAt(main, "cluster", "secret") === ""
      ? ["cluster discovery service requires .cluster.secret"]
      : []),
    ...(["", "flannel", "custom", "none"].includes(cni)
      ? []
      : ['cni name should be one of ["flannel", "custom", "none"]']),
    ...(cni === "none" && listAt(main, "cluster", "network", "cni", "urls").length > 0
      ? ['"urls" field should be empty for "none" CNI']
      : []),
    ...subnets(main, "etcd advertised", "cluster", "etcd", "advertisedSubnets"),
    ...subnets(main, "etcd listen", "cluster", "etcd", "listenSubnets"),
  ];
}

function machineProblems(main: Fields): readonly string[] {
  const labels = at(main, "machine", "nodeLabels");
  return [
    ...(main["persist"] === false ? [".persist should be enabled"] : []),
    ...subnets(main, "kubelet nodeIP", "machine", "kubelet", "nodeIP", "validSubnets"),
    ...Object.entries(isFields(labels) ? labels : {}).flatMap(([key, value]) => labelProblems(key, value)),
    ...interfaces(main).flatMap((device) => interfaceProblems(device)),
  ];
}

function subnets(main: Fields, what: string, ...path: readonly string[]): readonly string[] {
  return textsAt(main, ...path)
    .filter((subnet) => !isSubnetOrAddress(subnet))
    .map((subnet) => `${what} subnet is not valid: "${subnet}"`);
}

const labelName = /^([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]$/;
const labelPrefix = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;

function labelProblems(key: string, value: Value): readonly string[] {
  const [name = "", prefix] = key.split("/").toReversed();
  const good = labelName.test(name) && name.length <= 63 && (prefix === undefined || labelPrefix.test(prefix));
  const text = typeof value === "string" ? value : "";
  return [
    ...(good ? [] : [`invalid machine node labels: name "${key}" is invalid`]),
    ...(text === "" || (labelName.test(text) && text.length <= 63)
      ? []
      : [`invalid machine node labels: label value "${text}" is invalid`]),
  ];
}

/** `machine.network.interfaces` and the VLANs on them. */
export function interfaces(main: Fields): readonly Fields[] {
  return listAt(main, "machine", "network", "interfaces")
    .filter(isFields)
    .flatMap((device) => [device, ...listAt(device, "vlans").filter(isFields)]);
}

function interfaceProblems(device: Fields): readonly string[] {
  if (device["vlanId"] !== undefined) return [];
  const named = textAt(device, "interface") !== "";
  const selected = device["deviceSelector"] !== undefined;
  if (named !== selected) return [];
  return [
    `[networking.os.device.interface], [networking.os.device.deviceSelector]: ${
      named ? "config sections are mutually exclusive" : "required either config section to be set"
    }`,
  ];
}

/** What only one kind of machine may have, or must. */
function roleProblems(main: Fields): readonly string[] {
  const hasKey = (...path: readonly string[]): boolean => textAt(main, ...path, "key") !== "";
  const authority = at(main, "machine", "ca") !== undefined || listAt(main, "machine", "acceptedCAs").length > 0;
  const missing = authority ? [] : ["issuing CA or some accepted CAs are required (.machine.ca, machine.acceptedCAs)"];
  switch (textAt(main, "machine", "type")) {
    case "controlplane":
      return [
        ...missing,
        ...(hasKey("machine", "ca") ? [] : ["issuing CA key is required for controlplane nodes (.machine.ca.key)"]),
      ];
    case "worker":
      return [
        ...missing,
        ...(at(main, "cluster", "etcd") ? ["etcd config is only allowed on control plane machines"] : []),
        ...(hasKey("machine", "ca")
          ? ["issuing Talos API CA key is not allowed on non-controlplane nodes (.machine.ca)"]
          : []),
        ...(hasKey("cluster", "ca")
          ? ["issuing Kubernetes API CA key is not allowed on non-controlplane nodes (.cluster.ca)"]
          : []),
        ...(at(main, "machine", "features", "kubernetesTalosAPIAccess", "enabled") === true
          ? ["feature Kubernetes Talos API Access can only be enabled on control plane machines"]
          : []),
        ...(interfaces(main).some((device) => device["vip"] !== undefined)
          ? ["virtual (shared) IP is not allowed on non-controlplane nodes"]
          : []),
      ];
    default:
      return [...missing, `unknown machine type "${textAt(main, "machine", "type")}"`];
  }
}

/** A machine runs only the Kubernetes its own Talos knows. */
function versionProblems(main: Fields, runningTalos: string): readonly string[] {
  const images = [
    textAt(main, "machine", "kubelet", "image"),
    ...["apiServer", "controllerManager", "scheduler"].map((name) => textAt(main, "cluster", name, "image")),
  ];
  return [...new Set(images.map(imageVersion))].flatMap((version) => {
    try {
      if (version !== "") checkKubernetesVersion(version, runningTalos);
      return [];
    } catch (error) {
      return error instanceof ConfigError ? [error.message] : [];
    }
  });
}

function documentProblems({ kind, fields }: ConfigDocument): readonly string[] {
  const problem = (text: string): readonly string[] => [`${kind}: ${text}`];
  const name = textAt(fields, "name");
  switch (kind) {
    case "HostnameConfig": {
      const off = fields["auto"] === "off";
      const hostname = textAt(fields, "hostname");
      if (off && hostname === "") return problem("either 'auto' or 'hostname' must be set");
      if (!off && hostname !== "") return problem("'auto' and 'hostname' cannot be set at the same time");
      const [host = ""] = hostname.split(".");
      return hostname !== "" && (host === "" || host.length > 63) ? problem(`invalid hostname "${host}"`) : [];
    }
    case "Layer2VIPConfig":
      return [
        ...(name === ""
          ? problem("name must be specified")
          : isIP(name) === 0
            ? problem(`name must be a valid IP address, got "${name}"`)
            : []),
        ...(textAt(fields, "link") === "" ? problem("link must be specified") : []),
      ];
    case "LinkConfig":
    case "LinkAliasConfig":
    case "DHCPv4Config":
    case "DHCPv6Config":
      return name === "" ? problem("name must be specified") : [];
    default:
      return [];
  }
}

/** Documents that say what the first document says too. */
function conflicts({ kind }: ConfigDocument, main: Fields): readonly string[] {
  const network = (field: string): boolean => at(main, "machine", "network", field) !== undefined;
  switch (kind) {
    case "HostnameConfig":
      if (network("hostname")) return ["static hostname is already set in v1alpha1 config"];
      return at(main, "machine", "features", "stableHostname") === true
        ? ["stable hostname is already set in v1alpha1 config"]
        : [];
    case "ResolverConfig":
      return ["searchDomains", "nameservers", "disableSearchDomain"]
        .filter(network)
        .map((field) => `.machine.network.${field} is already set in v1alpha1 config`);
    case "TimeSyncConfig":
      return at(main, "machine", "time") === undefined
        ? []
        : ["time servers cannot be specified in both v1alpha1 and new-style configuration"];
    case "KubeSpanConfig":
      return network("kubespan") ? ["kubespan is already configured in v1alpha1 machine.network.kubespan"] : [];
    default:
      return [];
  }
}
