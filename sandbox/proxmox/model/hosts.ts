/** Which OCI instances are Proxmox hosts, and what a host is born with. */
import { parseYaml } from "../../../config/yaml.ts";
import { z } from "zod";
import { isDown } from "../../faults/conditions.ts";
import { isUp } from "../../oci/resources/boot.ts";
import type { Instance } from "../../oci/resources/instance.ts";
import type { Datacenter, ProxmoxState, PveHost } from "../../world/proxmox.ts";
import type { World } from "../../world/world.ts";
import { issueCertificate } from "./certificate.ts";
import { ownHosts } from "../../reach/home.ts";
import { installedDatacenter, installedHost } from "./own-hosts.ts";
import { noticeBoot } from "./settling.ts";

const GIB = 1024 ** 3;
/** The image caps the root partition and keeps some for EFI, boot and LVM's own; the rest is the thin pool. */
const ROOT_GB = 20;
const OVERHEAD_GB = 3;
/** What PVE puts into a configuration of storages that is not there yet (PVE::Storage::Plugin, parse_config). */
const LOCAL_CONTENT = ["backup", "images", "iso", "rootdir", "snippets", "vztmpl"];

const cloudConfig = z.looseObject({
  hostname: z.string().optional(),
  chpasswd: z
    .looseObject({ users: z.array(z.looseObject({ name: z.string(), password: z.string(), type: z.string() })) })
    .optional(),
});

/** No host has booted yet. */
export function emptyProxmox(): ProxmoxState {
  return { hosts: {}, datacenters: {} };
}

/** Whether an instance boots Proxmox VE: an A1 shape and the lab's own image. */
function bootsProxmox(instance: Instance): boolean {
  return instance.shape.startsWith("VM.Standard.A1") && (instance.imageObject?.startsWith("proxmox-ampere") ?? false);
}

/** The Proxmox side of the world as the instances have it now: first boots happen here, and terminated hosts go. */
export function proxmoxOf(world: World): ProxmoxState {
  const { proxmox, oci } = world.state;
  const instances = new Map(oci.instances.map((instance) => [instance.id, instance]));
  let changed = false;
  for (const [id, host] of Object.entries(proxmox.hosts)) {
    const instance = instances.get(id);
    const sameDisk = instance?.bootVolumeId === host.bootVolumeId;
    if (instance && instance.state !== "TERMINATED" && sameDisk) continue;
    if (ownHosts(world).some((own) => own.id === id)) continue;
    delete proxmox.hosts[id];
    changed = true;
  }
  for (const instance of oci.instances) {
    if (instance.state !== "RUNNING" || !bootsProxmox(instance) || proxmox.hosts[instance.id]) continue;
    const datacenter = newDatacenter(world);
    proxmox.datacenters[datacenter.id] = datacenter;
    proxmox.hosts[instance.id] = firstBoot(instance, datacenter.id);
    changed = true;
  }
  for (const own of ownHosts(world)) {
    if (proxmox.hosts[own.id]) continue;
    const datacenter = installedDatacenter(newDatacenter(world));
    proxmox.datacenters[datacenter.id] = datacenter;
    proxmox.hosts[own.id] = installedHost(own, datacenter.id);
    changed = true;
  }
  const inUse = new Set(Object.values(proxmox.hosts).map((host) => host.datacenter));
  for (const id of Object.keys(proxmox.datacenters)) {
    if (inUse.has(id)) continue;
    delete proxmox.datacenters[id];
    changed = true;
  }
  if (changed) world.changed();
  return proxmox;
}

/** The hosts that are up. */
export function runningHosts(world: World): readonly PveHost[] {
  const { hosts } = proxmoxOf(world);
  const booted = (host: PveHost | undefined, since: string | null): readonly PveHost[] => {
    if (!host) return [];
    noticeBoot(world, host, since);
    return since === null ? [] : [host];
  };
  return [
    ...world.state.oci.instances.flatMap((instance) =>
      booted(hosts[instance.id], isUp(world, instance) ? (instance.startedAt ?? instance.timeCreated) : null),
    ),
    ...ownHosts(world).flatMap((own) => booted(hosts[own.id], isDown(world, own.name) ? null : own.timeCreated)),
  ];
}

/** The host that is up at an address. */
export function hostAt(world: World, address: string): PveHost | undefined {
  return runningHosts(world).find((host) => host.address === address);
}

/** Whether the host on an instance is up. */
export function isRunning(world: World, instanceId: string): boolean {
  return runningHosts(world).some((host) => host.instanceId === instanceId);
}

function firstBoot(instance: Instance, datacenter: string): PveHost {
  const { name, rootPasswordHash } = identity(instance);
  const address = instance.privateIp;
  return {
    instanceId: instance.id,
    bootVolumeId: instance.bootVolumeId,
    name,
    address,
    rootPasswordHash,
    // One OCPU of A1 is one core.
    cpus: instance.ocpus,
    memoryMb: instance.memoryGb * 1024,
    thinPoolBytes: Math.max(0, instance.bootVolumeGb - ROOT_GB - OVERHEAD_GB) * GIB,
    datacenter,
    certificate: issueCertificate(name, address),
    volumes: {},
  };
}

/** A host that got no cloud-config, or one that cloud-init cannot read, is called as OCI calls it and has no root login. */
function identity(instance: Instance): Pick<PveHost, "name" | "rootPasswordHash"> {
  const name = instance.displayName;
  if (!instance.userData.startsWith("#cloud-config")) return { name, rootPasswordHash: null };
  const config = cloudConfig.safeParse(readYaml(instance.userData));
  const root = config.data?.chpasswd?.users.find((user) => user.name === "root" && user.type === "hash");
  return { name: config.data?.hostname ?? name, rootPasswordHash: root?.password ?? null };
}

function readYaml(text: string): unknown {
  try {
    return parseYaml(text);
  } catch {
    return null;
  }
}

function newDatacenter(world: World): Datacenter {
  const noSdn = () => ({ zones: {}, controllers: {}, vnets: {}, subnets: {} });
  return {
    id: world.random(12),
    authKey: world.random(32),
    corosync: null,
    storages: {
      local: { type: "dir", path: "/var/lib/vz", content: LOCAL_CONTENT, disable: false, nodes: [] },
    },
    pools: {},
    users: {},
    roles: {},
    acl: [],
    tokens: {},
    sdn: { config: noSdn(), running: noSdn() },
    firewall: {
      options: {
        enable: false,
        ebtables: true,
        policy_in: "DROP",
        policy_out: "ACCEPT",
        policy_forward: "ACCEPT",
        log_ratelimit: null,
      },
      ipsets: {},
      rules: [],
    },
    vms: {},
  };
}
