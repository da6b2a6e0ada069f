/**
 * Strategic-merge patches of the machine configuration. Documents other than the first are patches of their own, for
 * JSON patches are refused once there are several (tried with provider 0.11.0).
 */
import { ingressDocuments } from "./ingress.ts";
import type { ClusterPlan, MachinePlan, Topology } from "../../topology/types.ts";

/** What a node's patches are made from. */
export interface PatchProps {
  readonly topology: Topology;
  readonly node: Pick<MachinePlan, "name" | "role">;
  /** Container image of the installer, with the extensions of the image the machine booted. */
  readonly installer: string;
  /** Where the API is found from outside. */
  readonly apiAddress: string;
}

/** One document of a patch, to be written as YAML. */
export type Patch = Readonly<Record<string, unknown>>;

/** What this node's configuration has beyond what Talos generates by itself. */
export function patches(props: PatchProps): readonly Patch[] {
  const { topology, node } = props;
  const common = [
    machine(props),
    document({ kind: "HostnameConfig", hostname: node.name, auto: "off" }),
    ...ingressDocuments({
      role: node.role,
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

function machine({ topology, installer }: PatchProps): Patch {
  const { network, config } = topology;
  return {
    machine: {
      install: { disk: "/dev/sda", image: installer },
      features: { kubePrism: { enabled: true, port: 7445 } },
      // A virtual address moves between machines; a kubelet must not use it as its own.
      kubelet: { nodeIP: { validSubnets: [networkOf(topology)] } },
    },
    cluster: {
      network: { podSubnets: [network.podCidr], serviceSubnets: [network.serviceCidr] },
      ...(!config.kubernetes.discoveryService && { discovery: { enabled: false } }),
    },
  };
}

/**
 * A lease that is renewed too late ends the scheduler and the controller manager, which under emulation happens: a lone
 * control plane does without (both take the flag over their defaults: siderolabs/talos `control_plane_final.go`).
 */
const NO_ELECTION = { extraArgs: { "leader-elect": "false" } };

function controlPlane({ topology, apiAddress }: PatchProps): Patch {
  const emulated = topology.placement !== "oci" && topology.config.virtualization === "tcg";
  const loneEmulated = emulated && controlPlanesOf(topology).length === 1;
  return {
    cluster: {
      ...(topology.config.kubernetes.allowSchedulingOnControlPlanes && { allowSchedulingOnControlPlanes: true }),
      // Every address of the API server: the virtual address, the load balancer, a tunnel.
      apiServer: { certSANs: [...new Set([...sharedAddresses(topology), apiAddress, "127.0.0.1"])] },
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
