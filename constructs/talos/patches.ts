/**
 * Strategic-merge patches of the machine configuration. Documents other than the first are patches of their own, for
 * JSON patches are refused once there are several (tried with provider 0.11.0).
 */
import { ingressDocuments } from "./ingress.ts";
import type { ClusterPlan, GuestNetworkPlan, NodePlan } from "../../topology/types.ts";

/** What a node's patches are made from. */
export interface PatchProps {
  readonly node: NodePlan;
  readonly network: GuestNetworkPlan;
  readonly cluster: ClusterPlan;
  /** Addresses of all control planes. A lone one does not take part in leader election. */
  readonly controlPlanes: readonly string[];
  /** Whether control planes run any pod. */
  readonly schedulable: boolean;
  /** Whether machines use the discovery service, discovery.talos.dev. */
  readonly discoveryService: boolean;
  readonly podCidr: string;
  readonly serviceCidr: string;
  /** Container image of the installer, with the extensions of the image the machine booted. */
  readonly installer: string;
  /** Public address of the load balancer. */
  readonly apiAddress: string;
}

/** One document of a patch, to be written as YAML. */
export type Patch = Readonly<Record<string, unknown>>;

/** What this node's configuration has beyond what Talos generates by itself. */
export function patches(props: PatchProps): readonly Patch[] {
  const { node, network, podCidr, controlPlanes } = props;
  const common = [
    machine(props),
    document({ kind: "HostnameConfig", hostname: node.name, auto: "off" }),
    ...ingressDocuments({ role: node.role, guestCidr: network.cidr, podCidr, controlPlanes }),
  ];
  return node.role === "worker" ? common : [...common, controlPlane(props), sharedAddress(props.cluster)];
}

function machine({ installer, network, podCidr, serviceCidr, discoveryService }: PatchProps): Patch {
  return {
    machine: {
      install: { disk: "/dev/sda", image: installer },
      features: { kubePrism: { enabled: true, port: 7445 } },
      // The virtual address moves between machines; a kubelet must not use it as its own.
      kubelet: { nodeIP: { validSubnets: [network.cidr] } },
    },
    cluster: {
      network: { podSubnets: [podCidr], serviceSubnets: [serviceCidr] },
      ...(!discoveryService && { discovery: { enabled: false } }),
    },
  };
}

/**
 * A lease that is renewed too late ends the scheduler and the controller manager, which under emulation happens: a lone
 * control plane does without (both take the flag over their defaults: siderolabs/talos `control_plane_final.go`).
 */
const NO_ELECTION = { extraArgs: { "leader-elect": "false" } };

function controlPlane({ cluster, apiAddress, controlPlanes, schedulable }: PatchProps): Patch {
  const lone = controlPlanes.length === 1;
  return {
    cluster: {
      ...(schedulable && { allowSchedulingOnControlPlanes: true }),
      // Every address of the API server: the virtual address, the load balancer, a tunnel.
      apiServer: { certSANs: [cluster.vip, apiAddress, "127.0.0.1"] },
      ...(lone && { controllerManager: NO_ELECTION, scheduler: NO_ELECTION }),
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
