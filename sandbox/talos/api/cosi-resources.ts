/** What a machine holds: the resources that health checks and `talosctl get` read. */
import { stringify } from "yaml";
import { memberId } from "./etcd.ts";
import type { TalosWorld, ListeningMachine } from "./method.ts";
import { servicesOf } from "./running.ts";
import { clusterOf, type ConfiguredMachine, configuredMachines, isRunning, talosOf } from "../model/machines.ts";
import { bytesOf, specOf, type Spec, structOf } from "./cosi-spec.ts";
import { ALL_KINDS, type KindName, KINDS, type ResourceKind } from "./cosi-types.ts";

/** A resource of COSI, as `talosctl get` shows one. */
export interface Resource {
  readonly kind: ResourceKind;
  readonly id: string;
  readonly spec: Spec;
}

const MIB = 1024 ** 2;
/** EFI, META and STATE, and the tables at both ends: what EPHEMERAL leaves of a disk (talos 1.13, `quirks.PartitionSizes`). */
const OTHER_PARTITIONS = 2210 * MIB;

function resource(name: KindName, id: string, spec: Spec): Resource {
  return { kind: KINDS[name], id, spec };
}

/** Everything that a machine tells of now. */
export function resourcesOf(talos: TalosWorld, machine: ListeningMachine): readonly Resource[] {
  const common = [...definitions(), ...ofMachine(talos, machine)];
  return machine.stage === "configured" ? [...common, ...ofConfigured(talos, machine)] : common;
}

function ofMachine(talos: TalosWorld, machine: ListeningMachine): readonly Resource[] {
  const { guest } = machine;
  const version = `v${talosOf(machine)}`;
  const hostname = machine.stage === "configured" ? machine.facts.hostname : "talos";
  const size = guest.diskBytes - OTHER_PARTITIONS;
  const pretty = `${(size / 1e9).toFixed(1)} GB`;
  const location = "/dev/sda6";
  return [
    resource("machineStatus", "machine", statusOf(talos, machine)),
    resource("version", "version", specOf("Version", { version, name: "Talos" })),
    resource("hostname", "hostname", specOf("Hostname", { hostname }, { hostname, domainname: "" })),
    resource(
      "nodeAddress",
      "current",
      specOf(
        "NodeAddress",
        { addresses: [{ ip: bytesOf(guest.address), prefix_length: 24 }] },
        { addresses: [`${guest.address}/24`] },
      ),
    ),
    resource(
      "systemDisk",
      "system-disk",
      specOf("SystemDisk", { disk_id: "sda", dev_path: "/dev/sda" }, { diskID: "sda", devPath: "/dev/sda" }),
    ),
    resource(
      "volume",
      "EPHEMERAL",
      specOf(
        "Volume",
        {
          phase: "VOLUME_PHASE_READY",
          location,
          parent_location: "/dev/sda",
          partition_index: 6,
          size,
          pretty_size: pretty,
        },
        { phase: "ready", location, parentLocation: "/dev/sda", partitionIndex: 6, size, prettySize: pretty },
      ),
    ),
    ...servicesOf({ ...talos, machine }).map(({ id, state }) => {
      const running = state === "Running";
      return resource("service", id, specOf("Service", { running, healthy: running, unknown: !running }));
    }),
  ];
}

/** A control plane whose etcd waits for the bootstrap is booting, as it is in Talos. */
function statusOf(talos: TalosWorld, machine: ListeningMachine): Spec {
  const waiting = servicesOf({ ...talos, machine }).filter(({ state }) => state !== "Running");
  const stage = machine.stage === "maintenance" ? "maintenance" : waiting.length > 0 ? "booting" : "running";
  const unmet = waiting.map(({ id }) => ({ name: "services", reason: `${id} is not running` }));
  const ready = unmet.length === 0;
  return specOf(
    "MachineStatus",
    { stage: `MACHINE_STAGE_${stage.toUpperCase()}`, status: { ready, unmet_conditions: unmet } },
    { stage, status: { ready, unmetConditions: unmet } },
  );
}

function ofConfigured(talos: TalosWorld, machine: ConfiguredMachine): readonly Resource[] {
  const { facts, entry } = machine;
  const cluster = clusterOf(configuredMachines(talos.world, talos.guestsOf), facts);
  const text = entry.configuration ?? "";
  const role = roleOf(machine);
  return [
    resource("machineConfig", "v1alpha1", {
      ...specOf("MachineConfig", { yaml_marshalled: Buffer.from(text) }),
      yaml_spec: stringify(text),
    }),
    resource("machineType", "machine-type", specOf("MachineType", { machine_type: role.proto }, role.yaml)),
    resource("identity", "local", specOf("Identity", { node_id: nodeId(machine) }, { nodeId: nodeId(machine) })),
    ...cluster.map(memberOf),
    ...ofKubelet(machine, isRunning(cluster)),
    ...(facts.role === "control-plane" ? ofControlPlane(machine, isRunning(cluster)) : []),
  ];
}

const roleOf = ({ facts }: ConfiguredMachine) =>
  facts.role === "control-plane"
    ? { proto: "TYPE_CONTROL_PLANE", yaml: "controlplane" }
    : { proto: "TYPE_WORKER", yaml: "worker" };

const nodeId = (machine: ConfiguredMachine): string => Buffer.from(memberId(machine)).toString("base64url");

function memberOf(machine: ConfiguredMachine): Resource {
  const { facts, guest } = machine;
  const role = roleOf(machine);
  const os = `Talos (v${talosOf(machine)})`;
  const apiPort = facts.role === "control-plane" ? 6443 : undefined;
  return resource(
    "member",
    facts.hostname,
    specOf(
      "Member",
      {
        node_id: nodeId(machine),
        addresses: [{ ip: bytesOf(guest.address) }],
        hostname: facts.hostname,
        machine_type: role.proto,
        operating_system: os,
        ...(apiPort !== undefined && { control_plane: { api_server_port: apiPort } }),
      },
      {
        nodeId: nodeId(machine),
        addresses: [guest.address],
        hostname: facts.hostname,
        machineType: role.yaml,
        operatingSystem: os,
        ...(apiPort !== undefined && { controlPlane: { port: apiPort } }),
      },
    ),
  );
}

function ofKubelet({ facts }: ConfiguredMachine, joined: boolean): readonly Resource[] {
  const image = `ghcr.io/siderolabs/kubelet:v${facts.kubernetesVersion}`;
  const { dnsDomain } = facts.cluster;
  const nodename = facts.hostname;
  return [
    resource(
      "kubelet",
      "kubelet",
      specOf("Kubelet", { image, cluster_domain: dnsDomain }, { image, clusterDomain: dnsDomain }),
    ),
    resource("nodename", "nodename", specOf("Nodename", { nodename })),
    ...(joined
      ? [
          resource(
            "nodeStatus",
            nodename,
            specOf(
              "NodeStatus",
              { nodename, node_ready: true, unschedulable: false, labels: facts.labels },
              { nodename, nodeReady: true, unschedulable: false, labels: facts.labels },
            ),
          ),
        ]
      : []),
  ];
}

const STATIC_PODS = ["kube-apiserver", "kube-controller-manager", "kube-scheduler"];

function ofControlPlane(machine: ConfiguredMachine, running: boolean): readonly Resource[] {
  const { facts } = machine;
  const { endpoint, dnsDomain, hasNetworkPlugin, kubernetesVersion } = facts.cluster;
  const image = (name: string): string => `registry.k8s.io/${name}:v${kubernetesVersion}`;
  const cni = hasNetworkPlugin ? "flannel" : "none";
  const component = (name: string): Spec => specOf("Component", { enabled: true, image: image(name) });
  const status = { phase: "Running", conditions: [{ type: "Ready", status: "True" }] };
  return [
    resource(
      "apiServer",
      "kube-apiserver",
      specOf(
        "APIServer",
        { image: image("kube-apiserver"), control_plane_endpoint: endpoint, local_port: 6443 },
        { image: image("kube-apiserver"), controlPlaneEndpoint: endpoint, localPort: 6443 },
      ),
    ),
    resource("controllerManager", "kube-controller-manager", component("kube-controller-manager")),
    resource("scheduler", "kube-scheduler", component("kube-scheduler")),
    resource(
      "manifests",
      "manifests",
      specOf(
        "Manifests",
        {
          server: endpoint,
          cluster_domain: dnsDomain,
          proxy_enabled: true,
          core_dns_enabled: true,
          flannel_enabled: hasNetworkPlugin,
          cni_name: cni,
        },
        { server: endpoint, clusterDomain: dnsDomain, cniName: cni },
      ),
    ),
    ...(running
      ? [
          resource(
            "etcdMember",
            "local",
            specOf("EtcdMember", { member_id: hex(machine) }, { memberID: hex(machine) }),
          ),
          ...STATIC_PODS.map((name) =>
            resource(
              "staticPod",
              `kube-system/${name}-${facts.hostname}`,
              specOf("StaticPod", { pod_status: structOf(status) }, status),
            ),
          ),
        ]
      : []),
  ];
}

const hex = (machine: ConfiguredMachine): string => BigInt(memberId(machine)).toString(16);

/** What `talosctl get` looks a word up in: `members`, `member`, `Members.cluster.talos.dev`. */
function definitions(): readonly Resource[] {
  return ALL_KINDS.map(({ type, namespace, columns = {}, sensitive }) => {
    const [display = "", ...suffix] = type.split(".");
    const singular = display.replace(/ies$/, "y").replace(/(status)es$|s$/i, "$1");
    const all = [display, singular].map((name) => name.toLowerCase());
    const aliases = [...new Set(all.flatMap((name) => [name, ...suffixed(name, suffix)]))];
    const print = Object.entries(columns).map(([name, json_path]) => ({ name, json_path }));
    return resource(
      "definition",
      type.toLowerCase(),
      specOf(
        "Definition",
        {
          resource_type: type,
          display_type: singular,
          default_namespace: namespace,
          aliases: all,
          all_aliases: aliases,
          print_columns: print,
          sensitivity: sensitive ? "SENSITIVE" : "NON_SENSITIVE",
        },
        {
          type,
          displayType: singular,
          aliases: all,
          allAliases: aliases,
          printColumns: print.map(({ name, json_path: jsonPath }) => ({ name, jsonPath })),
          defaultNamespace: namespace,
          sensitivity: sensitive ? "sensitive" : "",
        },
      ),
    );
  });
}

function suffixed(name: string, suffix: readonly string[]): readonly string[] {
  return suffix.map((_, index) => [name, ...suffix.slice(0, index + 1)].join("."));
}
