/** A machine's port 50000: TLS as the machine's stage has it, Talos' API in gRPC behind it. */
import type { Socket } from "node:net";
import { createServer, type Server as TlsServer, type TLSSocket } from "node:tls";
import { Server, ServerCredentials } from "@grpc/grpc-js";
import type { World } from "../../world/world.ts";
import { machineAt } from "../model/machines.ts";
import { isLetIn } from "../../pki/client.ts";
import { type Connection, implementation } from "./connection.ts";
import { epochOf, type Identity, identityOf } from "./identity.ts";
import type { ListeningMachine } from "../model/placed.ts";
import type { TalosWorld } from "./method.ts";
import { services } from "./services.ts";

/** Talos takes messages of up to 32 MiB (constants.GRPCMaxMessageSize). */
const MAX_MESSAGE = 32 * 1024 * 1024;

const servers = new WeakMap<World, WeakMap<Identity, TlsServer>>();

/** What a connection to port 50000 of `address` meets; null where nothing listens. */
export function talosEndpointOf(talos: TalosWorld, address: string): ((socket: Socket) => void) | null {
  const machine = machineAt(talos.world, talos.guestsOf, address);
  if (!machine || machine.stage === "off") return null;
  const identity = identityOf(talos, machine);
  if (!identity) return null;
  return (socket) => {
    serverOf(talos, machine, identity).emit("connection", socket);
  };
}

function serverOf(talos: TalosWorld, machine: ListeningMachine, identity: Identity): TlsServer {
  const known = servers.get(talos.world) ?? new WeakMap<Identity, TlsServer>();
  servers.set(talos.world, known);
  const present = known.get(identity);
  if (present) return present;
  const { key, cert, clients } = identity;
  // Whom to let in is for us to say: OpenSSL would ask this machine's clock.
  const trust = clients === null ? {} : { ca: clients, requestCert: true, rejectUnauthorized: false };
  const server = createServer({ key, cert, ALPNProtocols: ["h2"], ...trust });
  const { address } = machine.guest;
  const epoch = epochOf(machine);
  server.on("secureConnection", (socket) => {
    const isOpen = clients === null;
    if (isOpen || isLetIn(socket.getPeerX509Certificate(), clients, new Date(talos.world.now())))
      serve(talos, { address, epoch, isOpen }, socket);
    else socket.destroy();
  });
  server.on("tlsClientError", (_error, socket) => socket.destroy());
  known.set(identity, server);
  return server;
}

interface Served {
  readonly address: string;
  readonly epoch: string;
  /** Anybody may read, nobody is asked who it is. */
  readonly isOpen: boolean;
}

function serve(talos: TalosWorld, { address, epoch, isOpen }: Served, socket: TLSSocket): void {
  const server = new Server({ "grpc.enable_channelz": 0, "grpc.max_receive_message_length": MAX_MESSAGE });
  const connection: Connection = {
    ...talos,
    streams: new Set(),
    address,
    epoch,
    roles: isOpen ? new Set(["os:reader"]) : organizationsOf(socket),
    reset: () => socket.destroy(),
    leave: () => server.tryShutdown(() => undefined),
  };
  for (const service of services()) server.addService(service.definition, implementation(connection, service));
  server.createConnectionInjector(ServerCredentials.createInsecure()).injectConnection(socket);
  socket.on("error", () => socket.destroy());
  socket.once("close", () => {
    for (const end of connection.streams) end();
    server.forceShutdown();
  });
}

/** Talos writes a client's roles in its certificate as organizations. */
function organizationsOf(socket: TLSSocket): ReadonlySet<string> {
  const { subject } = socket.getPeerCertificate();
  const found: unknown = subject.O;
  return new Set(Array.isArray(found) ? found.map(String) : [String(found ?? "")]);
}
