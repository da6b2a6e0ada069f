import { SdnApplier, type SdnApplierConfig } from "@cdktf/provider-proxmox/sdn-applier";
import { SdnControllerEvpn, type SdnControllerEvpnConfig } from "@cdktf/provider-proxmox/sdn-controller-evpn";
import { SdnSubnet, type SdnSubnetConfig } from "@cdktf/provider-proxmox/sdn-subnet";
import { SdnVnet, type SdnVnetConfig } from "@cdktf/provider-proxmox/sdn-vnet";
import { SdnZoneEvpn, type SdnZoneEvpnConfig } from "@cdktf/provider-proxmox/sdn-zone-evpn";
import { SdnZoneSimple, type SdnZoneSimpleConfig } from "@cdktf/provider-proxmox/sdn-zone-simple";
import type { ITerraformDependable, TerraformResource } from "cdktf";
import { Construct } from "constructs";
import { Generation, type GenerationValues } from "../lab/generation.ts";
import { address, ScriptStep, type ScriptStepProps } from "../lab/script-step.ts";
import { type Transforms, transforming } from "../lab/transform.ts";
import type { GuestNetworkPlan, HostPlan } from "../../topology/types.ts";
import { type StepHost, STEPS } from "./cluster.ts";

/** The inner resources of a `GuestNetwork`. */
export interface GuestNetworkInner {
  readonly removals: SdnApplierConfig;
  /** Of several hosts only. */
  readonly controller: SdnControllerEvpnConfig;
  /** Of several hosts only. */
  readonly evpnZone: SdnZoneEvpnConfig;
  /** Of a single host only. */
  readonly simpleZone: SdnZoneSimpleConfig;
  readonly kind: GenerationValues;
  readonly vnet: SdnVnetConfig;
  readonly subnet: SdnSubnetConfig;
  readonly life: GenerationValues;
  readonly apply: SdnApplierConfig;
  readonly onEveryHost: ScriptStepProps;
}

/** What a `GuestNetwork` is made from. */
export interface GuestNetworkProps {
  readonly plan: GuestNetworkPlan;
  readonly hosts: readonly HostPlan[];
  /** Any host: its API is used for the cluster. */
  readonly host: StepHost;
  readonly after: ITerraformDependable;
  /** @default - the lab's own arguments */
  readonly transform?: Transforms<GuestNetworkInner> | undefined;
}

/**
 * The network of the guests. OCI drops frames with unknown MACs, so guests are not in the VCN: on one host they
 * are in a Simple zone with SNAT; on several in an EVPN zone over VXLAN, with SNAT on every host.
 *
 * @example
 * const { hosts, leader: host } = lab.proxmox;
 * const cluster = new Cluster(stack, "cluster", { lab: "mine", hosts, micro: null });
 * const plan = lab.topology.network.guest;
 * new GuestNetwork(stack, "network", { plan, hosts: lab.topology.hosts, host, after: cluster.formed });
 */
export class GuestNetwork extends Construct {
  readonly nodes: {
    readonly removals: SdnApplier;
    /** Null on a single host. */
    readonly controller: SdnControllerEvpn | null;
    readonly zone: SdnZoneEvpn | SdnZoneSimple;
    readonly kind: Generation;
    readonly vnet: SdnVnet;
    readonly subnet: SdnSubnet;
    readonly life: Generation;
    readonly apply: SdnApplier;
    readonly onEveryHost: ScriptStep;
  };
  /** Bridge for the guests' network devices. */
  readonly bridge: string;
  readonly #given;

  constructor(scope: Construct, id: string, props: GuestNetworkProps) {
    super(scope, id);
    const given = transforming<GuestNetworkInner>(this, props.transform);
    this.#given = given;
    const { plan } = props;
    // SDN changes wait until they are applied. This applier is made first and so destroyed last: it applies the removals.
    const removals = new SdnApplier(
      this,
      "apply-removals",
      given("removals", { onCreate: false, onDestroy: true, dependsOn: [props.after] }),
    );
    const { zone, controller } = this.#createZone(props, removals);
    // A vnet changes its zone only without subnets (pve-network): with another kind of zone both are replaced.
    const kind = new Generation(this, "kind", given("kind", { kind: plan.kind }));
    const lifecycle = { replaceTriggeredBy: [kind.address] };
    const tag = plan.kind === "evpn" && { tag: plan.vnetTag };
    const vnet = new SdnVnet(this, "vnet", given("vnet", { id: plan.vnet, zone: zone.id, ...tag, lifecycle }));
    const { cidr, gateway } = plan;
    const subnet = new SdnSubnet(
      this,
      "subnet",
      given("subnet", { vnet: vnet.id, cidr, gateway, snat: true, lifecycle }),
    );
    // Proxmox deletes neither zone nor vnet while there is a subnet: where one of the three is replaced, the subnet is.
    const life = new Generation(this, "life", given("life", { subnet: subnet.id }));
    const apply = this.#createApply([zone, vnet, subnet], life);
    const onEveryHost = this.#createWait(props, apply);
    this.nodes = { removals, controller, zone, kind, vnet, subnet, life, apply, onEveryHost };
    this.bridge = plan.vnet;
  }

  /** Until then the vnet is only pending, on some host at least. */
  get applied(): ITerraformDependable {
    return this.nodes.onEveryHost.nodes.run;
  }

  #createZone(props: GuestNetworkProps, after: ITerraformDependable) {
    const zone = { id: props.plan.zone, mtu: props.plan.mtu, nodes: props.hosts.map((host) => host.name) };
    if (props.plan.kind === "evpn") return this.#createEvpn(props, zone, after);
    const simple = this.#given("simpleZone", { ...zone, ipam: "pve", dependsOn: [after] });
    return { zone: new SdnZoneSimple(this, "zone", simple), controller: null };
  }

  #createEvpn(
    { plan, hosts }: GuestNetworkProps,
    zone: Required<Pick<SdnZoneEvpnConfig, "id" | "mtu" | "nodes">>,
    after: ITerraformDependable,
  ) {
    const peers = hosts.map((host) => host.address);
    const controller = new SdnControllerEvpn(
      this,
      "controller",
      this.#given("controller", { id: plan.controller, asn: plan.asn, peers, dependsOn: [after] }),
    );
    const evpn = this.#given("evpnZone", {
      ...zone,
      controller: controller.id,
      vrfVxlan: plan.vrfVxlan,
      exitNodes: zone.nodes,
      // Hosts themselves reach the guests too: for the API's forward and for the tunnels.
      exitNodesLocalRouting: true,
    });
    return { zone: new SdnZoneEvpn(this, "zone", evpn), controller };
  }

  #createApply(parts: readonly TerraformResource[], life: Generation): SdnApplier {
    const ours = {
      onCreate: true,
      onDestroy: false,
      dependsOn: [...parts],
      lifecycle: { replaceTriggeredBy: [...parts.map(address), life.address] },
    };
    return new SdnApplier(this, "apply", this.#given("apply", ours));
  }

  /** An apply's success proves nothing: every host reloads its network by itself. */
  #createWait({ plan, host, hosts }: GuestNetworkProps, apply: SdnApplier): ScriptStep {
    const ours = {
      folder: STEPS,
      script: "wait-sdn.mjs",
      environment: {
        PVE_HOST: JSON.stringify(host),
        PVE_NODES: JSON.stringify(hosts.map(({ name }) => name)),
        PVE_ZONE: plan.zone,
      },
      triggers: { applied: apply.id },
      dependsOn: [apply],
    };
    return new ScriptStep(this, "on-every-host", this.#given("onEveryHost", ours));
  }
}
