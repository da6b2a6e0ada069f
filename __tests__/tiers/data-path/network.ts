/** A lab's network in network namespaces of its own: they are gone with the process that holds them. */
import { type ChildProcess, execFileSync, spawn, spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { z } from "zod";
import type { ProxmoxTopology } from "../../../topology/types.ts";

const AGENT = join(__dirname, "agent.mjs");
const SYSCTL = ["base/files/etc/sysctl.d/60-hardening.conf", "proxmox-ampere/files/etc/sysctl.d/70-proxmox.conf"];
const NOBODY = 65_534;
/** The hosts' own card. */
export const WIRE = "wire";

/** Who stands where; a guest beside the host that it runs on. */
export const ADMIN = { name: "admin", address: "203.0.113.7" };
export const STRANGER = { name: "stranger", address: "198.51.100.9" };
export const INTERNET = { name: "internet", address: "1.1.1.1" };
export const METADATA = { name: "vcn", address: "169.254.169.254" };
export const BALANCER = { name: "nlb", publicIp: "192.0.2.4" };

export const publicIp = (address: string): string => `192.0.2.${address.split(".")[3]}`;
export const linkOf = (name: string): string => `to-${name}`;
export const macOf = (address: string): string =>
  `02:00:17:00:00:${Number(address.split(".")[3]).toString(16).padStart(2, "0")}`;

export interface Probe {
  readonly protocol: "tcp" | "udp";
  readonly address: string;
  readonly port: number;
  /** Carried there and back. @default 0 */
  readonly bytes?: number;
}

/** Why the test cannot run here; null: it can. */
export function missing(): string | null {
  if (process.platform !== "linux") return "no Linux";
  if (process.getuid?.() !== 0) return "not root";
  for (const program of ["ip", "nft", "nsenter", "unshare", "sysctl"])
    if (spawnSync(program, ["--version"]).error) return `no ${program} on PATH`;
  const tried = spawnSync("unshare", ["--net", "nft", "add table inet probe"], { encoding: "utf8" });
  return tried.status === 0 ? null : `no network namespace with nftables: ${tried.stderr.trim()}`;
}

const sysctl = (): readonly string[] =>
  SYSCTL.flatMap((file) => readFileSync(join(__dirname, "../../../packer", file), "utf8").split("\n"))
    .filter((line) => line.startsWith("net.ipv4."))
    .map((line) => `sysctl -qw "${line.replaceAll(" ", "")}"`);

/** Makes a namespace with one card, by which a router has it behind a link of the same name. */
function behind(router: string, name: string, address: string, prefix: number, more: readonly string[] = []): string[] {
  return [
    `ip netns add ${name}`,
    `ip -n ${name} link set lo up`,
    `ip -n ${router} link add ${linkOf(name)} type veth peer name ${WIRE} netns ${name}`,
    `ip -n ${name} link set ${WIRE} address ${macOf(address)}`,
    `ip -n ${name} address add ${address}/${prefix} dev ${WIRE}`,
    `ip -n ${name} link set ${WIRE} up`,
    `ip -n ${router} link set ${linkOf(name)} up`,
    // Answering for others takes up to a second otherwise.
    `ip netns exec ${router} sysctl -qw net.ipv4.neigh.${linkOf(name)}.proxy_delay=0`,
    `ip -n ${router} route add ${address}/32 dev ${linkOf(name)}`,
    ...more,
  ];
}

function router(name: string): string[] {
  return [
    `ip netns add ${name}`,
    `ip -n ${name} link set lo up`,
    `ip netns exec ${name} sysctl -qw net.ipv4.ip_forward=1 net.ipv4.conf.default.proxy_arp=1`,
    `ip netns exec ${name} sysctl -qw net.ipv4.conf.all.rp_filter=0 net.ipv4.conf.default.rp_filter=0`,
  ];
}

/** Two providers on the way to the internet: between them packets have to be small. */
function internet(): string[] {
  const outside = [ADMIN, STRANGER, INTERNET];
  return [
    ...["vcn", "isp", "far"].flatMap(router),
    "ip -n vcn link add isp type veth peer name vcn netns isp",
    "ip -n isp link add far type veth peer name isp netns far",
    "ip -n vcn address add 100.64.0.1/30 dev isp; ip -n isp address add 100.64.0.2/30 dev vcn",
    "ip -n isp address add 100.64.1.1/30 dev far; ip -n far address add 100.64.1.2/30 dev isp",
    "ip -n isp link set far mtu 1300; ip -n far link set isp mtu 1300",
    "ip -n vcn link set isp up; ip -n isp link set vcn up; ip -n isp link set far up; ip -n far link set isp up",
    "ip -n vcn route add default via 100.64.0.2",
    "ip -n isp route add 192.0.2.0/24 via 100.64.0.1; ip -n isp route add default via 100.64.1.2",
    "ip -n far route add default via 100.64.1.1",
    ...outside.flatMap(({ name, address }) =>
      behind("far", name, address, 32, [`ip -n ${name} route add default dev ${WIRE}`]),
    ),
    "ip -n vcn address add 10.0.0.1/32 dev lo",
    `ip -n vcn address add ${METADATA.address}/32 dev lo`,
  ];
}

/** The zone of one host, as PVE makes it (pve-network, SimplePlugin). */
function simpleZone({ network: { guest } }: ProxmoxTopology, host: string): string[] {
  return [
    `ip -n ${host} link add ${guest.vnet} type bridge`,
    `ip -n ${host} address add ${guest.gateway}/${guest.prefixLength} dev ${guest.vnet}`,
    `ip -n ${host} link set ${guest.vnet} up`,
  ];
}

/**
 * The zone of several hosts, as PVE makes it (pve-network, EvpnPlugin), with policy routing in the place of the VRF, which
 * not every kernel has, and with the neighbours' addresses where BGP would bring them.
 */
function evpnZone({ network: { guest }, hosts }: ProxmoxTopology, host: string, address: string): string[] {
  const [near, far] = [`xvrf_${guest.zone}`, `xvrfp_${guest.zone}`];
  const inside = (command: string): string => `ip netns exec ${host} ${command}`;
  return [
    `ip -n ${host} link add vx type vxlan id ${guest.vnetTag} dstport 4789 local ${address}`,
    `ip -n ${host} link add ${guest.vnet} type bridge`,
    `ip -n ${host} link set ${guest.vnet} address 02:00:00:00:14:01`,
    `ip -n ${host} link set vx master ${guest.vnet}`,
    `ip -n ${host} link set ${guest.vnet} mtu ${guest.mtu}`,
    `ip -n ${host} address add ${guest.gateway}/${guest.prefixLength} dev ${guest.vnet}`,
    ...hosts
      .filter((other) => other.address !== address)
      .map((other) => inside(`bridge fdb append 00:00:00:00:00:00 dev vx dst ${other.address}`)),
    `ip -n ${host} link set vx up; ip -n ${host} link set ${guest.vnet} up`,
    `ip -n ${host} link add ${near} type veth peer name ${far}`,
    `ip -n ${host} address add 10.255.255.1/30 dev ${near}; ip -n ${host} address add 10.255.255.2/30 dev ${far}`,
    `ip -n ${host} link set ${near} up address 02:00:00:00:ff:01; ip -n ${host} link set ${far} up address 02:00:00:00:ff:02`,
    // Both ends are this host's own, and without a VRF it is slow to answer itself.
    `ip -n ${host} neigh add 10.255.255.1 lladdr 02:00:00:00:ff:01 dev ${far}`,
    `ip -n ${host} neigh add 10.255.255.2 lladdr 02:00:00:00:ff:02 dev ${near}`,
    // Without a VRF a socket of the host would take a packet that is still on its way through the zone.
    inside("sysctl -qw net.ipv4.ip_early_demux=0"),
    inside(`sysctl -qw net.ipv4.conf.${near}.accept_local=1 net.ipv4.conf.${far}.accept_local=1`),
    // What the zone has no route for falls through to the host's own: PVE takes "unreachable default" out on exit nodes.
    `ip -n ${host} rule add pref 10 iif ${guest.vnet} lookup 4000`,
    `ip -n ${host} rule add pref 11 iif ${far} lookup 4000`,
    `ip -n ${host} rule add pref 100 lookup local; ip -n ${host} rule del pref 0`,
    `ip -n ${host} route add local ${guest.gateway} dev ${guest.vnet} table 4000`,
    `ip -n ${host} route add local 10.255.255.2 dev ${far} table 4000`,
    `ip -n ${host} route add ${guest.cidr} dev ${guest.vnet} table 4000`,
    `ip -n ${host} route add 10.255.255.0/30 dev ${far} table 4000`,
    `ip -n ${host} route del ${guest.cidr} dev ${guest.vnet}`,
    `ip -n ${host} route del 10.255.255.0/30 dev ${far}`,
    `ip -n ${host} route add ${guest.cidr} via 10.255.255.2 dev ${near}`,
  ];
}

/** Commands that build it all, but for firewalls. */
function commands(topology: ProxmoxTopology): readonly string[] {
  const { network, hosts, micro, nodes, cluster } = topology;
  const gateway = (name: string): string => `ip -n ${name} route add default via 10.0.0.1`;
  return [
    ...internet(),
    ...behind("vcn", BALANCER.name, network.loadBalancerAddress, 24, [gateway(BALANCER.name)]),
    ...(micro === null ? [] : behind("vcn", micro.name, micro.address, 24, [gateway(micro.name)])),
    ...hosts.flatMap(({ name, address }) => [
      ...behind("vcn", name, address, 24, [gateway(name)]),
      ...sysctl().map((line) => `ip netns exec ${name} ${line}`),
      ...(network.guest.kind === "simple" ? simpleZone(topology, name) : evpnZone(topology, name, address)),
    ]),
    ...nodes.flatMap(({ name, host, address, mac }) => [
      `ip netns add ${name}; ip -n ${name} link set lo up`,
      `ip -n ${host} link add tap-${name} type veth peer name eth0 netns ${name}`,
      `ip -n ${host} link set tap-${name} master ${network.guest.vnet} up`,
      `ip -n ${name} link set eth0 address ${mac} mtu ${network.guest.mtu}`,
      `ip -n ${name} address add ${address}/${network.guest.prefixLength} dev eth0`,
      `ip -n ${name} link set eth0 up`,
      `ip -n ${name} route add default via ${network.guest.gateway}`,
    ]),
    // The first control plane holds the address of the API server.
    ...nodes.slice(0, 1).map(({ name }) => `ip -n ${name} address add ${cluster.vip}/32 dev eth0`),
  ];
}

const line = z.object({ id: z.union([z.number(), z.string()]), answer: z.string().nullable() });

interface Agent {
  readonly process: ChildProcess;
  ask(probe: Probe): Promise<string | null>;
}

export class Network {
  readonly #holder: ChildProcess;
  readonly #agents = new Map<string, Agent>();

  private constructor(holder: ChildProcess) {
    this.#holder = holder;
  }

  /** Namespaces, cards and routes of a lab; nothing listens yet and no firewall stands. */
  static async build(topology: ProxmoxTopology): Promise<Network> {
    const holder = spawn("unshare", [
      "--net",
      "--mount",
      "sh",
      "-c",
      "mount -t tmpfs none /run && echo ready && exec sleep infinity",
    ]);
    await new Promise((resolve) => holder.stdout.once("data", resolve));
    const network = new Network(holder);
    try {
      network.#run(["sh", "-e", "-s"], commands(topology).join("\n"));
    } catch (error) {
      await network.end();
      throw error;
    }
    return network;
  }

  #inside(command: readonly string[]): readonly string[] {
    return ["--target", String(this.#holder.pid), "--net", "--mount", ...command];
  }

  #run(command: readonly string[], input: string): void {
    execFileSync("nsenter", this.#inside(command), { input, stdio: ["pipe", "ignore", "pipe"] });
  }

  /** Has these rules read in a namespace. */
  rules(name: string, text: string): void {
    this.#run(["ip", "netns", "exec", name, "nft", "--file", "-"], text);
  }

  /**
   * Has everybody at an end of a path forget how much it was found to carry, which is kept with the route: those outside
   * too, as they would ask for small packets from the start.
   */
  forget(names: readonly string[]): void {
    const anew = (name: string, way: string): string =>
      `ip -n ${name} route del default; ip -n ${name} route add default ${way}`;
    const commands = [
      ...names.map((name) => anew(name, "via 10.0.0.1")),
      ...[ADMIN, STRANGER, INTERNET].map(({ name }) => anew(name, `dev ${WIRE}`)),
    ];
    this.#run(["sh", "-e", "-s"], commands.join("\n"));
  }

  /** Puts somebody into a namespace who answers on ports and knocks at others'. */
  stand(name: string, tcp: readonly number[], udp: readonly number[] = []): Promise<void> {
    return this.#stand(name, name, [tcp.join(","), udp.join(",")]);
  }

  /** Puts somebody into a namespace who is not root, and answers nobody. */
  standAsUser(name: string, namespace: string): Promise<void> {
    return this.#stand(name, namespace, ["", "", String(NOBODY)]);
  }

  async #stand(name: string, namespace: string, how: readonly string[]): Promise<void> {
    const args = ["ip", "netns", "exec", namespace, process.execPath, AGENT, name, ...how];
    const child = spawn("nsenter", this.#inside(args), { stdio: ["pipe", "pipe", "inherit"] });
    const waiting = new Map<number | string, (answer: string | null) => void>();
    let last = 0;
    createInterface({ input: child.stdout }).on("line", (text) => {
      const { id, answer } = line.parse(JSON.parse(text));
      waiting.get(id)?.(answer);
      waiting.delete(id);
    });
    await new Promise((resolve) => waiting.set("ready", resolve));
    this.#agents.set(name, {
      process: child,
      ask: (probe) =>
        new Promise((resolve) => {
          last += 1;
          waiting.set(last, resolve);
          child.stdin.write(`${JSON.stringify({ id: last, ...probe })}\n`);
        }),
    });
  }

  /** Who answers, and from which address they were asked as they saw it: `cp-1 10.20.0.1`; null: nobody. */
  ask(from: string, probe: Probe): Promise<string | null> {
    const agent = this.#agents.get(from);
    if (!agent) throw new Error(`nobody stands in ${from}`);
    return agent.ask(probe);
  }

  async end(): Promise<void> {
    for (const { process: child } of this.#agents.values()) child.kill("SIGKILL");
    const gone = new Promise((resolve) => this.#holder.once("close", resolve));
    this.#holder.kill("SIGKILL");
    await gone;
  }
}
