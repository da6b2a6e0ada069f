/** Calls that the guest agent of a machine answers (qemu-server 9.2.6, API2/Qemu/Agent.pm). No program is run in a guest. */
import type { Vm } from "../../world/proxmox.ts";
import type { Pve } from "../model/context.ts";
import { failure, PveError } from "../model/errors.ts";
import { bootsTalos, guestInterfaces, hasAgent } from "../model/guest-agent.ts";
import { runs, stopVm } from "../model/vm-power.ts";
import type { Data, Parameters } from "./http.ts";
import { get, type Method, post, type Route } from "./route.ts";
import { cpusOf, vm } from "./vm-calls.ts";

const PATH = "nodes/{node}/qemu/{vmid}/agent";
const VERSION = "10.1.2";

/** @throws where PVE's question to the agent would get no answer. */
function askAgent(pve: Pve, parameters: Parameters): Vm {
  const machine = vm(pve, parameters);
  if (!hasAgent(machine)) throw failure("No QEMU guest agent configured");
  if (!runs(pve, machine)) throw failure(`VM ${machine.vmid} is not running`);
  if (machine.paused || guestInterfaces(pve, machine).length === 0) throw failure("QEMU guest agent is not running");
  return machine;
}

function networkInterfaces(pve: Pve, machine: Vm): Data {
  const addresses = (type: string, all: readonly string[]): Data[] =>
    all.map((address) => {
      const [ip = "", prefix = "32"] = address.split("/");
      return { "ip-address": ip, "ip-address-type": type, prefix: Number(prefix) };
    });
  return guestInterfaces(pve, machine).map(({ name, mac, ipv4, ipv6 }) => ({
    name,
    "hardware-address": mac.toLowerCase(),
    "ip-addresses": [...addresses("ipv4", ipv4), ...addresses("ipv6", ipv6)],
  }));
}

function osInfo(pve: Pve, machine: Vm): Data {
  if (!bootsTalos(pve, machine))
    throw new PveError(501, "what another system than Talos says of itself is not played here");
  const architecture = pve.host.kind === "x86-kvm" ? "x86_64" : "aarch64";
  return { id: "talos", name: "Talos", "pretty-name": "Talos", machine: architecture };
}

interface Command {
  readonly method: Method;
  readonly answer: (pve: Pve, machine: Vm) => Data;
}

const reads = (answer: Command["answer"]): Command => ({ method: "GET", answer });
const does = (answer: Command["answer"]): Command => ({ method: "POST", answer });

/** What each answers, below `result`. */
const COMMANDS: Readonly<Record<string, Command>> = {
  ping: does(() => ({})),
  info: reads(() => ({
    version: VERSION,
    supported_commands: Object.keys(COMMANDS).map((name) => {
      return { name: `guest-${name}`, enabled: true, "success-response": name !== "shutdown" };
    }),
  })),
  "network-get-interfaces": reads(networkInterfaces),
  "get-host-name": reads((_pve, { config }) => ({ "host-name": config.name ?? "talos" })),
  "get-osinfo": reads(osInfo),
  "get-time": reads(({ world }) => Date.parse(world.now()) * 1e6),
  "get-timezone": reads(() => ({ zone: "UTC", offset: 0 })),
  "get-users": reads(() => []),
  "get-vcpus": reads((_pve, machine) =>
    Array.from({ length: cpusOf(machine) }, (_, id) => ({ "logical-id": id, online: true, "can-offline": id > 0 })),
  ),
  "get-memory-block-info": reads(() => ({ size: 128 * 1024 ** 2 })),
  "fsfreeze-status": does(() => "thawed"),
  "fsfreeze-thaw": does(() => 0),
  fstrim: does(() => ({ paths: [] })),
  shutdown: does((pve, machine) => {
    stopVm(pve, machine);
    return null;
  }),
};

function ask(name: string) {
  return (pve: Pve, parameters: Parameters): Data => {
    const machine = askAgent(pve, parameters);
    const command = COMMANDS[name];
    if (command === undefined) throw new PveError(501, `${name} in a guest is not played here`);
    return { result: command.answer(pve, machine) };
  };
}

/** What is in the files of a guest, and what programs would say there, nobody knows. */
const UNKNOWN: readonly (readonly [Method, string])[] = [
  ["POST", "exec"],
  ["GET", "exec-status"],
  ["GET", "file-read"],
  ["POST", "file-write"],
  ["GET", "get-fsinfo"],
  ["POST", "set-user-password"],
];

/** The calls. */
export const routes: readonly Route[] = [
  post(PATH, (pve, parameters) => ask(parameters["command"] ?? "")(pve, parameters)),
  ...Object.entries(COMMANDS).map(([name, { method }]) =>
    (method === "GET" ? get : post)(`${PATH}/${name}`, ask(name)),
  ),
  ...UNKNOWN.map(([method, name]) => (method === "GET" ? get : post)(`${PATH}/${name}`, ask(name))),
];
