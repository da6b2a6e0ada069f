/** What the sandbox's firewalls say, each of its own rules. */
import { admits, readRuleset } from "../../../sandbox/reach/nftables.ts";
import { cloudAdmits } from "../../../sandbox/reach/security-groups.ts";
import { adminAddress, adminStanding, reaches } from "../../../sandbox/reach/index.ts";
import type { Packet } from "../../../sandbox/reach/packet.ts";
import type { GroupRule } from "../../../sandbox/oci/resources/security-group-rule.ts";
import type { SecurityRule } from "../../../sandbox/oci/resources/security-rule.ts";
import type { Store } from "../../../sandbox/world/store.ts";
import { isQuorate } from "../../../sandbox/proxmox/model/context.ts";
import { createCluster, joinCluster } from "../../../sandbox/proxmox/model/cluster.ts";
import { createIpSet, addToIpSet, ipSetOf, changeIpSetEntry } from "../../../sandbox/proxmox/model/firewall.ts";
import { atHost } from "../proxmox/lab.ts";
import { terraform } from "../proxmox/terraform/terraform.ts";
import { addressOf, PASSWORD, worldWith } from "../proxmox/world.ts";

const packet = (over: Partial<Packet> = {}): Packet => ({
  from: addressOf("pve-1"),
  to: addressOf("pve-2"),
  protocol: "tcp",
  port: 8006,
  ...over,
});

const range = (min: number, max: number) => ({ destinationPortRange: { min, max }, sourcePortRange: null });

const rule = ({
  direction = "INGRESS",
  peer = "10.0.0.0/24",
  peerType = "CIDR_BLOCK",
  ...over
}: Partial<SecurityRule>): GroupRule => {
  const [inward, outward] = [direction === "INGRESS", direction === "EGRESS"];
  return {
    id: "1",
    timeCreated: "",
    direction,
    source: inward ? peer : null,
    sourceType: inward ? peerType : null,
    destination: outward ? peer : null,
    destinationType: outward ? peerType : null,
    protocol: "6",
    isStateless: false,
    description: null,
    tcpOptions: range(8006, 8006),
    udpOptions: null,
    icmpOptions: null,
    ...over,
  };
};

/** Two hosts in a group of their own, with these rules and none in a list. */
function grouped(...rules: readonly GroupRule[]): Store {
  const world = worldWith({ name: "pve-1" }, { name: "pve-2" });
  const { oci } = world.state;
  const frame = { compartmentId: "", region: "", timeCreated: "", freeformTags: {}, definedTags: {}, vcnId: "" };
  oci.securityLists = [];
  oci.networkSecurityGroups = [{ ...frame, id: "hosts", displayName: "hosts", rules: [...rules] }];
  oci.instances = oci.instances.map((each) => ({ ...each, vnic: { ...each.vnic, nsgIds: ["hosts"] } }));
  return world;
}

const out = rule({ direction: "EGRESS", protocol: "all", peer: "0.0.0.0/0", tcpOptions: null });

describe("security groups", () => {
  it.each([
    ["a rule of the network", rule({}), true],
    ["a rule of the group", rule({ peer: "hosts", peerType: "NETWORK_SECURITY_GROUP" }), true],
    ["no rule", rule({ peer: "10.1.0.0/24" }), false],
    ["a rule of another port", rule({ tcpOptions: range(22, 22) }), false],
    ["a rule of another protocol", rule({ protocol: "17", tcpOptions: null }), false],
    ["a rule of another group", rule({ peer: "nlb", peerType: "NETWORK_SECURITY_GROUP" }), false],
  ])("let in by %s", (_what, into, passes) => {
    expect(cloudAdmits(grouped(into, out), packet())).toBe(passes);
  });

  it("let nobody out who has no rule for that", () => {
    expect(cloudAdmits(grouped(rule({})), packet())).toBe(false);
  });
});

describe("nftables", () => {
  const base = "table inet lab-filter {\n chain input {\n type filter hook input priority filter; policy drop;\n";
  const says = (text: string, over: Partial<Packet> = {}): boolean =>
    admits(readRuleset([`${base}}\n}\n`, `table inet lab-filter {\n chain input {\n ${text}\n }\n}\n`]), packet(over));

  it.each([
    ["tcp dport 8006 accept comment api", true],
    ["tcp dport { 22, 8006 } accept", true],
    ["tcp dport 8000-8010 accept", true],
    ["ip saddr 10.0.0.0/24 tcp dport 8006 accept", true],
    ["ip saddr { 10.0.0.11, 10.0.0.12 } tcp dport 8006 accept", true],
    ["tcp dport 8006 drop\n tcp dport 8006 accept", false],
    ["udp dport 8006 accept", false],
    ["ip saddr 10.0.0.99 tcp dport 8006 accept", false],
    ["iifname guests tcp dport 8006 accept", false],
    ["ct state vmap { established : accept }", false],
    ["something new accept", false],
  ])("of %s say %s", (text, passes) => expect(says(text)).toBe(passes));

  it("of a table that is deleted are forgotten", () => {
    const files = [
      `${base} tcp dport 8006 accept\n}\n}\n`,
      "table inet lab-filter\ndelete table inet lab-filter\n",
      `${base}}\n}\n`,
    ];
    expect(admits(readRuleset(files), packet())).toBe(false);
  });
});

describe("hosts", () => {
  it("reach each other's API with what first boot gave them, and not without", () => {
    const world = worldWith({ name: "pve-1" }, { name: "pve-2" });
    expect(reaches(world, packet())).toBe(true);
    const [, second] = world.state.oci.instances;
    if (second)
      second.userData = second.userData.replace(
        "ip saddr 10.0.0.0/24 tcp dport 8006",
        "ip saddr 10.0.0.12 tcp dport 8006",
      );
    expect(reaches(world, packet())).toBe(false);
  });

  it("do not join where the way to the API is shut", async () => {
    const world = grouped(out);
    createCluster(atHost(world, "pve-1"), "lab", undefined);
    const { fingerprint } = atHost(world, "pve-1").host.certificate;
    const request = { hostname: addressOf("pve-1"), fingerprint, password: PASSWORD, link0: undefined };
    await expect(joinCluster(atHost(world, "pve-2"), request, () => undefined)).rejects.toThrow("Connection timed out");
  });

  it("that joined and do not hear each other have no quorum", async () => {
    const world = grouped(out, rule({}));
    createCluster(atHost(world, "pve-1"), "lab", undefined);
    const { fingerprint } = atHost(world, "pve-1").host.certificate;
    const request = { hostname: addressOf("pve-1"), fingerprint, password: PASSWORD, link0: undefined };
    await joinCluster(atHost(world, "pve-2"), request, () => undefined);
    const { datacenter } = atHost(world, "pve-1");
    expect(isQuorate(world, datacenter)).toBe(false);
    world.state.oci.networkSecurityGroups[0]?.rules.push(
      rule({ protocol: "17", tcpOptions: null, udpOptions: range(5405, 5412) }),
    );
    expect(isQuorate(world, datacenter)).toBe(true);
  });
});

describe("the admin", () => {
  it("is at the first address of the first network, or where somebody has put them", () => {
    const world = worldWith({ name: "pve-1" });
    expect(adminAddress(world)).toBeNull();
    world.state.admin = { cidrs: ["198.51.100.0/24", "203.0.113.7/32"], address: null };
    expect(adminAddress(world)).toBe("198.51.100.1");
    world.state.admin = { cidrs: ["203.0.113.7/32"], address: null };
    expect(adminAddress(world)).toBe("203.0.113.7");
    world.state.admin.address = "192.0.2.1";
    expect(adminAddress(world)).toBe("192.0.2.1");
  });

  it("hears what keeps them out", () => {
    const world = grouped(rule({}), out);
    world.state.admin = { cidrs: ["203.0.113.7/32"], address: null };
    const names = () => adminStanding(world).lockedOutOf.map(({ name, by }) => `${name}: ${by}`);
    expect(names()).toEqual(["pve-1: the security groups", "pve-2: the security groups"]);
  });
});

describe("an IP set keeps a single address without its prefix, as PVE does,", () => {
  const entry = (cidr: string) => ({ cidr, nomatch: false, comment: "" });

  it("at the API", () => {
    const pve = atHost(worldWith({ name: "pve-1" }), "pve-1");
    createIpSet(pve, "management", "");
    for (const cidr of ["203.0.113.7/32", "203.0.113.0/24", "2001:db8::1/128"])
      addToIpSet(pve, "management", entry(cidr));
    const kept = () => ipSetOf(pve, "management").entries.map(({ cidr }) => cidr);
    expect(kept()).toEqual(["203.0.113.7", "203.0.113.0/24", "2001:db8::1"]);
    expect(() => addToIpSet(pve, "management", entry("203.0.113.7"))).toThrow();
    changeIpSetEntry(pve, "management", "203.0.113.7/32", entry("203.0.113.8/32"));
    expect(kept()[0]).toBe("203.0.113.8");
  });

  it("at the provider, which then plans to replace the set for ever", async () => {
    const tf = await terraform(worldWith({ name: "pve-1" }));
    const type = "virtual_environment_firewall_ipset";
    const config = (name: string) => ({ name: "management", cidr: [{ name }] });
    for (const [name, replaces] of [
      ["203.0.113.7/32", true],
      ["203.0.113.7", false],
      ["203.0.113.0/24", false],
    ] as const) {
      const seen = await tf.refresh(type, await tf.apply(type, config(name)));
      const plan = await tf.plan(type, config(name), seen ?? undefined);
      expect({ name, empty: plan.empty }).toEqual({ name, empty: !replaces });
      await tf.destroy(type, seen ?? {});
    }
  });
});
