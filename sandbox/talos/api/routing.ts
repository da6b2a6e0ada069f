/** Which machines a call is for: control planes pass calls on to other machines (apid's director, v1.13.9). */
import type { Metadata } from "@grpc/grpc-js";
import { behindBalancer, instanceAt, reaches } from "../../reach/index.ts";
import { type ConfiguredMachine, machineAt, MachineError } from "../model/machines.ts";
import type { ListeningMachine } from "../model/placed.ts";
import type { TalosWorld } from "./method.ts";

const API_PORT = 50_000;

/** A machine that a call is for, with the name that the caller gave it. */
export interface Target {
  readonly address: string;
  /** @throws MachineError where it cannot be reached. */
  reach(): ListeningMachine;
}

/** Where a call goes. */
export interface Route {
  /** Asked as several nodes: each answer says whose it is, and an error is one of the answers. */
  readonly many: boolean;
  readonly targets: readonly Target[];
}

/** @throws MachineError for calls that the machine does not pass on. */
export function routeOf(talos: TalosWorld, machine: ListeningMachine, metadata: Metadata): Route {
  const own = { address: machine.guest.address, reach: () => machine };
  const here = { many: false, targets: [own] };
  // In maintenance a machine routes nothing, and does not look at the node that is named.
  if (machine.stage === "maintenance") return here;
  const [node, ...moreNodes] = texts(metadata, "node");
  const nodes = texts(metadata, "nodes");
  if (moreNodes.length > 0) throw new MachineError("InvalidArgument", "node metadata must be single-valued");
  const isOwn = (address: string): boolean => ["127.0.0.1", own.address, machine.facts.hostname].includes(address);
  if (machine.facts.role === "worker") {
    const asked = nodes.length > 0 ? nodes : node === undefined ? [] : [node];
    if (asked.length === 0 || (asked.length === 1 && asked.every(isOwn))) return here;
    // It has no certificate to show to others.
    throw new MachineError("PermissionDenied", "no request forwarding");
  }
  const target = (address: string): Target => ({
    address,
    reach: () => (isOwn(address) ? machine : remote(talos, machine, address)),
  });
  if (nodes.length > 0) return { many: true, targets: nodes.map(target) };
  return node === undefined ? here : { many: false, targets: [target(node)] };
}

function texts(metadata: Metadata, key: string): readonly string[] {
  return metadata.get(key).flatMap((value) => String(value).split(/,\s*/));
}

/** Whose an address is: a public one, or a load balancer's, is that of an instance in the end. */
function behind(world: TalosWorld["world"], address: string): string {
  const [backend] = behindBalancer(world, address, API_PORT);
  return backend?.address ?? instanceAt(world, address)?.privateIp ?? address;
}

function remote({ world, guestsOf }: TalosWorld, from: ConfiguredMachine, address: string): ListeningMachine {
  const there = behind(world, address);
  const machine = machineAt(world, guestsOf, there);
  const way = { from: from.guest.address, to: there, protocol: "tcp", port: API_PORT } as const;
  const isCutOff = machine?.guest.vmId === null && !reaches(world, way);
  if (!machine || machine.stage === "off" || isCutOff) {
    throw new MachineError(
      "Unavailable",
      `connection error: desc = "transport: Error while dialing: dial tcp ${address}:50000: connect: no route to host"`,
    );
  }
  const trusted =
    machine.stage === "configured" && machine.facts.authority.certificate === from.facts.authority.certificate;
  if (trusted) return machine;
  throw new MachineError(
    "Unavailable",
    'connection error: desc = "transport: authentication handshake failed: tls: failed to verify certificate: ' +
      'x509: certificate signed by unknown authority"',
  );
}
