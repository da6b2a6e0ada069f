/** The types of resources that the sandbox tells of, by what `talosctl get` calls them (siderolabs/talos v1.13.9, resources). */

/** A type of resource, and how it may be called. */
export interface ResourceKind {
  /** Such as `Members.cluster.talos.dev`. */
  readonly type: string;
  readonly namespace: string;
  /** Columns of `talosctl get` beside the usual ones, with their places in the YAML. */
  readonly columns?: Readonly<Record<string, string>>;
  /** For admins alone. */
  readonly sensitive?: true;
}

const kind = (type: string, namespace: string, columns: Readonly<Record<string, string>> = {}): ResourceKind => ({
  type,
  namespace,
  columns,
});

/** Those that are played. */
export const KINDS = {
  machineConfig: { type: "MachineConfigs.config.talos.dev", namespace: "config", sensitive: true },
  machineType: kind("MachineTypes.config.talos.dev", "config", { Type: "{}" }),
  member: kind("Members.cluster.talos.dev", "cluster", {
    Hostname: "{.hostname}",
    "Machine Type": "{.machineType}",
    OS: "{.operatingSystem}",
    Addresses: "{.addresses}",
  }),
  identity: kind("Identities.cluster.talos.dev", "cluster", { ID: "{.nodeId}" }),
  etcdMember: kind("EtcdMembers.etcd.talos.dev", "etcd", { ID: "{.memberID}" }),
  hostname: kind("HostnameStatuses.net.talos.dev", "network", { Hostname: "{.hostname}" }),
  nodeAddress: kind("NodeAddresses.net.talos.dev", "network", { Addresses: "{.addresses}" }),
  nodename: kind("Nodenames.kubernetes.talos.dev", "k8s", { Nodename: "{.nodename}" }),
  nodeStatus: kind("NodeStatuses.kubernetes.talos.dev", "k8s", {
    Ready: "{.nodeReady}",
    Unschedulable: "{.unschedulable}",
  }),
  kubelet: kind("KubeletConfigs.kubernetes.talos.dev", "k8s"),
  manifests: kind("BootstrapManifestsConfigs.kubernetes.talos.dev", "controlplane"),
  apiServer: kind("APIServerConfigs.kubernetes.talos.dev", "controlplane"),
  controllerManager: kind("ControllerManagerConfigs.kubernetes.talos.dev", "controlplane"),
  scheduler: kind("SchedulerConfigs.kubernetes.talos.dev", "controlplane"),
  staticPod: kind("StaticPodStatuses.kubernetes.talos.dev", "k8s", {
    Ready: '{.conditions[?(@.type=="Ready")].status}',
  }),
  machineStatus: kind("MachineStatuses.runtime.talos.dev", "runtime", {
    Stage: "{.stage}",
    Ready: "{.status.ready}",
  }),
  diagnostic: kind("Diagnostics.runtime.talos.dev", "runtime", { Message: "{.message}" }),
  service: kind("Services.v1alpha1.talos.dev", "runtime", {
    Running: "{.running}",
    Healthy: "{.healthy}",
    "Health Unknown": "{.unknown}",
  }),
  version: kind("Versions.runtime.talos.dev", "runtime", { Version: "{.version}" }),
  volume: kind("VolumeStatuses.block.talos.dev", "runtime", {
    Phase: "{.phase}",
    Location: "{.location}",
    Size: "{.prettySize}",
  }),
  systemDisk: kind("SystemDisks.block.talos.dev", "runtime", { Disk: "{.diskID}" }),
  definition: kind("ResourceDefinitions.meta.cosi.dev", "meta", { Aliases: "{.aliases[:]}" }),
} as const satisfies Readonly<Record<string, ResourceKind>>;

/** One of them. */
export type KindName = keyof typeof KINDS;

/** The same as a list. */
export const ALL_KINDS: readonly ResourceKind[] = Object.values(KINDS);
