/** What each network plugin has open between machines. */
import type { LabConfig } from "../config/schema.ts";

/** One port that a plugin of every machine reaches on every other. */
interface PluginPort {
  readonly name: string;
  readonly port: number;
  readonly protocol: "tcp" | "udp";
  readonly why: string;
}

/** A plugin that somebody installs has what somebody opens for it. */
export const PLUGIN_PORTS: Readonly<Record<LabConfig["kubernetes"]["cni"], readonly PluginPort[]>> = {
  // Talos's flannel is told this port, not its own 8472 (siderolabs/talos, k8stemplates/flannel.go).
  flannel: [{ name: "vxlan", port: 4789, protocol: "udp", why: "pods of other machines, by flannel" }],
  // Cilium documentation, System Requirements: Firewall Rules.
  cilium: [
    { name: "cilium-vxlan", port: 8472, protocol: "udp", why: "pods of other machines, by Cilium" },
    { name: "cilium-health", port: 4240, protocol: "tcp", why: "Cilium's health checks" },
  ],
  none: [],
};
