import * as fc from "fast-check";
import { cidrOf, contains } from "../../config/cidr.ts";
import { ConfigError, type HostConfig, type LabConfig, type NodeConfig } from "../../config/index.ts";
import { tcgMemoryMb } from "../../topology/capacity.ts";
import { planOnProxmox } from "../../topology/plan.ts";
import type { ProxmoxTopology } from "../../topology/types.ts";
import { lab } from "../config/labs.ts";

const slots = (max: number, minLength: number, maxLength: number) =>
  fc.uniqueArray(fc.integer({ min: 1, max }), { minLength, maxLength });

/** Hosts with room for whatever nodes there are, so that placement never runs short. */
const hostNamed = (slot: number, memoryGb: number): HostConfig => ({
  name: `pve-${slot}`,
  ocpus: 8,
  memoryGb,
  bootVolumeGb: 2000,
});

const node = (role: NodeConfig["role"], slot: number, memoryMb: number, host: string | null): NodeConfig => ({
  name: `${role === "worker" ? "worker" : "cp"}-${slot}`,
  role,
  vcpus: 2,
  memoryMb,
  diskGb: 10,
  ...(host === null ? {} : { host }),
});

/** Labs with hosts and nodes of any number; a third of the workers say where they run. */
const anyLab = (memoryGb: fc.Arbitrary<number>): fc.Arbitrary<LabConfig> =>
  fc
    .record({
      hosts: slots(99, 1, 5),
      controlPlanes: fc.constantFrom(1, 3, 5).chain((count) => slots(10, count, count)),
      workers: slots(171, 0, 12),
      memoryGb,
      sizes: fc.infiniteStream(fc.constantFrom(1024, 2048, 3000)),
      written: fc.infiniteStream(fc.constantFrom(true, false, false)),
      basePort: fc.constantFrom(1024, 18000, 56336),
      second: fc.integer({ min: 1, max: 90 }),
    })
    .map(({ hosts, controlPlanes, workers, memoryGb: gb, sizes, written, basePort, second }) => {
      const size = (): number => Number(sizes.next().value);
      const hostOf = (slot: number): string | null =>
        written.next().value === true ? `pve-${hosts[slot % hosts.length] ?? 1}` : null;
      return lab({
        name: `lab-${second}`,
        access: { adminCidrs: ["203.0.113.7/32"], basePort },
        network: { vcn: `10.${second}.0.0/16`, subnet: `10.${second}.7.0/24`, guests: "172.16.8.0/24" },
        hosts: hosts.map((slot) => hostNamed(slot, gb)),
        micro: { name: "qdevice-1", bootVolumeGb: 50 },
        kubernetes: {
          nodes: [
            ...controlPlanes.map((slot) => node("control-plane", slot, 2048, null)),
            ...workers.map((slot) => node("worker", slot, size(), hostOf(slot))),
          ],
        },
      });
    });

const roomy = anyLab(fc.constant(500));
const tight = anyLab(fc.integer({ min: 8, max: 24 }));

const distinct = (values: readonly unknown[]): boolean => new Set(values).size === values.length;

const withNodes = (config: LabConfig, nodes: readonly NodeConfig[]): LabConfig => ({
  ...config,
  kubernetes: { ...config.kubernetes, nodes },
});

/** What of a plan belongs to one node or host, without where nodes run. */
function parts({ hosts, nodes }: ProxmoxTopology): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    [...hosts, ...nodes.map((plan) => ({ ...plan, host: "" }))].map((plan) => [plan.name, plan]),
  );
}

describe("a plan", () => {
  it("gives no two things the same address, port, VM id or MAC", () => {
    fc.assert(
      fc.property(roomy, (config) => {
        const { hosts, micro, nodes, cluster, network, tunnels } = planOnProxmox(config);
        const inSubnet = [network.loadBalancerAddress, micro?.address, ...hosts.map(({ address }) => address)];
        const inGuests = [network.guest.gateway, cluster.vip, ...nodes.map(({ address }) => address)];
        expect(distinct([...inSubnet, ...inGuests])).toBe(true);
        expect(distinct(tunnels.map(({ localPort }) => localPort))).toBe(true);
        expect(distinct([...hosts.map((host) => host.templateVmId), ...nodes.map(({ vmId }) => vmId)])).toBe(true);
        expect(distinct(nodes.map(({ mac }) => mac))).toBe(true);
        expect(distinct(tunnels.map(({ name }) => name))).toBe(true);
      }),
    );
  });

  it("keeps every address inside its network", () => {
    fc.assert(
      fc.property(roomy, (config) => {
        const { hosts, nodes, cluster } = planOnProxmox(config);
        const inside = (cidr: string, address: string): boolean => contains(cidrOf(cidr), cidrOf(`${address}/32`));
        expect(hosts.every(({ address }) => inside(config.network.subnet, address))).toBe(true);
        expect([cluster, ...nodes].every((x) => inside(config.network.guests, "vip" in x ? x.vip : x.address))).toBe(
          true,
        );
      }),
    );
  });

  it("keeps every port unprivileged and every VM id one that Proxmox VE takes", () => {
    fc.assert(
      fc.property(roomy, (config) => {
        const { nodes, hosts, tunnels } = planOnProxmox(config);
        expect(tunnels.every(({ localPort }) => localPort >= 1024 && localPort <= 65535)).toBe(true);
        expect([...nodes.map(({ vmId }) => vmId), ...hosts.map((h) => h.templateVmId)].every((id) => id >= 100)).toBe(
          true,
        );
      }),
    );
  });

  it("never fills a host over what it has, and otherwise names a node", () => {
    fc.assert(
      fc.property(tight, (config) => {
        try {
          const { hosts, nodes } = planOnProxmox(config);
          for (const host of hosts) {
            const own = nodes.filter((placed) => placed.host === host.name);
            const sum = (of: (placed: (typeof own)[number]) => number) => own.reduce((total, x) => total + of(x), 0);
            expect(sum(({ memoryMb }) => memoryMb + tcgMemoryMb(host))).toBeLessThanOrEqual(host.guestMemoryMb);
            expect(sum(({ diskGb }) => diskGb)).toBeLessThanOrEqual(host.guestDiskGb);
            expect(own.every(({ vcpus }) => vcpus <= host.vcpus)).toBe(true);
          }
        } catch (error) {
          if (!(error instanceof ConfigError)) throw error;
          expect(error.message).toMatch(
            /^(lab\.config\.ts: kubernetes\.nodes\[\d+\]\.memoryMb: got \d+, allowed .+\n?)+$/,
          );
        }
      }),
    );
  });

  it("is a pure function of the config", () => {
    fc.assert(
      fc.property(roomy, (config) => expect(planOnProxmox(config)).toEqual(planOnProxmox(structuredClone(config)))),
    );
  });

  it("puts every written node on its host", () => {
    fc.assert(
      fc.property(roomy, (config) => {
        const hosts = new Map(planOnProxmox(config).nodes.map(({ name, host }) => [name, host]));
        for (const { name, host } of config.kubernetes.nodes) expect(host ?? hosts.get(name)).toBe(hosts.get(name));
      }),
    );
  });

  it("leaves every other node as it is, host included, when a worker comes or goes", () => {
    fc.assert(
      fc.property(roomy, fc.nat(), (config, index) => {
        const workers = config.kubernetes.nodes.filter(({ role }) => role === "worker");
        fc.pre(workers.length > 0);
        const gone = workers[index % workers.length];
        const all = planOnProxmox(config).nodes;
        const fewer = planOnProxmox(
          withNodes(
            config,
            config.kubernetes.nodes.filter((other) => other !== gone),
          ),
        ).nodes;
        expect(all.filter(({ name }) => name !== gone?.name)).toEqual(fewer);
      }),
    );
  });

  it("never moves a node when a worker with a new highest number comes, even where room is short", () => {
    fc.assert(
      fc.property(tight, (config) => {
        const last = config.kubernetes.nodes.filter(({ role, host }) => role === "worker" && host === undefined);
        const highest = last.toSorted((a, b) => Number(b.name.slice(7)) - Number(a.name.slice(7)))[0];
        fc.pre(highest !== undefined);
        let all: ProxmoxTopology["nodes"] = [];
        try {
          all = planOnProxmox(config).nodes;
        } catch {
          fc.pre(false);
        }
        const fewer = planOnProxmox(
          withNodes(
            config,
            config.kubernetes.nodes.filter((other) => other !== highest),
          ),
        ).nodes;
        expect(all.filter(({ name }) => name !== highest?.name)).toEqual(fewer);
      }),
    );
  });

  it("leaves every other host, and all of a node but where it runs, as it is when a host comes or goes", () => {
    fc.assert(
      fc.property(roomy, fc.nat(), (config, index) => {
        const gone = config.hosts[index % config.hosts.length];
        const used = config.kubernetes.nodes.some(({ host }) => host === gone?.name);
        fc.pre(config.hosts.length > 1 && !used);
        const all = planOnProxmox(config);
        const fewer = planOnProxmox({ ...config, hosts: config.hosts.filter((host) => host !== gone) });
        expect(parts(all)).toMatchObject(parts(fewer));
      }),
    );
  });
});
