import { parseConfig } from "../../config/index.ts";
import { planOnProxmox } from "../../topology/plan.ts";
import { lab, LEAST, linesOf, PROXMOX_PRESETS } from "../config/labs.ts";

const HOST = { name: "pve-1", ocpus: 2, memoryGb: 12, bootVolumeGb: 150 };
const CP = { name: "cp-1", role: "control-plane", vcpus: 2, memoryMb: 3072, diskGb: 20 } as const;
const WORKER = { name: "worker-1", role: "worker", vcpus: 2, memoryMb: 2048, diskGb: 20 } as const;

const plan = (over: Parameters<typeof lab>[0] = {}) => planOnProxmox(lab(over));
const refusalOf = (over: Parameters<typeof lab>[0]) => linesOf(() => plan(over));

describe("planOnProxmox", () => {
  it("gives the free preset's machines the addresses, ids and ports that follow from their numbers", () => {
    const { hosts, nodes, cluster, network } = plan();
    expect(hosts).toMatchObject([{ name: "pve-1", address: "10.0.0.11", apiPort: 18001, templateVmId: 9001 }]);
    expect(nodes).toMatchObject([{ name: "cp-1", address: "10.20.0.11", vmId: 101, talosPort: 18101, vcpus: 2 }]);
    expect(cluster).toEqual({
      vip: "10.20.0.5",
      endpoint: "https://10.20.0.5:6443",
      apiPort: 18000,
      apiPorts: [18000],
    });
    expect(network.guest).toMatchObject({ gateway: "10.20.0.1" });
  });

  it.each(PROXMOX_PRESETS)("has room for one more worker in the preset %s", (preset) => {
    const { nodes } = lab({ preset }).kubernetes;
    const least = { ...WORKER, name: "worker-9", vcpus: 1, memoryMb: preset === "free" ? 2048 : 1024 };
    expect(plan({ preset, kubernetes: { nodes: [...nodes, least] } }).nodes).toHaveLength(nodes.length + 1);
  });

  it("plans the same for the same config", () => {
    expect(plan({ preset: "payg" })).toEqual(plan({ preset: "payg" }));
  });

  it("does not depend on the order in the config", () => {
    const config = lab({ preset: "payg" });
    const { hosts, nodes, tunnels } = planOnProxmox(config);
    const turned = planOnProxmox({
      ...config,
      hosts: config.hosts.toReversed(),
      kubernetes: { ...config.kubernetes, nodes: config.kubernetes.nodes.toReversed() },
    });
    expect({ hosts: turned.hosts, nodes: turned.nodes, tunnels: turned.tunnels }).toEqual({ hosts, nodes, tunnels });
  });

  it("gives one host a Simple zone and several an EVPN zone with a smaller MTU", () => {
    expect(plan().network.guest).toMatchObject({ kind: "simple", mtu: 1500 });
    expect(plan({ preset: "free-pair" }).network.guest).toMatchObject({ kind: "evpn", mtu: 1450 });
  });

  it("gives SDN objects ids that Proxmox VE takes", () => {
    const { zone, vnet, controller } = plan().network.guest;
    for (const id of [zone, vnet, controller]) expect(id).toMatch(/^[a-z][a-z0-9]{1,7}$/);
  });

  it("leaves the fault domain of every host to Oracle, which launches where there is room", () => {
    for (const preset of PROXMOX_PRESETS) {
      const { hosts, micro } = plan({ preset });
      expect([...hosts.map(({ faultDomain }) => faultDomain), micro?.faultDomain ?? null]).toEqual(
        Array.from({ length: hosts.length + 1 }, () => null),
      );
    }
  });

  it("spreads hosts over fault domains where the config says so, and leaves the last to the micro", () => {
    const oci = { region: "eu-frankfurt-1", spreadHosts: true };
    const { hosts, micro } = plan({ preset: "free-pair", oci });
    expect([...hosts.map(({ faultDomain }) => faultDomain), micro?.faultDomain]).toEqual([1, 2, 3]);
    expect(plan({ preset: "payg", oci }).hosts.map(({ faultDomain }) => faultDomain)).toEqual([1, 2, 3]);
  });

  it("keeps a written fault domain", () => {
    expect(plan({ hosts: [{ ...HOST, faultDomain: 3 }] }).hosts[0]?.faultDomain).toBe(3);
  });

  it("keeps memory and disk of a host for Proxmox VE", () => {
    expect(plan().hosts[0]).toMatchObject({ guestMemoryMb: 12 * 1024 - 2048, guestDiskGb: 125, vcpus: 2 });
    expect(plan({ preset: "free-pair" }).hosts[0]).toMatchObject({ guestMemoryMb: 6 * 1024 - 1536, guestDiskGb: 50 });
  });

  it("opens a tunnel to the API server, to each host's Proxmox VE and each node's Talos, and to SSH for the third vote", () => {
    expect(plan({ preset: "free-pair" }).tunnels).toEqual([
      { name: "kubernetes", localPort: 18000, via: "pve-1", target: { address: "10.20.0.5", port: 6443 } },
      { name: "proxmox pve-1", localPort: 18001, via: "pve-1", target: { address: "10.0.0.11", port: 8006 } },
      { name: "proxmox pve-2", localPort: 18002, via: "pve-2", target: { address: "10.0.0.12", port: 8006 } },
      {
        name: "talos cp-1",
        localPort: 18101,
        via: "pve-1",
        target: { address: "10.20.0.11", port: 50000 },
        guarded: true,
      },
      {
        name: "talos worker-1",
        localPort: 18201,
        via: "pve-2",
        target: { address: "10.20.0.21", port: 50000 },
        guarded: true,
      },
      { name: "ssh pve-1", localPort: 27001, via: "pve-1", target: { address: "10.0.0.11", port: 22 } },
      { name: "ssh pve-2", localPort: 27002, via: "pve-2", target: { address: "10.0.0.12", port: 22 } },
      { name: "ssh qdevice-1", localPort: 27100, via: "pve-1", target: { address: "10.0.0.5", port: 22 } },
    ]);
  });

  it("leads to the API through each control plane's own host, where these are on several", () => {
    const { tunnels, cluster } = plan({ preset: "payg", allowPaid: true });
    const own = (number: number) => ({
      name: `kubernetes cp-${number}`,
      localPort: 27100 + number,
      via: `pve-${number}`,
      target: { address: `10.20.0.1${number}`, port: 6443 },
    });
    const way = { via: "pve-1", target: { address: "10.20.0.5", port: 6443 }, through: [27101, 27102, 27103] };
    expect(tunnels.filter(({ name }) => name.startsWith("kubernetes"))).toEqual([
      { name: "kubernetes", localPort: 18000, ...way },
      ...[1, 2, 3].map(own),
    ]);
    expect(cluster).toMatchObject({ apiPort: 18000, apiPorts: way.through });
  });

  it("opens a tunnel to SSH of a lone host, which may have to take a third vote away", () => {
    const ssh = { name: "ssh pve-1", localPort: 27001, via: "pve-1", target: { address: "10.0.0.11", port: 22 } };
    expect(plan().tunnels.filter(({ name }) => name.startsWith("ssh"))).toEqual([ssh]);
  });

  it("puts the micro into the hosts' availability domain, or into the one that is written", () => {
    const micro = { name: "qdevice-1", bootVolumeGb: 50 };
    const oci = { region: "eu-frankfurt-1", availabilityDomain: 2 } as const;
    expect(plan({ preset: "free-pair", oci, micro }).micro?.availabilityDomain).toBe(2);
    const written = { ...micro, availabilityDomain: 3 } as const;
    expect(plan({ preset: "free-pair", oci, micro: written }).micro?.availabilityDomain).toBe(3);
  });

  it("gives locally administered unicast MACs that differ between labs", () => {
    const macs = [plan(), plan({ name: "other" })].map(({ nodes }) => nodes[0]?.mac ?? "");
    for (const mac of macs) expect(mac).toMatch(/^02(:[0-9A-F]{2}){5}$/);
    expect(macs[0]).not.toBe(macs[1]);
  });
});

describe("an impossible plan", () => {
  it("is refused with the name of the file that the config came from", () => {
    const config = parseConfig({ ...LEAST, network: { guests: "10.0.0.0/24" } }, "mine.json");
    expect(linesOf(() => planOnProxmox(config))).toEqual([expect.stringMatching(/^mine\.json: network\.guests: /)]);
  });

  it.each([
    ["guests", "10.0.8.0/24", "vcn (10.0.0.0/16)"],
    ["pods", "10.20.0.0/16", "guests (10.20.0.0/24)"],
    ["services", "10.244.8.0/24", "pods (10.244.0.0/16)"],
  ])("names network.%s when it overlaps an earlier network", (key, cidr, rival) => {
    expect(refusalOf({ network: { [key]: cidr } })).toEqual([
      `lab.config.ts: network.${key}: got "${cidr}", allowed a network that does not overlap network.${rival}`,
    ]);
  });

  it("names a subnet outside the VCN", () => {
    expect(refusalOf({ network: { subnet: "10.1.0.0/24" } })).toEqual([
      'lab.config.ts: network.subnet: got "10.1.0.0/24", allowed a network inside network.vcn (10.0.0.0/16)',
    ]);
  });

  it("names a subnet too small for a host's number", () => {
    expect(refusalOf({ network: { subnet: "10.0.0.0/26" }, hosts: [{ ...HOST, name: "pve-53" }] })).toEqual([
      'lab.config.ts: network.subnet: got "10.0.0.0/26", allowed a larger network: ' +
        "address pool too small (pve-53 takes number 63 of it, 62 is its last)",
    ]);
    expect(refusalOf({ network: { subnet: "10.0.0.0/26" }, hosts: [{ ...HOST, name: "pve-52" }] })).toEqual([]);
  });

  it("names a guest network that a worker's number would leave", () => {
    const nodes = { nodes: [CP, { ...WORKER, name: "worker-43" }] };
    expect(refusalOf({ network: { guests: "10.20.0.0/26" }, kubernetes: nodes })).toEqual([
      'lab.config.ts: network.guests: got "10.20.0.0/26", allowed a larger network: ' +
        "address pool too small (worker-43 takes number 63 of it, 62 is its last)",
    ]);
    expect(refusalOf({ kubernetes: nodes })).toEqual([]);
  });

  it("names a pod network with fewer /24s than nodes", () => {
    const nodes = [CP, WORKER, { ...WORKER, name: "worker-2", memoryMb: 1280 }];
    expect(refusalOf({ network: { pods: "10.244.0.0/23" }, kubernetes: { nodes } })).toEqual([
      'lab.config.ts: network.pods: got "10.244.0.0/23", allowed a larger network: ' +
        "address pool too small (it has a /24 for 2 nodes, there are 3)",
    ]);
  });

  it("names a VM with more vCPUs than any host", () => {
    expect(refusalOf({ kubernetes: { nodes: [{ ...CP, vcpus: 3 }] } })).toEqual([
      "lab.config.ts: kubernetes.nodes[0].vcpus: got 3, " +
        "allowed 1 to 2 (a VM has at most as many vCPUs as its host; pve-1 has 2)",
    ]);
  });

  it("names a VM with more memory than is left, and says what is left where", () => {
    expect(refusalOf({ kubernetes: { nodes: [CP, { ...WORKER, memoryMb: 4609 }] } })).toEqual([
      "lab.config.ts: kubernetes.nodes[1].memoryMb: got 4609, allowed at most 4608 " +
        "(MB; pve-1 has 5888 of 12288 MB left; Proxmox VE takes 2048, each VM 1280 beyond its own)",
    ]);
    expect(refusalOf({ kubernetes: { nodes: [CP, { ...WORKER, memoryMb: 4608 }] } })).toEqual([]);
  });

  it("names a VM with more disk than is left", () => {
    expect(refusalOf({ kubernetes: { nodes: [CP, { ...WORKER, diskGb: 106 }] } })).toEqual([
      "lab.config.ts: kubernetes.nodes[1].diskGb: got 106, " +
        "allowed at most 105 (GB; pve-1 has 105 of 150 GB left beside the system)",
    ]);
    expect(refusalOf({ kubernetes: { nodes: [CP, { ...WORKER, diskGb: 105 }] } })).toEqual([]);
  });

  it("looks only at the written host of a VM that has one", () => {
    const nodes = [
      { ...CP, vcpus: 1, memoryMb: 2048 },
      { ...WORKER, vcpus: 1, memoryMb: 3585, host: "pve-2" },
    ];
    expect(refusalOf({ preset: "free-pair", kubernetes: { nodes } })).toEqual([
      expect.stringMatching(
        /nodes\[1\]\.memoryMb: got 3585, allowed at most 3584 \(MB; pve-2 has 4608 of 6144 MB left; /,
      ),
    ]);
  });
});
