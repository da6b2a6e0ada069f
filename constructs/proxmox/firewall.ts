import { VirtualEnvironmentClusterFirewall } from "@cdktf/provider-proxmox/virtual-environment-cluster-firewall";
import { VirtualEnvironmentFirewallIpset } from "@cdktf/provider-proxmox/virtual-environment-firewall-ipset";
import { VirtualEnvironmentFirewallRules } from "@cdktf/provider-proxmox/virtual-environment-firewall-rules";
import type { ITerraformDependable } from "cdktf";
import { Construct } from "constructs";
import type { NetworkPlan } from "../../topology/types.ts";

export interface FirewallProps {
  readonly network: NetworkPlan;
  readonly adminCidrs: readonly string[];
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
        ...props.adminCidrs.map((cidr) => ({ name: cidr, comment: "admins, by SSH" })),
      ],
      dependsOn: [props.after],
    });
    const before: ITerraformDependable[] = [management];
    if (network.guest.kind === "evpn") before.push(this.#overlayRules(network, props.after));
    new VirtualEnvironmentClusterFirewall(this, "cluster", {
      enabled: true,
      inputPolicy: "DROP",
      outputPolicy: "ACCEPT",
      // Guests leave, and the API is forwarded, through the hosts.
      forwardPolicy: "ACCEPT",
      dependsOn: before,
    });
  }

  /** Corosync and migration PVE lets through by itself; the overlay between the hosts it does not. */
  #overlayRules({ subnetCidr }: NetworkPlan, after: ITerraformDependable): ITerraformDependable {
    const accept = { type: "in", action: "ACCEPT", source: subnetCidr, enabled: true };
    return new VirtualEnvironmentFirewallRules(this, "overlay", {
      rule: [
        { ...accept, proto: "udp", dport: "4789", comment: "VXLAN" },
        { ...accept, proto: "tcp", dport: "179", comment: "BGP" },
      ],
      dependsOn: [after],
    });
  }
}
