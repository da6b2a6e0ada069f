/** How the provider reaches a machine: through a tunnel, past TLS, to the node it names. */
import { X509Certificate } from "node:crypto";
import { Refusal } from "../../plugin/resource.ts";
import { carries } from "../../reach/index.ts";
import type { World } from "../../world/world.ts";
import type { GuestsOf } from "../model/guests.ts";
import { type Code, type ConfiguredMachine, type Machine, machineAt, MachineError } from "../model/machines.ts";
import { isOfNow } from "../../pki/client.ts";
import { type ClientConfiguration, unbase64 } from "../model/config/secrets.ts";

/** Talos' API on every machine. */
const apiPort = 50_000;

const unknownAuthority = "failed to verify certificate: x509: certificate signed by unknown authority";

/** A machine, and the way to it. */
export interface Access {
  /** Address or `host:port` that is dialled; null: the node itself. */
  readonly endpoint: string | null;
  /** The machine that is to answer. */
  readonly node: string;
  readonly client: ClientConfiguration;
}

/**
 * Does something on the machine that `access` names. What goes wrong becomes one diagnostic with `summary`, in which
 * the node and the endpoint are named. The real provider tries for ten minutes before it says the same.
 */
export function onMachine<Result>(
  summary: string,
  world: World,
  guestsOf: GuestsOf,
  access: Access,
  run: (machine: Machine) => Result,
): Result {
  const fail = (text: string): Refusal =>
    new Refusal(summary, `node ${access.node}, endpoint ${access.endpoint ?? access.node}: ${text}`);
  const machine = reach(world, guestsOf, access, fail);
  try {
    return run(machine);
  } catch (error) {
    if (error instanceof MachineError) throw fail(rpcError(error.code, error.message));
    throw error;
  }
}

/** @throws MachineError: in maintenance mode a machine takes a configuration, and lets nobody do more than read. */
export function configured(machine: Machine): ConfiguredMachine {
  if (machine.stage === "configured") return machine;
  throw new MachineError(
    "PermissionDenied",
    "not authorized: the machine is in maintenance mode, apply a machine configuration first",
  );
}

function reach(world: World, guestsOf: GuestsOf, access: Access, fail: (text: string) => Refusal): Machine {
  const dialled = machineBehind(world, guestsOf, access, fail);
  if (dialled.stage === "off") throw fail(`${refused(access)}: its system disk was wiped, and nothing boots from it`);
  if (dialled.stage === "maintenance") {
    if (dialled.guest.address === access.node) return dialled;
    throw fail(`the endpoint leads to ${dialled.guest.address}, which is in maintenance mode and relays nothing`);
  }
  const problem = tlsProblem(dialled, access.client, new Date(world.now()));
  if (problem) throw fail(rpcError("Unavailable", `tls: ${problem}`));
  if (dialled.guest.address === access.node) return dialled;
  // A configured machine relays to the others of its cluster.
  const target = machineAt(world, guestsOf, access.node);
  if (!target || target.stage === "off")
    throw fail(rpcError("Unavailable", `dial tcp ${access.node}:${apiPort}: connect: no route to host`));
  if (target.stage === "maintenance" || tlsProblem(target, access.client, new Date(world.now()))) {
    throw fail(rpcError("Unavailable", `tls: ${unknownAuthority}`));
  }
  return target;
}

/** The machine at the other end of the endpoint. */
function machineBehind(world: World, guestsOf: GuestsOf, access: Access, fail: (text: string) => Refusal): Machine {
  const { host, port } = split(access.endpoint ?? access.node);
  if (!["127.0.0.1", "localhost", "[::1]"].includes(host)) {
    throw fail(`dial tcp ${host}:${port}: i/o timeout: the guest network is reached through a tunnel on 127.0.0.1`);
  }
  const tunnel = world.state.tunnels.find(({ localPort }) => localPort === port);
  if (!tunnel) throw fail(`${refused(access)}: no tunnel of the lab listens there`);
  if (tunnel.target.port !== apiPort) {
    throw fail(`the tunnel ${tunnel.name} leads to port ${tunnel.target.port}, Talos' API is at ${apiPort}`);
  }
  if (!carries(world, tunnel))
    throw fail(
      `${refused(access)}: no ${tunnel.plain ? "way" : "SSH"} to ${tunnel.via} carries the tunnel ${tunnel.name}`,
    );
  const machine = machineAt(world, guestsOf, tunnel.target.address);
  if (!machine) throw fail(`${refused(access)}: no running machine has the address ${tunnel.target.address}`);
  if (machine.guest.host !== tunnel.via)
    throw fail(
      `${refused(access)}: ${tunnel.via} does not reach ${tunnel.target.address}, a guest of ${machine.guest.host}`,
    );
  return machine;
}

function refused({ endpoint, node }: Access): string {
  const { host, port } = split(endpoint ?? node);
  return rpcError("Unavailable", `connection error: dial tcp ${host}:${port}: connect: connection refused`);
}

function split(endpoint: string): { readonly host: string; readonly port: number } {
  const match = /^(.*):(\d+)$/.exec(endpoint);
  return match ? { host: match[1] ?? "", port: Number(match[2]) } : { host: endpoint, port: apiPort };
}

/** What client and machine hold against each other's certificates; null when they get along. */
function tlsProblem({ facts }: ConfiguredMachine, client: ClientConfiguration, now: Date): string | null {
  const unknown = `${unknownAuthority}: the machine was configured with other secrets`;
  try {
    const authority = new X509Certificate(facts.authority.certificate);
    const trusted = new X509Certificate(unbase64(client.ca_certificate));
    const own = new X509Certificate(unbase64(client.client_certificate));
    if (trusted.fingerprint256 !== authority.fingerprint256 || !own.verify(authority.publicKey)) return unknown;
    return isOfNow(own, now) ? null : "client certificate has expired or is not yet valid";
  } catch {
    return "client_configuration holds no readable certificates";
  }
}

function rpcError(code: Code, text: string): string {
  return `rpc error: code = ${code} desc = ${text}`;
}
