/** Hosts that are in no cloud: what Proxmox VE's installer leaves on a machine at home (pve-installer, StorageConfig.pm). */
import { encrypt } from "unixcrypt";
import type { Datacenter, OwnHost, PveHost } from "../../world/proxmox.ts";
import type { World } from "../../world/world.ts";
import type { Tunnel } from "../../../topology/types.ts";
import { ownHosts } from "../../reach/home.ts";
import { issueCertificate } from "./certificate.ts";
import { generateSshKey } from "../../pki/ssh-key.ts";

/** The ways to them from this machine, as tunnels: of each its ports 8006 and 22. */
export function ownTunnels(world: Pick<World, "state">): readonly Tunnel[] {
  return ownHosts(world).flatMap(({ name, address, ports }) => [
    { name, via: name, localPort: ports.api, target: { address, port: 8006 } },
    { name: `ssh ${name}`, via: name, localPort: ports.ssh, target: { address, port: 22 } },
  ]);
}

/** What somebody asks for. */
export interface NewHost {
  readonly name: string;
  readonly cpus: number;
  readonly memoryGb: number;
  /** Of its disk, of which the installer gives the larger part to guests. */
  readonly diskGb: number;
}

const GIB = 1024 ** 3;
const SMALLEST_DISK_GB = 32;

/** What the installer makes of a disk in GB: root, and beside swap and what LVM keeps back the pool for guests (pve-docs). */
function partitions(diskGb: number, memoryGb: number): { readonly rootGb: number; readonly poolGb: number } {
  const rootGb = diskGb > 48 ? Math.min(96, diskGb / 4) : diskGb / 2;
  const swapGb = Math.min(8, memoryGb, diskGb / 8);
  const keptGb = diskGb > 128 ? 16 : diskGb / 8;
  return { rootGb, poolGb: Math.floor(diskGb - rootGb - swapGb - keptGb) };
}

/** The first that the router does not give out, and the last before those that it does. */
const [FIRST, LAST] = [10, 99];
const NAME = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/;

/** @param known what is not for the sandbox to choose @throws in one line where there cannot be such a host */
export function addOwnHost(
  world: World,
  { name, cpus, memoryGb, diskGb }: NewHost,
  ports: OwnHost["ports"],
  known: Partial<OwnHost> = {},
): OwnHost {
  const { oci, proxmox } = world.state;
  const own = (proxmox.own ??= []);
  if (!NAME.test(name)) throw new Error(`host name: got ${name}, allowed lower-case letters, digits and hyphens`);
  const isTaken = [...own.map((each) => each.name), ...oci.instances.map(({ displayName }) => displayName)].includes(
    name,
  );
  if (isTaken) throw new Error(`host ${name} is there already: take another name`);
  if (diskGb < SMALLEST_DISK_GB) throw new Error(`disk: got ${diskGb} GB, allowed ${SMALLEST_DISK_GB} or more`);
  const numbers = Array.from({ length: LAST - FIRST + 1 }, (_, index) => FIRST + index);
  const address = numbers
    .map((number) => `192.168.1.${number}`)
    .find((each) => !own.some((host) => host.address === each));
  if (address === undefined && known.address === undefined) throw new Error("no address is left for another host");
  const { rootGb, poolGb } = partitions(diskGb, memoryGb);
  const rootPassword = world.random(20);
  const host: OwnHost = {
    id: `own-${world.random(12)}`,
    name,
    address: address ?? "",
    cpus,
    memoryMb: memoryGb * 1024,
    rootBytes: Math.floor(rootGb * GIB),
    thinPoolBytes: poolGb * GIB,
    rootPassword,
    rootPasswordHash: known.rootPasswordHash ?? encrypt(rootPassword, `$6$rounds=5000$${world.random(12)}`),
    sshHostKey: generateSshKey(`root@${name}`).private,
    timeCreated: world.now(),
    ports,
    ...known,
  };
  own.push(host);
  world.changed();
  return host;
}

/** @throws in one line where there is none of that name */
export function removeOwnHost(world: World, name: string): void {
  const own = ownHosts(world);
  if (!own.some((host) => host.name === name)) {
    const names = own.map((host) => host.name).join(", ") || "none";
    throw new Error(`host ${name} is none of those that were added: ${names}`);
  }
  world.state.proxmox.own = own.filter((host) => host.name !== name);
  world.changed();
}

/** A host as its installer leaves it. */
export function installedHost(own: OwnHost, datacenter: string): PveHost {
  const { id, name, address, rootPasswordHash, cpus, memoryMb, rootBytes, thinPoolBytes, home } = own;
  return {
    kind: own.kind ?? "x86-kvm",
    ...(home && { home }),
    instanceId: id,
    bootVolumeId: id,
    name,
    address,
    rootPasswordHash,
    cpus,
    memoryMb,
    rootBytes,
    thinPoolBytes,
    datacenter,
    certificate: issueCertificate(name, address),
    volumes: {},
  };
}

/** With the storages of an installation on LVM, and the keyboard that its installer asked for. */
export function installedDatacenter(datacenter: Datacenter): Datacenter {
  const local = { type: "dir", path: "/var/lib/vz", disable: false, nodes: [] } as const;
  const thin = { type: "lvmthin", vgname: "pve", thinpool: "data", disable: false, nodes: [] } as const;
  return {
    ...datacenter,
    options: { keyboard: "en-us" },
    ipam: [],
    storages: {
      local: { ...local, content: ["backup", "import", "iso", "vztmpl"] },
      "local-lvm": { ...thin, content: ["images", "rootdir"] },
    },
  };
}
