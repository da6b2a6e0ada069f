import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as fc from "fast-check";
import { dnatRules, guestRules, hostFacts, hostRules } from "../../constructs/oci/host-files.ts";
import { planOnProxmox } from "../../topology/plan.ts";
import type { ProxmoxTopology } from "../../topology/types.ts";
import { lab, PROXMOX_PRESETS } from "../config/labs.ts";

const plan = (preset: (typeof PROXMOX_PRESETS)[number], adminCidrs = ["203.0.113.7/32"]): ProxmoxTopology =>
  planOnProxmox(lab({ preset, access: { adminCidrs } }));

/** The rules between `chain input {` and its end. */
function rulesOf(text: string): readonly string[] {
  const lines = text.split("\n");
  expect(lines.slice(0, 2)).toEqual(["table inet lab-filter {", "  chain input {"]);
  expect(lines.slice(-3)).toEqual(["  }", "}", ""]);
  return lines.slice(2, -3).map((line) => line.trim());
}

describe("hostRules", () => {
  it("lets in from the subnet what hosts say to each other, and nothing else", () => {
    expect(rulesOf(hostRules(plan("free-pair")))).toEqual([
      "ip saddr 10.0.0.0/24 tcp dport 8006 accept comment pve-api-from-hosts",
      "ip saddr 10.0.0.0/24 udp dport 5405-5412 accept comment corosync-from-hosts",
      "ip saddr 10.0.0.0/24 udp dport 4789 accept comment vxlan-from-hosts",
      "ip saddr 10.0.0.0/24 tcp dport 179 accept comment bgp-from-hosts",
      "ip saddr 10.0.0.0/24 udp dport 3784-3785 accept comment bfd-from-hosts",
      "ip saddr 10.0.0.0/24 udp dport 4784 accept comment bfd-multihop-from-hosts",
      "ip saddr 10.0.0.0/24 tcp dport 60000-60050 accept comment migration-from-hosts",
    ]);
  });

  it("has every rule between hosts of the security group but SSH, which the image lets in", () => {
    const { securityRules } = plan("free-pair");
    const between = securityRules.filter(
      ({ group, direction, peer }) =>
        group === "hosts" && direction === "INGRESS" && peer.kind === "group" && peer.group === "hosts",
    );
    const names = rulesOf(hostRules(plan("free-pair"))).map((rule) => / accept comment ([\w-]+)$/.exec(rule)?.[1]);
    expect(names).toEqual(between.map(({ id }) => id).filter((id) => id !== "ssh-from-hosts"));
  });
});

const network = fc
  .tuple(fc.integer({ min: 1, max: 223 }), fc.integer({ min: 0, max: 255 }), fc.integer({ min: 8, max: 24 }))
  .map(([a, b, prefix]) => (prefix < 16 ? `${a}.0.0.0/8` : `${a}.${b}.0.0/16`));

/** All that cloud-init writes on pve-1. */
function filesOf(topology: ProxmoxTopology): object {
  const [host] = topology.hosts;
  if (host?.name !== "pve-1") throw new Error("no pve-1");
  return {
    facts: hostFacts(topology, host),
    api: dnatRules(topology, host),
    hosts: hostRules(topology),
    guests: guestRules(topology),
  };
}

describe("what cloud-init writes once, on a host's first boot,", () => {
  it("is the same whatever other hosts and nodes the lab has, and wherever its admins come from", () => {
    const born = filesOf(plan("free"));
    const labs = fc.record({
      preset: fc.constantFrom(...PROXMOX_PRESETS),
      adminCidrs: fc.uniqueArray(network, { minLength: 1, maxLength: 4 }),
    });
    fc.assert(
      fc.property(labs, ({ preset, adminCidrs }) => {
        expect(filesOf(plan(preset, adminCidrs))).toEqual(born);
      }),
    );
  });
});

describe("guestRules", () => {
  it("keep guests out of the subnet", () => {
    expect(guestRules(plan("free"))).toContain(
      "    ip saddr 10.20.0.0/24 ip daddr 10.0.0.0/24 ct direction original drop\n",
    );
  });
});

const textsOf = (topology: ProxmoxTopology): readonly string[] => [
  hostRules(topology),
  guestRules(topology),
  ...topology.hosts.map((host) => dnatRules(topology, host)),
];

describe("the files in /etc/nftables.d", () => {
  it.each(PROXMOX_PRESETS)("have no quotation mark, which cdktf would not escape (%s)", (preset) => {
    const topology = plan(preset);
    for (const text of textsOf(topology)) expect(text).not.toContain('"');
  });

  const hasNft = spawnSync("nft", ["--version"]).status === 0;

  (hasNft ? it : it.skip).each(PROXMOX_PRESETS)("are read by nft, twice in a row (%s; needs nft)", (preset) => {
    const folder = mkdtempSync(join(tmpdir(), "ampere-lab-nft-"));
    try {
      const topology = plan(preset);
      const parts = textsOf(topology);
      const file = join(folder, "rules.nft");
      const base = `table inet lab-filter { chain input { type filter hook input priority filter; policy drop; }; }\n`;
      writeFileSync(file, base + parts.join("") + parts.join(""));
      expect(spawnSync("nft", ["--check", "--file", file], { encoding: "utf8" })).toMatchObject({
        status: 0,
        stderr: "",
      });
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
