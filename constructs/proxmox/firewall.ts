import {
  VirtualEnvironmentClusterFirewall,
  type VirtualEnvironmentClusterFirewallConfig,
} from "@cdktf/provider-proxmox/virtual-environment-cluster-firewall";
import {
  VirtualEnvironmentFirewallIpset,
  type VirtualEnvironmentFirewallIpsetConfig,
} from "@cdktf/provider-proxmox/virtual-environment-firewall-ipset";
import {
  VirtualEnvironmentFirewallRules,
  type VirtualEnvironmentFirewallRulesConfig,
  type VirtualEnvironmentFirewallRulesRule,
} from "@cdktf/provider-proxmox/virtual-environment-firewall-rules";
import type { ITerraformDependable } from "cdktf";
import { Construct } from "constructs";
import { BFD } from "../../topology/firewall.ts";
import type { NetworkPlan } from "../../topology/types.ts";
import { DestroyStep, type DestroyStepProps } from "../lab/script-step.ts";
import { type Transforms, transforming } from "../lab/transform.ts";
import { type StepHost, STEPS } from "./cluster.ts";

type FirewallNetwork = Pick<NetworkPlan, "guest" | "subnetCidr">;

/** The inner resources of a `Firewall`. */
export interface FirewallInner {
  readonly management: VirtualEnvironmentFirewallIpsetConfig;
  readonly rules: VirtualEnvironmentFirewallRulesConfig;
  readonly firewall: VirtualEnvironmentClusterFirewallConfig;
  readonly disableStep: DestroyStepProps;
}

/** What a `Firewall` is made from. */
export interface FirewallProps {
  readonly network: FirewallNetwork;
  /** Any host: its API switches the firewall of all. */
  readonly host: StepHost;
  readonly after: ITerraformDependable;
  /** @default - the lab's own arguments */
  readonly transform?: Transforms<FirewallInner> | undefined;
}

/**
 * PVE's own firewall, under the security groups of OCI. Nothing here depends on the admins' networks: these change in the
 * security group alone, as a change of this firewall has to pass it. The set `management` has the neighbours that may reach
 * ports 8006 and 22; tunnels end on the host itself and need no rule.
 *
 * @example
 * const { hosts, leader: host } = lab.proxmox;
 * const cluster = new Cluster(stack, "cluster", { lab: "mine", hosts, micro: null });
 * new Firewall(stack, "firewall", { network: lab.topology.network, host, after: cluster.formed });
 */
export class Firewall extends Construct {
  readonly nodes: {
    readonly management: VirtualEnvironmentFirewallIpset;
    readonly rules: VirtualEnvironmentFirewallRules;
    readonly firewall: VirtualEnvironmentClusterFirewall;
    readonly disableStep: DestroyStep;
  };

  constructor(scope: Construct, id: string, props: FirewallProps) {
    super(scope, id);
    const given = transforming<FirewallInner>(this, props.transform);
    const { network } = props;
    const dependsOn = [props.after];
    const management = new VirtualEnvironmentFirewallIpset(
      this,
      "management",
      given("management", {
        name: "management",
        comment: "The hosts among themselves",
        // PVE adds the network that it detects; set here, nothing depends on what it detects.
        cidr: [{ name: network.subnetCidr, comment: "the hosts' subnet" }],
        dependsOn,
      }),
    );
    const rule = [...sshRules(network), ...(network.guest.kind === "evpn" ? overlayRules(network) : [])];
    const rules = new VirtualEnvironmentFirewallRules(this, "rules", given("rules", { rule, dependsOn }));
    const firewall = new VirtualEnvironmentClusterFirewall(
      this,
      "cluster",
      given("firewall", {
        enabled: true,
        inputPolicy: "DROP",
        outputPolicy: "ACCEPT",
        // Guests leave, and the API is forwarded, through the hosts.
        forwardPolicy: "ACCEPT",
        dependsOn: [management, rules],
      }),
    );
    // The provider only removes a firewall from its state; left on without its rules, it would refuse everybody.
    const disableStep = new DestroyStep(
      this,
      "off-at-the-end",
      given("disableStep", {
        folder: STEPS,
        script: "disable-firewall.mjs",
        environment: { PVE_HOST: JSON.stringify(props.host), PVE_TIMEOUT_SECONDS: "60" },
        dependsOn: [firewall],
      }),
    );
    this.nodes = { management, rules, firewall, disableStep };
  }
}

/** From everywhere but the guests: the security group decides the rest. The first matching rule decides. */
function sshRules({ guest }: FirewallNetwork): VirtualEnvironmentFirewallRulesRule[] {
  const ssh = { type: "in", enabled: true, proto: "tcp", dport: "22" };
  return [
    { ...ssh, action: "DROP", source: guest.cidr, comment: "SSH: not from guests" },
    { ...ssh, action: "ACCEPT", comment: "SSH: the security group says from where" },
  ];
}

/** Corosync and migration PVE lets through by itself; the overlay between the hosts it does not. */
function overlayRules({ subnetCidr }: FirewallNetwork): VirtualEnvironmentFirewallRulesRule[] {
  const accept = { type: "in", action: "ACCEPT", source: subnetCidr, enabled: true };
  const { direct, multihop } = BFD;
  return [
    { ...accept, proto: "udp", dport: "4789", comment: "VXLAN" },
    { ...accept, proto: "tcp", dport: "179", comment: "BGP" },
    { ...accept, proto: "udp", dport: `${direct.from}:${direct.to}`, comment: "BFD" },
    { ...accept, proto: "udp", dport: String(multihop.from), comment: "BFD, multihop" },
  ];
}
