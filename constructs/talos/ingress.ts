/**
 * Talos's own firewall. It accepts replies, traffic among pods and services, and some pings; the rest is defined here
 * (docs.siderolabs.com, Ingress Firewall; siderolabs/talos `nftables_chain_config.go`).
 */
import type { LabConfig } from "../../config/schema.ts";
import { PLUGIN_PORTS } from "../../topology/network-plugin.ts";
import type { NodePlan } from "../../topology/types.ts";

/** What a machine's firewall rules depend on. */
export interface IngressProps {
  readonly role: NodePlan["role"];
  readonly cni: LabConfig["kubernetes"]["cni"];
  readonly guestCidr: string;
  readonly podCidr: string;
  /** Addresses of all control planes. */
  readonly controlPlanes: readonly string[];
}

/** A document of a machine configuration. */
type Document = Readonly<Record<string, unknown>>;

interface Opening {
  readonly name: string;
  readonly ports: readonly (number | string)[];
  /** @default - TCP */
  readonly protocol?: "tcp" | "udp";
  readonly from: readonly string[];
}

const ANYWHERE = "0.0.0.0/0";

function openings({ role, cni, guestCidr, podCidr, controlPlanes }: IngressProps): readonly Opening[] {
  const all: readonly Opening[] = [
    // Tunnels come from a host. Client certificates are asked for.
    { name: "apid", ports: [50_000], from: [ANYWHERE] },
    // Pods too: metrics collectors query the kubelet of their own machine.
    { name: "kubelet", ports: [10_250], from: [guestCidr, podCidr] },
    ...PLUGIN_PORTS[cni].map(({ name, port, protocol }) => ({ name, ports: [port], protocol, from: [guestCidr] })),
    // A host is in the guests' network by the gateway's address.
    { name: "node-ports", ports: ["30000-32767"], from: [guestCidr] },
  ];
  if (role === "worker") return all;
  return [
    ...all,
    { name: "trustd", ports: [50_001], from: [guestCidr] },
    // The load balancer sends on what it gets under its own address; pods come by the service's.
    { name: "kubernetes", ports: [6443], from: [ANYWHERE] },
    { name: "etcd", ports: ["2379-2380"], from: controlPlanes.map((address) => `${address}/32`) },
  ];
}

/** The documents that enable it, and the rules for a machine of this role. */
export function ingressDocuments(props: IngressProps): readonly Document[] {
  const document = (fields: Document): Document => ({ apiVersion: "v1alpha1", ...fields });
  return [
    document({ kind: "NetworkDefaultActionConfig", ingress: "block" }),
    ...openings(props).map(({ name, ports, protocol = "tcp", from }) =>
      document({
        kind: "NetworkRuleConfig",
        name,
        portSelector: { ports, protocol },
        ingress: from.map((subnet) => ({ subnet })),
      }),
    ),
  ];
}
