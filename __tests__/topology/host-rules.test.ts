import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as fc from "fast-check";
import { dnatRules, guestRules, hostRules } from "../../constructs/oci/host-files.ts";
import { planTopology } from "../../topology/plan.ts";
import type { SecurityRule, Topology } from "../../topology/types.ts";
import { lab, PRESET_NAMES } from "../config/labs.ts";

const plan = (preset: (typeof PRESET_NAMES)[number], adminCidrs = ["203.0.113.7/32"]): Topology =>
  planTopology(lab({ preset, access: { adminCidrs } }));

/** The rules between `chain input {` and its end. */
function rulesOf(text: string): readonly string[] {
  const lines = text.split("\n");
  expect(lines.slice(0, 2)).toEqual(["table inet lab-filter {", "  chain input {"]);
  expect(lines.slice(-3)).toEqual(["  }", "}", ""]);
  return lines.slice(2, -3).map((line) => line.trim());
}

const ingress = ({ securityRules }: Topology): readonly SecurityRule[] =>
  securityRules.filter(({ group, direction }) => group === "hosts" && direction === "INGRESS");

const network = fc
  .tuple(fc.integer({ min: 1, max: 223 }), fc.integer({ min: 0, max: 255 }), fc.integer({ min: 8, max: 24 }))
  .map(([a, b, prefix]) => (prefix < 16 ? `${a}.0.0.0/8` : `${a}.${b}.0.0/16`));
const labs = fc.record({
  preset: fc.constantFrom(...PRESET_NAMES),
  adminCidrs: fc.uniqueArray(network, { minLength: 1, maxLength: 4 }),
});

describe("hostRules", () => {
  it("has every ingress rule of the hosts exactly once, and nothing else", () => {
    fc.assert(
      fc.property(labs, ({ preset, adminCidrs }) => {
        const topology = plan(preset, adminCidrs);
        const names = rulesOf(hostRules(topology)).map((rule) => / accept comment ([\w-]+)$/.exec(rule)?.[1]);
        expect(names).toEqual(ingress(topology).map(({ id }) => id));
      }),
    );
  });

  it("lets each of them in with its protocol and ports only", () => {
    fc.assert(
      fc.property(labs, ({ preset, adminCidrs }) => {
        const topology = plan(preset, adminCidrs);
        const rules = rulesOf(hostRules(topology));
        for (const [index, { protocol, ports, icmp }] of ingress(topology).entries()) {
          const last = ports?.to === ports?.from ? "" : `-${ports?.to}`;
          const match = icmp
            ? `icmp type ${icmp.type} icmp code ${icmp.code}`
            : `${protocol} dport ${ports?.from}${last}`;
          expect(rules[index]).toContain(`${match} accept`);
        }
      }),
    );
  });

  it("reads as the free lab's one host needs it", () => {
    expect(rulesOf(hostRules(plan("free")))).toEqual([
      "ip saddr { 203.0.113.7/32 } tcp dport 22 accept comment ssh-from-203-0-113-7-32",
      "ip saddr { 10.0.0.4 } tcp dport 6443 accept comment kubernetes-from-nlb",
      "icmp type 3 icmp code 4 accept comment path-mtu",
    ]);
  });

  it("lets what hosts say to each other in from hosts only", () => {
    const rules = rulesOf(hostRules(plan("free-pair")));
    const between = rules.filter((rule) => rule.endsWith("-from-hosts"));
    expect(between).toHaveLength(6);
    for (const rule of between) expect(rule).toMatch(/^ip saddr \{ 10\.0\.0\.11, 10\.0\.0\.12 \} /);
    expect(between).toContain(
      "ip saddr { 10.0.0.11, 10.0.0.12 } udp dport 5405-5412 accept comment corosync-from-hosts",
    );
  });

  it("names no address where admins come from anywhere", () => {
    const open = planTopology(lab({ access: { adminCidrs: ["0.0.0.0/0"], allowAnywhere: true } }));
    expect(rulesOf(hostRules(open))[0]).toBe("tcp dport 22 accept comment ssh-from-0-0-0-0-0");
  });
});

describe("guestRules", () => {
  it("lets in the guests' DHCP where the host answers it, on the guests' bridge alone", () => {
    expect(rulesOf(guestRules(plan("free")))).toEqual(["iifname guests udp dport 67 accept comment dhcp-from-guests"]);
    expect(rulesOf(guestRules(plan("free-pair")))).toEqual([]);
  });
});

describe("the files in /etc/nftables.d", () => {
  it.each(PRESET_NAMES)("have no quotation mark, which cdktf would not escape (%s)", (preset) => {
    const topology = plan(preset);
    for (const render of [hostRules, guestRules, dnatRules]) expect(render(topology)).not.toContain('"');
  });

  const hasNft = spawnSync("nft", ["--version"]).status === 0;

  (hasNft ? it : it.skip).each(PRESET_NAMES)("are read by nft, twice in a row (%s; needs nft)", (preset) => {
    const folder = mkdtempSync(join(tmpdir(), "ampere-lab-nft-"));
    try {
      const topology = plan(preset);
      const parts = [hostRules, guestRules, dnatRules].map((render) => render(topology));
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
