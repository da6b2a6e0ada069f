/** The hosts that a lab finds there: put up for it as it describes them, unless somebody has put them up already. */
import { addressAt, cidrOf } from "../../../config/cidr.ts";
import { HOMELAB_ROLES } from "../../../topology/privileges.ts";
import { ownHosts } from "../../reach/home.ts";
import type { Datacenter, HomeNetwork, OwnHost } from "../../world/proxmox.ts";
import type { World } from "../../world/world.ts";
import { proxmoxOf } from "./hosts.ts";
import { addOwnHost } from "./own-hosts.ts";

/** What a lab says of them. */
export interface FoundHosts {
  readonly nodes: readonly { readonly name: string; readonly architecture: "x86_64" | "arm64" }[];
  /** Of the first; the others have the next that are free. */
  readonly address: string;
  readonly network: HomeNetwork;
  readonly storage: string;
  readonly imageStorage: string;
  /** Null: the lab signs in with the token, and knows no password of the hosts. */
  readonly root: { readonly password: string; readonly hash: string } | null;
  /** Null: the lab signs in as root. */
  readonly token: { readonly user: string; readonly name: string; readonly value: string } | null;
}

/** What the user of the token may do, and where: nothing of a machine that is in no pool, and nothing else of the host. */
function rightsOf({ storage, imageStorage, network }: FoundHosts): Readonly<Record<string, string>> {
  return {
    "/pool": "LabGuests",
    "/nodes": "LabNodes",
    [`/storage/${storage}`]: "PVEDatastoreUser",
    // The privilege to delete an image is that to change the storage (pve-storage, API2/Storage/Content.pm).
    [`/storage/${imageStorage}`]: "PVEDatastoreAdmin",
    [`/sdn/zones/localnetwork/${network.bridge}`]: "PVESDNUser",
  };
}

/** A machine that many have at home. */
const SIZE = { cpus: 8, memoryGb: 32, diskGb: 500 } as const;

function addressesOf(world: World, { address, network, nodes }: FoundHosts): readonly string[] {
  const { base, prefix, size } = cidrOf(network.cidr);
  const all = Array.from({ length: size - 2 }, (_, index) => addressAt({ base, prefix, size }, index + 1));
  const taken = new Set([address, network.router, ...ownHosts(world).map((own) => own.address)]);
  const after = all.slice(all.indexOf(address) + 1).filter((each) => !taken.has(each));
  return [address, ...after].slice(0, nodes.length);
}

/** Several are one cluster, as a lab has one API for all. */
function clustered(world: World, hosts: readonly OwnHost[]): void {
  const { proxmox } = world.state;
  const [first] = hosts;
  const datacenter = proxmox.hosts[first?.id ?? ""]?.datacenter;
  if (datacenter === undefined || hosts.length < 2) return;
  for (const { id } of hosts) {
    const host = proxmox.hosts[id];
    if (host && host.datacenter !== datacenter) {
      delete proxmox.datacenters[host.datacenter];
      host.datacenter = datacenter;
    }
  }
  const nodes = hosts.map(({ name, address, id }, index) => {
    return { name, nodeId: index + 1, votes: 1, link0: address, instanceId: id };
  });
  const found = proxmox.datacenters[datacenter];
  if (found) found.corosync = { name: "home", version: nodes.length, nodes };
}

/** Those that the installer does not make. */
function addStorages(datacenter: Datacenter, { storage, imageStorage }: FoundHosts): void {
  datacenter.storages[storage] ??= {
    type: "lvmthin",
    vgname: "pve",
    thinpool: "data",
    content: ["images", "rootdir"],
    disable: false,
    nodes: [],
  };
  datacenter.storages[imageStorage] ??= {
    type: "dir",
    path: `/mnt/${imageStorage}`,
    content: ["import", "iso"],
    disable: false,
    nodes: [],
  };
}

function addToken(datacenter: Datacenter, found: FoundHosts): void {
  if (found.token === null) return;
  const { user, name, value } = found.token;
  const nobody = { email: "", firstname: "", lastname: "", keys: "", groups: [], password: null };
  datacenter.users[user] ??= { ...nobody, comment: "Labs", enable: true, expire: 0 };
  for (const [role, privileges] of Object.entries(HOMELAB_ROLES)) datacenter.roles[role] ??= privileges;
  for (const [path, roleid] of Object.entries(rightsOf(found)))
    if (!datacenter.acl.some((entry) => entry.path === path && entry.ugid === user))
      datacenter.acl.push({ path, type: "user", ugid: user, roleid, propagate: true });
  datacenter.tokens[`${user}!${name}`] = { value, comment: null, expire: 0, privsep: false };
}

/**
 * Puts up those that are not there. What somebody else has made of a host stays.
 *
 * @param ports two that nobody has, for each host that is put up
 * @throws in one line where there cannot be such a host
 */
export function putUp(world: World, found: FoundHosts, ports: readonly OwnHost["ports"][]): void {
  const there = (name: string): OwnHost | undefined => ownHosts(world).find((own) => own.name === name);
  const addresses = addressesOf(world, found);
  const isNew = found.nodes.some(({ name }) => there(name) === undefined);
  for (const [index, { name, architecture }] of found.nodes.entries()) {
    const port = ports[index];
    if (there(name) !== undefined || port === undefined) continue;
    addOwnHost(world, { name, ...SIZE }, port, {
      address: addresses[index] ?? "",
      home: found.network,
      ...(found.root && { rootPassword: found.root.password, rootPasswordHash: found.root.hash }),
      ...(architecture === "arm64" && { kind: "arm-kvm" }),
    });
  }
  proxmoxOf(world);
  const hosts = found.nodes.flatMap(({ name }) => there(name) ?? []);
  if (isNew) clustered(world, hosts);
  const datacenter = world.state.proxmox.datacenters[world.state.proxmox.hosts[hosts[0]?.id ?? ""]?.datacenter ?? ""];
  if (datacenter === undefined) return;
  if (isNew) addStorages(datacenter, found);
  addToken(datacenter, found);
  world.changed();
}
