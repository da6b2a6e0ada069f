import { VirtualEnvironmentClusterFirewall } from "@cdktf/provider-proxmox/virtual-environment-cluster-firewall";
import { VirtualEnvironmentFirewallIpset } from "@cdktf/provider-proxmox/virtual-environment-firewall-ipset";
import {
  VirtualEnvironmentFirewallRules,
  type VirtualEnvironmentFirewallRulesRule,
} from "@cdktf/provider-proxmox/virtual-environment-firewall-rules";
import type { ITerraformDependable } from "cdktf";
import { Construct } from "constructs";
import type { NetworkPlan } from "../../topology/types.ts";
import { FarewellStep } from "../lab/script-step.ts";
import { type StepHost, STEPS } from "./cluster.ts";

export interface FirewallProps {
  readonly network: NetworkPlan;
  readonly adminCidrs: readonly string[];
  /** Any host: its API switches the firewall of all. */
  readonly host: StepHost;
  readonly after: ITerraformDependable;
}

/**
 * PVE's own firewall, under the security groups of OCI. Who may reach ports 22 and 8006 stands in the set `management`;
 * it is filled before the firewall is switched on, for an empty one locks everybody out.
 */
export class Firewall extends Construct {
  constructor(scope: Construct, id: string, props: FirewallProps) {
    super(scope, id);
    const { network } = props;
    const management = new VirtualEnvironmentFirewallIpset(this, "management", {
      name: "management",
      comment: "May log in to the hosts",
      cidr: [
        { name: network.subnetCidr, comment: "the hosts among themselves" },
        ...props.adminCidrs.flatMap(halved).map((cidr) => ({ name: cidr, comment: "admins, by SSH" })),
      ],
      dependsOn: [props.after],
    });
    const rules = new VirtualEnvironmentFirewallRules(this, "guest-network", {
      rule: network.guest.kind === "evpn" ? overlayRules(network) : dhcpRules(network),
      dependsOn: [props.after],
    });
    const firewall = new VirtualEnvironmentClusterFirewall(this, "cluster", {
      enabled: true,
      inputPolicy: "DROP",
      outputPolicy: "ACCEPT",
      // Guests leave, and the API is forwarded, through the hosts.
      forwardPolicy: "ACCEPT",
      dependsOn: [management, rules],
    });
    // The provider only forgets a firewall; left on, it would lock out whoever comes when the set is gone.
    new FarewellStep(this, "off-at-the-end", {
      folder: STEPS,
      script: "disable-firewall.mjs",
      environment: { PVE_HOST: JSON.stringify(props.host), PVE_TIMEOUT_SECONDS: "60" },
      dependsOn: [firewall],
    });
  }
}

/** Corosync and migration PVE lets through by itself; the overlay between the hosts it does not. */
function overlayRules({ subnetCidr }: NetworkPlan): VirtualEnvironmentFirewallRulesRule[] {
  const accept = { type: "in", action: "ACCEPT", source: subnetCidr, enabled: true };
  return [
    { ...accept, proto: "udp", dport: "4789", comment: "VXLAN" },
    { ...accept, proto: "tcp", dport: "179", comment: "BGP" },
  ];
}

/** In a Simple zone it is the host that answers the guests' DHCP. */
function dhcpRules({ guest }: NetworkPlan): VirtualEnvironmentFirewallRulesRule[] {
  return [
    { type: "in", action: "ACCEPT", enabled: true, iface: guest.vnet, proto: "udp", dport: "67", comment: "DHCP" },
  ];
}

/** PVE takes no /0 into a set. */
function halved(cidr: string): string[] {
  return cidr === "0.0.0.0/0" ? ["0.0.0.0/1", "128.0.0.0/1"] : [cidr];
}
