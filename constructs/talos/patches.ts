/**
 * Strategic-merge patches of the machine configuration. Documents other than the first are patches of their own, for
 * JSON patches are refused once there are several (tried with provider 0.11.0).
 */
import { ciliumManifest } from "./cilium.ts";
import { ingressDocuments } from "./ingress.ts";
import type { LabConfig } from "../../config/schema.ts";
import type { ClusterPlan, MachinePlan, Topology } from "../../topology/types.ts";

/** What a node's patches are made from. */
export interface PatchProps {
  readonly topology: Topology;
  readonly node: Pick<MachinePlan, "name" | "role" | "labels" | "taints" | "volumes" | "diskGb">;
  /** Container image of the installer, with the extensions of the image the machine booted. */
  readonly installer: string;
  /** Where the API is found from outside. */
  readonly apiAddress: string;
}

/** One document of a patch, to be written as YAML. */
export type Patch = Readonly<Record<string, unknown>>;

/** What this node's configuration has beyond what Talos generates by itself: the lab's, then the config's own. */
export function patches(props: PatchProps): readonly Patch[] {
  return [...labPatches(props), ...ownPatches(props)];
}

function ownPatches({ topology, node }: PatchProps): readonly Patch[] {
  const isMeant = (whom: LabConfig["talos"]["patches"][number]["for"]): boolean => {
    if (whom === undefined) return true;
    return typeof whom === "string" ? whom === `${node.role}s` : whom.includes(node.name);
  };
  return topology.config.talos.patches.filter((own) => isMeant(own.for)).map(({ patch }) => patch);
}

function labPatches(props: PatchProps): readonly Patch[] {
  const { topology, node } = props;
  const common = [
    machine(props),
    ...volumeDocuments(node),
    document({ kind: "HostnameConfig", hostname: node.name, auto: "off" }),
    ...ingressDocuments({
      role: node.role,
      cni: topology.config.kubernetes.cni,
      guestCidr: networkOf(topology),
      podCidr: topology.network.podCidr,
      controlPlanes: controlPlanesOf(topology).map(({ address }) => address),
    }),
  ];
  if (node.role === "worker") return common;
  return [...common, controlPlane(props), ...(topology.placement === "oci" ? [] : [sharedAddress(topology.cluster)])];
}

/** The address that control planes share, where they do. */
function sharedAddresses(topology: Topology): readonly string[] {
  return topology.placement === "oci" ? [] : [topology.cluster.vip];
}

/** The network that the machines have their addresses in. */
function networkOf(topology: Topology): string {
  return topology.placement === "oci" ? topology.network.subnetCidr : topology.network.guest.cidr;
}

function controlPlanesOf({ nodes }: Topology): readonly MachinePlan[] {
  return nodes.filter(({ role }) => role === "control-plane");
}

function machine({ topology, node, installer }: PatchProps): Patch {
  const { network, config } = topology;
  const { cni, discoveryService } = config.kubernetes;
  return {
    machine: {
      install: { disk: "/dev/sda", image: installer },
      features: { kubePrism: { enabled: true, port: 7445 } },
      // A virtual address moves between machines; a kubelet must not use it as its own.
      kubelet: { nodeIP: { validSubnets: [networkOf(topology)] } },
      ...(node.labels && { nodeLabels: node.labels }),
      ...(node.taints && { nodeTaints: node.taints }),
    },
    cluster: {
      network: {
        podSubnets: [network.podCidr],
        serviceSubnets: [network.serviceCidr],
        ...(cni !== "flannel" && { cni: { name: "none" } }),
      },
      ...(cni === "cilium" && { proxy: { disabled: true } }),
      ...(!discoveryService && { discovery: { enabled: false } }),
    },
  };
}

/** Talos's own partitions on the system disk, in GiB: the boot partition above all, and room to spare. */
const SYSTEM_GB = 4;

/** What the pods' files may take of the disk is what the user volumes leave. */
function volumeDocuments({ volumes = {}, diskGb }: PatchProps["node"]): readonly Patch[] {
  const sizes = Object.entries(volumes);
  if (sizes.length === 0) return [];
  const rest = diskGb - SYSTEM_GB - sizes.reduce((sum, [, size]) => sum + size, 0);
  const onSystemDisk = (least: number, most: number) => ({
    provisioning: { diskSelector: { match: "system_disk" }, minSize: `${least}GiB`, maxSize: `${most}GiB` },
  });
  return [
    document({ kind: "VolumeConfig", name: "EPHEMERAL", ...onSystemDisk(2, rest) }),
    ...sizes.map(([name, size]) => document({ kind: "UserVolumeConfig", name, ...onSystemDisk(size, size) })),
  ];
}

/**
 * A lease that is renewed too late ends the scheduler and the controller manager, which under emulation happens: a lone
 * control plane does without (both take the flag over their defaults: siderolabs/talos `control_plane_final.go`).
 */
const NO_ELECTION = { extraArgs: { "leader-elect": "false" } };

/** Every control plane has the same: whichever is bootstrapped applies them. */
function manifests({ config: { kubernetes } }: Topology): readonly object[] {
  const all = { ...(kubernetes.cni === "cilium" && { cilium: ciliumManifest() }), ...kubernetes.inlineManifests };
  return Object.entries(all).map(([name, contents]) => ({ name, contents }));
}

function controlPlane({ topology, apiAddress }: PatchProps): Patch {
  const inlineManifests = manifests(topology);
  const emulated = topology.placement !== "oci" && topology.config.virtualization === "tcg";
  const loneEmulated = emulated && controlPlanesOf(topology).length === 1;
  return {
    cluster: {
      ...(topology.config.kubernetes.allowSchedulingOnControlPlanes && { allowSchedulingOnControlPlanes: true }),
      // Every address of the API server: the virtual address, the load balancer, a tunnel.
      apiServer: { certSANs: [...new Set([...sharedAddresses(topology), apiAddress, "127.0.0.1"])] },
      ...(inlineManifests.length > 0 && { inlineManifests }),
      ...(loneEmulated && { controllerManager: NO_ELECTION, scheduler: NO_ELECTION }),
    },
  };
}

/** The control planes hold the API's address in turn, by gratuitous ARP in their shared guest network. */
function sharedAddress(cluster: ClusterPlan): Patch {
  return document({ kind: "Layer2VIPConfig", name: cluster.vip, link: "eth0" });
}

function document(fields: Patch): Patch {
  return { apiVersion: "v1alpha1", ...fields };
}
