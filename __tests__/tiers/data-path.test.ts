/**
 * Who reaches whom in a lab with all firewalls on, and who must not: with the rules that this project generates, in network
 * namespaces. Each of the rules, removed once, changes somebody's answer.
 */
import type { LabInput } from "../../config/index.ts";
import { parseConfig } from "../../config/index.ts";
import { planOnProxmox } from "../../topology/plan.ts";
import type { HostPlan, NodePlan, ProxmoxTopology } from "../../topology/types.ts";
import { BASE, synthesize } from "../stacks/synthesize.ts";
import { cloudRules, type Groups, imageRules, pveRules, talosRules, writtenRules } from "./data-path/layers.ts";
import {
  ADMIN,
  BALANCER,
  INTERNET,
  linkOf,
  macOf,
  METADATA,
  missing,
  Network,
  type Probe,
  publicIp,
  STRANGER,
  WIRE,
} from "./data-path/network.ts";

jest.setTimeout(600_000);

const why = missing();
const withRoot = why === null ? describe : describe.skip;
const title = why === null ? "" : ` (skipped: ${why})`;

interface Row extends Probe {
  readonly what: string;
  readonly from: string;
  /** Who answers; null: nobody. */
  readonly answers: string | null;
}

const tcp = (from: string, address: string, port: number, answers: string | null, what: string, bytes = 0): Row => ({
  protocol: "tcp",
  what,
  from,
  address,
  port,
  answers,
  bytes,
});
const udp = (...[from, address, port, answers, what]: Parameters<typeof tcp>): Row => ({
  ...tcp(from, address, port, answers, what),
  protocol: "udp",
});

const userOf = (host: string): string => `user-of-${host}`;

/** More than fits through the smallest link on the way out in one packet. */
const LARGE = 4000;

function rowsOfHost(topology: ProxmoxTopology, { name, address }: HostPlan): readonly Row[] {
  const { cluster, micro, network, nodes } = topology;
  const own = nodes.find(({ host }) => host === name);
  const holdsVip = nodes[0]?.host === name;
  return [
    tcp(ADMIN.name, publicIp(address), 22, name, "an admin's SSH"),
    tcp(STRANGER.name, publicIp(address), 22, null, "a stranger's SSH"),
    tcp(ADMIN.name, publicIp(address), 8006, null, "an admin, without a tunnel"),
    tcp(STRANGER.name, publicIp(address), 6443, null, "a stranger, past the load balancer"),
    tcp(BALANCER.name, address, 22, null, "the load balancer"),
    tcp(name, address, 8006, name, "the end of a tunnel"),
    tcp(name, "127.0.0.1", 111, name, "a host's own daemons"),
    ...(micro === null
      ? []
      : [
          tcp(name, micro.address, 22, micro.name, "setting the QDevice up"),
          tcp(name, micro.address, 5403, micro.name, "the third vote"),
          ...[22, 5403].map((port) => tcp(ADMIN.name, publicIp(micro.address), port, null, "an admin at the micro")),
          tcp(micro.name, INTERNET.address, 443, INTERNET.name, "the micro's packages", LARGE),
          tcp(micro.name, address, 8006, null, "the micro at a host"),
        ]),
    tcp(name, INTERNET.address, 443, INTERNET.name, "a host's updates", LARGE),
    tcp(name, METADATA.address, 80, METADATA.name, "a host's metadata"),
    tcp(userOf(name), METADATA.address, 80, null, "a host's metadata, for others than root"),
    tcp(userOf(name), METADATA.address, 53, METADATA.name, "a host's names"),
    tcp(BALANCER.name, address, 6443, holdsVip ? (nodes[0]?.name ?? null) : null, "the API, where its address is held"),
    ...(own === undefined
      ? []
      : [
          tcp(name, own.address, 50_000, own.name, "a tunnel to a guest"),
          tcp(own.name, network.guest.gateway, 22, null, "a guest at its gateway's sshd"),
          tcp(own.name, address, 22, null, "a guest at its host's sshd"),
          tcp(own.name, network.guest.gateway, 8006, null, "a guest at its gateway's Proxmox VE"),
          tcp(own.name, address, 8006, null, "a guest at its host's Proxmox VE"),
          tcp(own.name, network.loadBalancerAddress, 6443, null, "a guest in the hosts' subnet"),
          tcp(own.name, INTERNET.address, 443, INTERNET.name, "a guest's images"),
          udp(own.name, INTERNET.address, 53, INTERNET.name, "a guest's names"),
          tcp(own.name, METADATA.address, 80, null, "a guest at its host's metadata"),
          ...(holdsVip ? [tcp(name, cluster.vip, 6443, own.name, "the tunnel to the API")] : []),
          udp(own.name, network.guest.gateway, 67, null, "a guest at its gateway's DHCP, which there is not"),
        ]),
  ];
}

function rowsBetween(topology: ProxmoxTopology, one: HostPlan, other: HostPlan): readonly Row[] {
  const guestOf = (host: HostPlan) => topology.nodes.find((node) => node.host === host.name);
  const [near, far] = [guestOf(one), guestOf(other)];
  const to = (port: number, what: string): Row => tcp(one.name, other.address, port, other.name, what);
  return [
    to(22, "PVE's SSH"),
    to(8006, "joining, and PVE's proxying"),
    to(179, "BGP"),
    to(60_000, "migration"),
    ...[5405, 5412].map((port) => udp(one.name, other.address, port, other.name, "corosync")),
    ...[3784, 3785, 4784].map((port) => udp(one.name, other.address, port, other.name, "BFD")),
    tcp(one.name, other.address, 111, null, "a port that nobody opened"),
    ...(near === undefined
      ? []
      : [
          tcp(near.name, other.address, 22, null, "a guest at another host's sshd, by SNAT"),
          tcp(near.name, other.address, 8006, null, "a guest at another host's Proxmox VE, by SNAT"),
          tcp(near.name, other.address, 60_000, null, "a guest at another host's migrations, by SNAT"),
          tcp(near.name, other.address, 179, null, "a guest at another host's BGP, by SNAT"),
          udp(near.name, other.address, 5405, null, "a guest at another host's corosync, by SNAT"),
          udp(near.name, other.address, 3784, null, "a guest at another host's BFD, by SNAT"),
          ...(far === undefined ? [] : [tcp(near.name, far.address, 50_000, far.name, "guests, by VXLAN", 1200)]),
        ]),
  ];
}

function rowsOf(topology: ProxmoxTopology): readonly Row[] {
  const { hosts, nodes } = topology;
  return [
    tcp(ADMIN.name, BALANCER.publicIp, 6443, BALANCER.name, "kubectl", LARGE),
    tcp(STRANGER.name, BALANCER.publicIp, 6443, null, "a stranger's kubectl"),
    ...hosts.flatMap((host) => rowsOfHost(topology, host)),
    ...hosts.flatMap((one) =>
      hosts.filter((other) => other !== one).flatMap((other) => rowsBetween(topology, one, other)),
    ),
    ...nodes.slice(1).flatMap((node) => rowsOfWorker(topology, node)),
  ];
}

/** Between a worker and the first control plane, both ways. */
function rowsOfWorker({ nodes: [first] }: ProxmoxTopology, { name, address }: NodePlan): readonly Row[] {
  if (first === undefined) throw new Error("no control plane");
  return [
    tcp(name, first.address, 6443, first.name, "a kubelet at the API server"),
    tcp(name, first.address, 50_001, first.name, "a worker asking for its certificate"),
    tcp(name, first.address, 2379, null, "a worker at etcd"),
    tcp(name, first.address, 111, null, "a port of a machine that nobody opened"),
    tcp(first.name, address, 10_250, name, "the API server at a kubelet"),
    tcp(first.name, address, 30_000, name, "a node port"),
    udp(first.name, address, 4789, name, "the pods' network"),
    tcp(first.name, address, 50_001, null, "trustd, which a worker has not"),
  ];
}

class Lab {
  readonly rows: readonly Row[];
  readonly image = imageRules();
  readonly written;
  readonly pve;
  readonly talos;

  readonly topology: ProxmoxTopology;
  readonly network: Network;

  private constructor(topology: ProxmoxTopology, network: Network, input: LabInput) {
    this.topology = topology;
    this.network = network;
    this.rows = rowsOf(topology);
    this.written = writtenRules(topology);
    this.talos = talosRules(topology);
    const addresses = topology.hosts.map(({ address }) => address);
    this.pve = pveRules(synthesize(input).proxmox, addresses, WIRE);
  }

  static async start(input: LabInput): Promise<Lab> {
    const topology = planOnProxmox(parseConfig(input));
    const network = await Network.build(topology);
    const lab = new Lab(topology, network, input);
    const stands = [
      network.stand(ADMIN.name, []),
      network.stand(STRANGER.name, []),
      network.stand(INTERNET.name, [443], [53]),
      network.stand(METADATA.name, [53, 80]),
      network.stand(BALANCER.name, [6443]),
      ...topology.hosts.map(({ name }) =>
        network.stand(name, [22, 111, 179, 8006, 60_000], [67, 3784, 3785, 4784, 5405, 5412]),
      ),
      ...topology.hosts.map(({ name }) => network.standAsUser(userOf(name), name)),
      ...topology.nodes.map(({ name }) =>
        network.stand(name, [111, 2379, 6443, 10_250, 30_000, 50_000, 50_001], [4789]),
      ),
      ...(topology.micro === null ? [] : [network.stand(topology.micro.name, [22, 5403])]),
    ];
    await Promise.all(stands);
    lab.network.rules("vcn", lab.#publicAddresses());
    lab.load({});
    return lab;
  }

  #publicAddresses(): string {
    const { hosts, micro, network } = this.topology;
    const all = [...hosts, ...(micro === null ? [] : [micro])].map(({ address }) => address);
    all.push(network.loadBalancerAddress);
    return `table ip internet-gateway {
      chain in { type nat hook prerouting priority dstnat; iifname isp dnat to ip daddr map { ${all.map((each) => `${publicIp(each)} : ${each}`).join(", ")} }; }
      chain out { type nat hook postrouting priority srcnat; oifname isp snat to ip saddr map { ${all.map((each) => `${each} : ${publicIp(each)}`).join(", ")} }; }
    }\n`;
  }

  /** Puts all firewalls up, without some rule of one of them. */
  load(without: { security?: number; image?: number; written?: number; pve?: number; talos?: string }): void {
    const { hosts, micro, nodes, securityRules, network } = this.topology;
    const groups: Groups = {
      hosts: hosts.map(({ name, address }) => ({ link: linkOf(name), address })),
      micro: micro === null ? [] : [{ link: linkOf(micro.name), address: micro.address }],
      nlb: [{ link: linkOf(BALANCER.name), address: network.loadBalancerAddress }],
      nodes: [],
    };
    const macs = Object.fromEntries(
      Object.values(groups)
        .flat()
        .map(({ link, address }) => [link, macOf(address)]),
    );
    const kept = securityRules.filter((_rule, index) => index !== without.security);
    this.network.rules("vcn", cloudRules(kept, groups, macs));
    for (const host of hosts) {
      const { guest } = network;
      // As the zone's interfaces have it (pve-network).
      const snat = `table ip pve-sdn\ndelete table ip pve-sdn\ntable ip pve-sdn {\n chain out { type nat hook postrouting priority srcnat;\n ip saddr ${guest.cidr} oifname ${WIRE} snat to ${host.address}\n }\n}\n`;
      const text = [
        "flush ruleset",
        this.image.text(host, without.image),
        this.written.text(host, without.written),
        this.pve.text(without.pve),
        snat,
      ];
      this.network.rules(host.name, text.join("\n"));
    }
    for (const node of nodes) this.network.rules(node.name, this.talos.text(node, without.talos));
    this.network.forget([BALANCER, ...hosts, ...(micro === null ? [] : [micro])].map(({ name }) => name));
  }

  /** Rows that come out otherwise than they should. */
  async wrong(): Promise<readonly string[]> {
    const answers = await Promise.all(this.rows.map((row) => this.network.ask(row.from, row)));
    return this.rows.flatMap(({ what, from, address, port, answers: expected }, index) => {
      const got = answers[index]?.split(" ")[0] ?? null;
      return got === expected
        ? []
        : [`${what}: ${from} → ${address}:${port}: ${got ?? "nobody"}, not ${expected ?? "nobody"}`];
    });
  }
}

/** Rules of the image that no row needs, each with the reason why it stays. */
const UNNEEDED: readonly (readonly [RegExp, string])[] = [
  [/^image: icmp type/, "pings, for people; errors that belong to a connection pass as related"],
  [/^image: (icmpv6|udp sport 547)/, "IPv6, which the lab's network does not have, and other clouds do"],
  [/^image: udp sport 67/, "DHCP renewals by unicast: an hour apart"],
  [/^Talos etcd/, "between control planes, of which these labs have one"],
];

const LABS = [
  ["one host", { ...BASE, preset: "free" }],
  ["two hosts and the micro", { ...BASE, preset: "free-pair" }],
] as const satisfies readonly (readonly [string, LabInput])[];

withRoot(`with all firewalls on${title}`, () => {
  /** By rule: whether somebody's answer changes without it, in any of the labs. */
  const needed = new Map<string, boolean>();

  describe.each(LABS)("in a lab of %s", (_title, input) => {
    let lab: Lab;
    beforeAll(async () => {
      lab = await Lab.start(input);
    });
    afterAll(() => lab.network.end());

    it("everybody reaches whom they should, and nobody else", async () => {
      expect(await lab.wrong()).toEqual([]);
    });

    it("a rule less is noticed, or is another lab's", async () => {
      const rules = [
        ...lab.topology.securityRules.map(({ group, id }, security) => ({
          name: `${group} ${id}`,
          without: { security },
        })),
        ...lab.image.names.map((name, image) => ({ name: `image: ${name}`, without: { image } })),
        ...lab.written.names.map((name, written) => ({ name, without: { written } })),
        ...lab.talos.names.map((talos) => ({ name: `Talos ${talos}`, without: { talos } })),
        ...lab.pve.names.map((name, pve) => ({ name: `PVE ${name}`, without: { pve } })),
      ];
      for (const { name, without } of rules) {
        lab.load(without);
        const isNoticed = (await lab.wrong()).length > 0;
        needed.set(name, isNoticed || (needed.get(name) ?? false));
      }
      lab.load({});
      expect(await lab.wrong()).toEqual([]);
    });
  });

  it("no generated rule is there that nobody needs", () => {
    const unneeded = [...needed].flatMap(([name, isNeeded]) => (isNeeded ? [] : [name]));
    expect(unneeded.filter((name) => !UNNEEDED.some(([pattern]) => pattern.test(name)))).toEqual([]);
    expect(needed.size).toBeGreaterThan(30);
  });
});
