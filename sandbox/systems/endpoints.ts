/** What a connection meets in the world, by where it comes from: from the admin, from a host, through a tunnel. */
import type { Socket } from "node:net";
import type { Tunnel } from "../../topology/types.ts";
import { isDown } from "../faults/conditions.ts";
import { pveEndpoint } from "../proxmox/index.ts";
import { ownHostAt } from "../reach/home.ts";
import { adminReaches, behindBalancer, carries, instanceAt, reaches } from "../reach/index.ts";
import { bootsTalos, guestAt, kubernetesEndpoint, talosEndpoint } from "../talos/index.ts";
import type { Instance } from "../oci/resources/instance.ts";
import type { World } from "../world/world.ts";

const PVE_PORT = 8006;
const TALOS_PORT = 50_000;
const KUBERNETES_PORT = 6443;
const SSH_PORT = 22;

/** What a connection to an address and port meets, from wherever; null when nothing listens there. */
export function endpoint(world: World, { address, port }: Tunnel["target"]): ((socket: Socket) => void) | null {
  if (port === PVE_PORT) return pveEndpoint(world, address);
  if (port === TALOS_PORT) return talosEndpoint(world, address);
  if (port === SSH_PORT) return sshOf(world, address);
  return port === KUBERNETES_PORT ? kubernetesEndpoint(world, address) : null;
}

/** The code of sshd is brought in when somebody first connects. */
function sshOf(world: World, address: string): ((socket: Socket) => void) | null {
  const isHost =
    ownHostAt(world, address) !== undefined ||
    // Talos has no SSH.
    world.state.oci.instances.some(
      (each) => each.state === "RUNNING" && each.privateIp === address && !bootsTalos(each),
    );
  if (!isHost) return null;
  return (socket) => {
    socket.pause();
    void import("../ssh/index.ts").then(({ sshd }) => {
      const handler = sshd(world, address, endpointFrom);
      socket.resume();
      if (handler) handler(socket);
      else socket.resetAndDestroy();
    });
  };
}

/** One that only its host reaches; null for none, and for an instance. */
function virtualMachineAt(world: World, address: string): { readonly host: string } | null {
  const guest = guestAt(world, address);
  return guest === null || guest.vmId === null ? null : guest;
}

/** What a connection from a host meets: itself, its neighbours as firewalls let it, and the guests that run on it. */
export function endpointFrom(
  world: World,
  host: Pick<Instance, "displayName" | "privateIp">,
  target: Tunnel["target"],
): ((socket: Socket) => void) | null {
  const { address, port } = target;
  const guest = virtualMachineAt(world, address);
  // Every host has the same address towards its guests (an EVPN zone's exit nodes), so those of other hosts never answer.
  if (guest !== null) return guest.host === host.displayName ? endpoint(world, target) : null;
  const isThere =
    address === host.privateIp || reaches(world, { from: host.privateIp, to: address, protocol: "tcp", port });
  return isThere ? endpoint(world, target) : null;
}

/**
 * What a connection meets that comes from where the admin is, with no tunnel. Nothing routes to guests from there: the way to
 * one is the SSH of its host.
 */
export function endpointFromAdmin(
  world: World,
  { address, port }: Tunnel["target"],
): ((socket: Socket) => void) | null {
  const guest = virtualMachineAt(world, address);
  const behind = behindBalancer(world, address, port);
  if (behind.length > 0) return behind.map((each) => endpoint(world, each)).find((each) => each !== null) ?? null;
  const isLetIn = guest === null ? adminReaches(world, address, port) : carries(world, { via: guest.host });
  return isLetIn ? endpoint(world, { address: instanceAt(world, address)?.privateIp ?? address, port }) : null;
}

/** What a connection to a tunnel's near end meets; null where nothing carries it, or nothing listens at its end. */
export function tunnelEnd(
  world: World,
  { via, target, through, plain }: Pick<Tunnel, "via" | "target" | "through" | "plain">,
): ((socket: Socket) => void) | null {
  if (through !== undefined) return oneOf(world, through);
  if (plain) return endpointFromAdmin(world, target);
  const own = ownHostAt(world, target.address);
  if (own) return adminReaches(world, own.address, target.port) ? endpoint(world, target) : null;
  const host = world.state.oci.instances.find(({ displayName, state }) => displayName === via && state === "RUNNING");
  return host && !isDown(world, via) && carries(world, { via }) ? endpointFrom(world, host, target) : null;
}

/** The end of the first of the tunnels at these ports that has one. */
function oneOf(world: World, ports: readonly number[]): ((socket: Socket) => void) | null {
  const ends = ports.map((port) => {
    const tunnel = world.state.tunnels.find(({ localPort, through }) => localPort === port && through === undefined);
    return tunnel ? tunnelEnd(world, tunnel) : null;
  });
  return ends.find((end) => end !== null) ?? null;
}
