/** What the sandbox's Proxmox side holds, for people, for Talos and for the search for lost objects. */
import type { Datacenter, ProxmoxState, Vm } from "../../world/proxmox.ts";
import type { InventoryItem, World } from "../../world/world.ts";
import { finishJoins } from "./cluster.ts";
import { isQuorate, membersOnline, ROOT } from "./context.ts";
import { proxmoxOf } from "./hosts.ts";
import { gatewayOf, guestAddress, nics } from "./ipam.ts";
import { bootDrive, talosImage, type TalosPlatform } from "./talos-image.ts";
import { memoryMb } from "./vm-config.ts";
import { volumeId } from "./vm-drives.ts";
import { runs } from "./vm-power.ts";

/** Clusters, and hosts that are in none. */
export interface ProxmoxOverview {
  readonly datacenters: readonly DatacenterOverview[];
}

/** One of them. */
interface DatacenterOverview {
  /** Null for a host that is in no cluster. */
  readonly cluster: string | null;
  readonly quorate: boolean;
  readonly hosts: readonly { readonly name: string; readonly address: string; readonly online: boolean }[];
  readonly vms: readonly VmOverview[];
}

/** A virtual machine in it. */
interface VmOverview {
  readonly vmId: number;
  readonly name: string;
  readonly host: string;
  readonly state: "running" | "stopped" | "template";
  readonly vcpus: number;
  readonly memoryMb: number;
  /** Of its first disk, in whole GiB. */
  readonly diskGb: number;
}

/** The overview now. */
export function proxmoxOverview(world: World): ProxmoxOverview {
  finishJoins(world);
  return {
    datacenters: Object.values(proxmoxOf(world).datacenters).map((datacenter) => overviewOf(world, datacenter)),
  };
}

function overviewOf(world: World, datacenter: Datacenter): DatacenterOverview {
  const { hosts } = world.state.proxmox;
  const online = new Set(membersOnline(world, datacenter).map((host) => host.instanceId));
  const alone = Object.values(hosts).filter((host) => host.datacenter === datacenter.id);
  const nodes = datacenter.corosync?.nodes.map(({ name, link0, instanceId }) => ({ name, address: link0, instanceId }));
  return {
    cluster: datacenter.corosync?.name ?? null,
    quorate: isQuorate(world, datacenter),
    hosts: (nodes ?? alone).map(({ name, address, instanceId }) => ({ name, address, online: online.has(instanceId) })),
    vms: Object.values(datacenter.vms).map((vm) => vmOverview(world, vm)),
  };
}

function vmOverview(world: World, vm: Vm): VmOverview {
  const { config, vmid, node } = vm;
  const volume = world.state.proxmox.hosts[vm.instanceId]?.volumes[volumeId(bootDrive(vm)) ?? ""];
  return {
    vmId: vmid,
    name: config.name ?? `VM ${vmid}`,
    host: node,
    state: config.template === "1" ? "template" : runs({ world }, vm) ? "running" : "stopped",
    vcpus: vcpusOf(vm),
    memoryMb: memoryMb(config.memory),
    diskGb: Math.ceil((volume?.size ?? 0) / 1024 ** 3),
  };
}

function vcpusOf({ config }: Vm): number {
  return Number(config.sockets ?? 1) * Number(config.cores ?? 1);
}

/** A virtual machine that boots Talos. */
interface TalosMachine {
  readonly vmId: number;
  readonly host: string;
  readonly name: string;
  /** Its static address, or the one that DHCP gave it, without the prefix length. */
  readonly address: string;
  readonly prefixLength: number;
  readonly gateway: string | null;
  readonly mac: string;
  /** Another one when the machine was made anew. */
  readonly generation: string;
  readonly vcpus: number;
  readonly memoryMb: number;
  readonly diskBytes: number;
  /** Of the image on its disk: `1.13.9`; "" where neither where it came from nor its name tells any. */
  readonly imageVersion: string;
  readonly platform: TalosPlatform;
}

/** The running machines that boot Talos: those whose disk was imported from its image. */
export function talosMachines(world: World): readonly TalosMachine[] {
  return machinesWhere(world, (vm) => runs({ world }, vm) && vm.paused !== true);
}

/** Those that do not run: stopped, paused, or on a host that is down. */
export function stoppedTalosMachines(world: World): readonly TalosMachine[] {
  return machinesWhere(world, (vm) => vm.config.template !== "1" && !(runs({ world }, vm) && vm.paused !== true));
}

function machinesWhere(world: World, wanted: (vm: Vm) => boolean): readonly TalosMachine[] {
  finishJoins(world);
  const { hosts, datacenters } = proxmoxOf(world);
  return Object.values(datacenters)
    .flatMap((datacenter) => Object.values(datacenter.vms).map((vm) => ({ datacenter, vm })))
    .filter(({ vm }) => wanted(vm))
    .flatMap(({ datacenter, vm }) => {
      const volume = hosts[vm.instanceId]?.volumes[volumeId(bootDrive(vm)) ?? ""];
      const image = volume && talosImage(volume);
      if (!volume || !image) return [];
      const [address, prefix] = guestAddress({ world, datacenter }, vm, image.platform)?.split("/") ?? [];
      if (address === undefined) return [];
      const name = vm.config.name ?? `VM ${vm.vmid}`;
      return [
        {
          vmId: vm.vmid,
          host: vm.node,
          name,
          address,
          prefixLength: Number(prefix),
          gateway: gatewayOf({ world, datacenter }, vm),
          mac: nics(vm.config)[0]?.mac ?? "",
          generation: vm.generation,
          vcpus: vcpusOf(vm),
          memoryMb: memoryMb(vm.config.memory),
          diskBytes: volume.size,
          imageVersion: image.version,
          platform: image.platform,
        },
      ];
    });
}

/** A machine that switched itself off: its virtual machine stops. */
export function stopTalosMachine(world: World, { vmId, generation }: Pick<TalosMachine, "vmId" | "generation">): void {
  for (const { vms } of Object.values(proxmoxOf(world).datacenters)) {
    const vm = vms[vmId];
    if (vm?.generation === generation) vm.running = false;
  }
  world.changed();
}

/** Every object that a Terraform resource stands for, by its import id. Settings and acts (firewall, applier) are none. */
export function proxmoxInventory(state: ProxmoxState): InventoryItem[] {
  const hostsOf = (datacenter: Datacenter) =>
    Object.values(state.hosts).filter((host) => host.datacenter === datacenter.id);
  return Object.values(state.datacenters).flatMap((datacenter) => [
    ...Object.values(datacenter.vms).map((vm) =>
      item("virtual_environment_vm", `${vm.node}/${vm.vmid}`, vm.config.name ?? `VM ${vm.vmid}`),
    ),
    ...Object.values(datacenter.containers ?? {}).map(({ vmid, node, config }) =>
      item("virtual_environment_container", `${node}/${vmid}`, config["hostname"]),
    ),
    ...hostsOf(datacenter).flatMap((host) =>
      Object.entries(host.volumes)
        .filter(([, volume]) => volume.content !== "images" && volume.content !== "rootdir")
        .map(([volid]) => item("download_file", `${host.name}/${volid}`, volid)),
    ),
    ...Object.entries(datacenter.storages)
      .filter(([, storage]) => storage.type === "lvmthin")
      .map(([id]) => item("storage_lvmthin", id)),
    ...Object.keys(datacenter.pools).map((id) => item("virtual_environment_pool", id)),
    ...accessItems(datacenter),
    ...sdnItems(datacenter),
    ...firewallItems(datacenter),
  ]);
}

function accessItems({ roles, users, tokens, acl }: Datacenter): InventoryItem[] {
  return [
    ...Object.keys(roles).map((id) => item("virtual_environment_role", id)),
    ...Object.keys(users).flatMap((id) => (id === ROOT ? [] : [item("virtual_environment_user", id)])),
    ...Object.keys(tokens).map((id) => item("user_token", id)),
    ...acl.map(({ path, ugid, roleid }) => item("acl", `${path}?${ugid}?${roleid}`, `${roleid} on ${path}`)),
  ];
}

function sdnItems({ sdn: { config } }: Datacenter): InventoryItem[] {
  return [
    ...Object.entries(config.zones).map(([id, zone]) => item(`sdn_zone_${String(zone.type)}`, id)),
    ...Object.keys(config.controllers).map((id) => item("sdn_controller_evpn", id)),
    ...Object.keys(config.vnets).map((id) => item("sdn_vnet", id)),
    ...Object.entries(config.subnets).map(([id, subnet]) =>
      item("sdn_subnet", `${String(subnet.vnet)}/${id}`, String(subnet.subnet)),
    ),
  ];
}

function firewallItems({ firewall }: Datacenter): InventoryItem[] {
  return [
    ...Object.keys(firewall.ipsets).map((id) => item("virtual_environment_firewall_ipset", `cluster/${id}`, id)),
    ...(firewall.rules.length > 0 ? [item("virtual_environment_firewall_rules", "cluster")] : []),
  ];
}

function item(type: string, id: string, name = id): InventoryItem {
  return { type: `proxmox_${type}`, id, name };
}
