import { SdnApplier } from "@cdktf/provider-proxmox/sdn-applier";
import { SdnControllerEvpn } from "@cdktf/provider-proxmox/sdn-controller-evpn";
import { SdnSubnet } from "@cdktf/provider-proxmox/sdn-subnet";
import { SdnVnet } from "@cdktf/provider-proxmox/sdn-vnet";
import { SdnZoneEvpn } from "@cdktf/provider-proxmox/sdn-zone-evpn";
import { SdnZoneSimple } from "@cdktf/provider-proxmox/sdn-zone-simple";
import type { ITerraformDependable, TerraformResource } from "cdktf";
import { Construct } from "constructs";
import { Generation } from "../lab/generation.ts";
import { address, ScriptStep } from "../lab/script-step.ts";
import type { GuestNetworkPlan, HostPlan } from "../../topology/types.ts";
import { type StepHost, STEPS } from "./cluster.ts";

export interface GuestNetworkProps {
  readonly plan: GuestNetworkPlan;
  readonly hosts: readonly HostPlan[];
  /** Any host: its API speaks for all. */
  readonly host: StepHost;
  readonly after: ITerraformDependable;
}

/**
 * The network of the guests. OCI drops frames of MACs it does not know, so guests never touch the VCN: on one host they
 * sit in a Simple zone behind its SNAT; over several in an EVPN zone, whose VXLAN every host carries and leaves by SNAT.
 */
export class GuestNetwork extends Construct {
  /** Bridge for the guests' network devices. */
  readonly bridge: string;
  /** Until then the vnet is only pending, on some host at least. */
  readonly applied: ITerraformDependable;

  constructor(scope: Construct, id: string, props: GuestNetworkProps) {
    super(scope, id);
    const { plan } = props;
    // SDN changes wait until they are applied. This applier is made first and so destroyed last: it applies the removals.
    const removals = new SdnApplier(this, "apply-removals", {
      onCreate: false,
      onDestroy: true,
      dependsOn: [props.after],
    });
    const zone = plan.kind === "simple" ? this.#simpleZone(props, removals) : this.#evpnZone(props, removals);
    // A vnet changes its zone only without subnets (pve-network): with another kind of zone both are made anew.
    const kind = new Generation(this, "kind", { kind: plan.kind });
    const anew = { replaceTriggeredBy: [kind.address] };
    const vnet = new SdnVnet(this, "vnet", {
      id: plan.vnet,
      zone: zone.id,
      ...(plan.kind === "evpn" && { tag: plan.vnetTag }),
      lifecycle: anew,
    });
    const subnet = new SdnSubnet(this, "subnet", {
      vnet: vnet.id,
      cidr: plan.cidr,
      gateway: plan.gateway,
      snat: true,
      lifecycle: anew,
    });
    const parts: TerraformResource[] = [zone, vnet, subnet];
    // Proxmox lets go of neither zone nor vnet while there is a subnet: where one of the three is made anew, the subnet is.
    const life = new Generation(this, "life", { subnet: subnet.id });
    const apply = new SdnApplier(this, "apply", {
      onCreate: true,
      onDestroy: false,
      dependsOn: parts,
      lifecycle: { replaceTriggeredBy: [...parts.map(address), life.address] },
    });
    // Its success proves nothing: every host reloads its network by itself.
    this.applied = new ScriptStep(this, "on-every-host", {
      folder: STEPS,
      script: "wait-sdn.mjs",
      environment: {
        PVE_HOST: JSON.stringify(props.host),
        PVE_NODES: JSON.stringify(props.hosts.map(({ name }) => name)),
        PVE_ZONE: plan.zone,
      },
      triggers: { applied: apply.id },
      dependsOn: [apply],
    }).resource;
    this.bridge = plan.vnet;
  }

  #simpleZone({ plan, hosts }: GuestNetworkProps, after: ITerraformDependable): SdnZoneSimple {
    return new SdnZoneSimple(this, "zone", {
      id: plan.zone,
      nodes: hosts.map((host) => host.name),
      mtu: plan.mtu,
      ipam: "pve",
      dependsOn: [after],
    });
  }

  #evpnZone({ plan, hosts }: GuestNetworkProps, after: ITerraformDependable): SdnZoneEvpn {
    const controller = new SdnControllerEvpn(this, "controller", {
      id: plan.controller,
      asn: plan.asn,
      peers: hosts.map((host) => host.address),
      dependsOn: [after],
    });
    const nodes = hosts.map((host) => host.name);
    return new SdnZoneEvpn(this, "zone", {
      id: plan.zone,
      controller: controller.id,
      vrfVxlan: plan.vrfVxlan,
      mtu: plan.mtu,
      nodes,
      exitNodes: nodes,
      // Hosts themselves reach the guests too: for the API's forward and for the tunnels.
      exitNodesLocalRouting: true,
    });
  }
}
