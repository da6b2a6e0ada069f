/** The Kubernetes API server of a cluster, behind its real certificate. */
import https from "node:https";
import type { Socket } from "node:net";
import { isUnready } from "../../../faults/conditions.ts";
import { overlayJoins, reaches } from "../../../reach/index.ts";
import type { World } from "../../../world/world.ts";
import { firstAddress } from "../../model/config/subnets.ts";
import type { GuestsOf } from "../../model/guests.ts";
import { clusterOf, type ConfiguredMachine, configuredMachines, isRunning } from "../../model/machines.ts";
import { newLeaf } from "../../../pki/certificate.ts";
import { isLetIn } from "../../../pki/client.ts";
import { validityOnBothClocks } from "../../../pki/validity.ts";
import { apiHandler } from "./api.ts";
import { type KubeletHealth, nodeOf, registers } from "./nodes.ts";
import type { Cluster, MachineNode } from "./store/cluster.ts";
import { Store } from "./store/store.ts";

interface Known {
  readonly server: https.Server;
  /** The authority and the names of its certificate. */
  readonly certified: string;
}

/** By address of the machine: what it had before needs none any more. */
const servers = new WeakMap<World, Map<string, Known>>();

const API_PORT = 6443;

/** Talos gives the API server's certificate a year. */
const lifetimeHours = 8_760;

/**
 * The control plane that has the address, or holds it among those that share it: whoever has it keeps it for as long as it
 * is up (an election in etcd, whose lease ends with its holder).
 */
export function holderOf(guestsOf: GuestsOf, world: World, address: string): ConfiguredMachine | undefined {
  const planes = configuredMachines(world, guestsOf).filter(({ facts }) => facts.role === "control-plane");
  const own = planes.find(({ guest }) => guest.address === address);
  if (own !== undefined) return own;
  const sharing = planes.filter(({ facts }) => facts.virtualAddresses.includes(address));
  const holder = sharing.find(({ entry }) => entry.holds === address) ?? sharing[0];
  if (holder !== undefined && holder.entry.holds !== address) elect(world, holder, address);
  return holder;
}

/** Machines that are down forget that they had it, too. */
function elect(world: World, { entry }: ConfiguredMachine, address: string): void {
  for (const other of Object.values(world.state.talos)) if (other.holds === address) delete other.holds;
  entry.holds = address;
  world.changed();
}

/**
 * What a connection to port 6443 of `address` meets: the address of a control plane, or one that they share. Null as
 * long as no cluster runs there.
 */
export function kubernetesEndpointOf(
  guestsOf: GuestsOf,
  world: World,
  address: string,
): ((socket: Socket) => void) | null {
  const machines = configuredMachines(world, guestsOf);
  const server = holderOf(guestsOf, world, address);
  if (!server || !isRunning(clusterOf(machines, server.facts))) return null;
  return (socket) => {
    serverOf(world, server, clusterOf(machines, server.facts), guestsOf).emit("connection", socket);
  };
}

function serverOf(
  world: World,
  machine: ConfiguredMachine,
  members: readonly ConfiguredMachine[],
  guestsOf: GuestsOf,
): https.Server {
  const { authority } = machine.facts.cluster;
  const names = certificateNames(machine, members);
  const known = servers.get(world) ?? new Map<string, Known>();
  servers.set(world, known);
  const certified = [authority.certificate, ...names].join("\n");
  const present = known.get(machine.guest.address);
  if (present?.certified === certified) return present.server;
  const certificate = newLeaf(authority, {
    organization: "kube-master",
    commonName: "kube-apiserver",
    usage: "server",
    names,
    ...validityOnBothClocks(new Date(world.now()), lifetimeHours),
  });
  const server = https.createServer(
    {
      key: certificate.key,
      cert: certificate.certificate,
      ca: authority.certificate,
      requestCert: true,
      rejectUnauthorized: false,
    },
    apiHandler({
      calls: world.calls,
      state: () => stateOf(world, machine, guestsOf),
      changed: () => world.changed(),
      letsIn: (socket) => isLetIn(socket.getPeerX509Certificate(), authority.certificate, new Date(world.now())),
    }),
  );
  known.set(machine.guest.address, { certified, server });
  return server;
}

/** The names in the certificate: Talos puts 127.0.0.1 and localhost in by itself (kubernetes_cert_sans.go, v1.13.9). */
function certificateNames(
  { facts, guest }: ConfiguredMachine,
  members: readonly ConfiguredMachine[],
): readonly string[] {
  const { cluster } = facts;
  const names = [
    ...(URL.canParse(cluster.endpoint) ? [new URL(cluster.endpoint).hostname.replace(/^\[|\]$/g, "")] : []),
    ...cluster.certificateNames,
    "kubernetes",
    "kubernetes.default",
    "kubernetes.default.svc",
    `kubernetes.default.svc.${cluster.dnsDomain}`,
    "localhost",
    facts.hostname,
    ...cluster.serviceSubnets.flatMap((subnet) => firstAddress(subnet) ?? []),
    guest.address,
    "127.0.0.1",
    // Whoever holds a shared address has it among its own.
    ...members.flatMap((member) => (member.guest.address === guest.address ? member.facts.virtualAddresses : [])),
  ];
  return [...new Set(names)].sort();
}

/** Whether the network does not reach from a node to the API server: between instances the cloud's own, else that of the guests. */
function isCutOff(world: World, server: ConfiguredMachine, { guest }: ConfiguredMachine): boolean {
  if (guest.vmId === null)
    return !reaches(world, { from: guest.address, to: server.guest.address, protocol: "tcp", port: API_PORT });
  const addressOf = (name: string): string | undefined =>
    world.state.oci.instances.find(({ displayName, state: is }) => displayName === name && is === "RUNNING")?.privateIp;
  const [one, other] = [addressOf(server.guest.host), addressOf(guest.host)];
  return one !== undefined && other !== undefined && !overlayJoins(world, one, other);
}

/** Null once the cluster is gone: its server may still hold open connections. */
function stateOf(world: World, machine: ConfiguredMachine, guestsOf: GuestsOf): Cluster | null {
  const members = clusterOf(configuredMachines(world, guestsOf), machine.facts);
  if (!isRunning(members)) return null;
  const [server] = members.flatMap((member) => (member.facts.role === "control-plane" ? [member.facts.cluster] : []));
  // Control planes alone name the plugin: an inline manifest is none of a worker's.
  const networkPlugin = server?.networkPlugin ?? null;
  const health = (member: ConfiguredMachine): KubeletHealth => {
    if (isUnready(world.state, member.facts.hostname) || isCutOff(world, machine, member)) return "silent";
    return networkPlugin === null ? "no-network" : "ready";
  };
  const all = (world.state.kubernetes ??= {});
  const etcd = (all[machine.facts.cluster.id] ??= { revision: 0, objects: {} });
  return {
    store: new Store(etcd, () => world.now()),
    version: server?.kubernetesVersion ?? "",
    networkPlugin,
    hasKubeProxy: server?.hasKubeProxy ?? true,
    podSubnet: server?.podSubnets[0] ?? "10.244.0.0/16",
    serviceSubnet: server?.serviceSubnets[0] ?? "10.96.0.0/12",
    dnsDomain: server?.dnsDomain ?? "cluster.local",
    authority: machine.facts.cluster.authority.certificate,
    random: (length) => world.random(length),
    machines: members.filter(registers).map((member) => machineNode(member, world.now(), health(member))),
  };
}

function machineNode(member: ConfiguredMachine, now: string, health: KubeletHealth): MachineNode {
  const { entry, guest, facts } = member;
  return {
    node: nodeOf(member, now, health),
    isSilent: health === "silent",
    machine: `${guest.address} ${guest.generation} ${entry.boots ?? 0}`,
    cordoned: entry.cordoned ?? !facts.registersSchedulable,
    cordon: (cordoned) => {
      entry.cordoned = cordoned;
    },
  };
}
