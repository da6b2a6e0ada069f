import { securityRules } from "../../topology/firewall.ts";
import type { SecurityGroup, SecurityRule } from "../../topology/types.ts";

const ADMIN = "203.0.113.7/32";

/** `tcp 22 < admin`: protocol, ports, direction, peer. */
function short({ protocol, ports, icmp, direction, peer }: SecurityRule): string {
  const what = ports === undefined ? "" : ` ${ports.from === ports.to ? ports.from : `${ports.from}-${ports.to}`}`;
  const type = icmp === undefined ? "" : ` ${icmp.type}/${icmp.code}`;
  return `${protocol}${what}${type} ${direction === "INGRESS" ? "<" : ">"} ${peer.kind === "group" ? peer.group : peer.name}`;
}

const of = (rules: readonly SecurityRule[], group: SecurityGroup): readonly string[] =>
  rules.filter((rule) => rule.group === group).map(short);

const one = securityRules({ adminCidrs: [ADMIN], hostCount: 1, micro: false });
const pair = securityRules({ adminCidrs: [ADMIN], hostCount: 2, micro: true });

describe("securityRules", () => {
  it("lets into a single host SSH from admins, the API from the balancer, and path MTU", () => {
    expect(of(one, "hosts")).toEqual(["tcp 22 < admin", "tcp 6443 < nlb", "icmp 3/4 < anywhere", "all > anywhere"]);
  });

  it("lets hosts of a cluster talk to each other as Proxmox VE, corosync, VXLAN, BGP and BFD need", () => {
    expect(of(pair, "hosts")).toEqual([
      "tcp 22 < admin",
      "tcp 6443 < nlb",
      "tcp 8006 < hosts",
      "tcp 22 < hosts",
      "udp 5405-5412 < hosts",
      "udp 4789 < hosts",
      "tcp 179 < hosts",
      "udp 3784-3785 < hosts",
      "udp 4784 < hosts",
      "tcp 60000-60050 < hosts",
      "icmp 3/4 < anywhere",
      "all > anywhere",
    ]);
  });

  it("lets only hosts into the micro", () => {
    expect(of(pair, "micro")).toEqual(["tcp 22 < hosts", "tcp 5403 < hosts", "icmp 3/4 < anywhere", "all > anywhere"]);
    expect(of(one, "micro")).toEqual([]);
  });

  it("lets only admins into the balancer, and the balancer only to the hosts' API port", () => {
    expect(of(one, "nlb")).toEqual(["tcp 6443 < admin", "icmp 3/4 < anywhere", "tcp 6443 > hosts"]);
  });

  it("opens nothing but path MTU to the world", () => {
    const open = pair.filter(
      ({ direction, peer }) => direction === "INGRESS" && peer.kind === "cidr" && peer.name === "anywhere",
    );
    expect(new Set(open.map(({ protocol }) => protocol))).toEqual(new Set(["icmp"]));
  });

  it("gives every admin network its own rules, whatever the order of the list", () => {
    const ids = (adminCidrs: readonly string[]) =>
      securityRules({ adminCidrs, hostCount: 1, micro: false })
        .map(({ group, id }) => `${group}/${id}`)
        .sort();
    expect(ids([ADMIN, "198.51.100.0/24"])).toEqual(ids(["198.51.100.0/24", ADMIN]));
    expect(ids([ADMIN, "198.51.100.0/24"])).toContain("hosts/ssh-from-198-51-100-0-24");
  });

  it("says anywhere of 0.0.0.0/0", () => {
    const rules = securityRules({ adminCidrs: ["0.0.0.0/0"], hostCount: 1, micro: false });
    expect(of(rules, "hosts")[0]).toBe("tcp 22 < anywhere");
  });

  it("has ids that are unique within their group, and a reason for each rule", () => {
    const ids = pair.map(({ group, id }) => `${group}/${id}`);
    expect(new Set(ids).size).toBe(ids.length);
    for (const { why } of pair) expect(why).not.toBe("");
  });

  it("lets a sender out wherever it lets a receiver in between groups", () => {
    for (const { group, peer, ports } of pair.filter(({ direction }) => direction === "INGRESS")) {
      if (peer.kind !== "group") continue;
      const out = pair.filter(({ direction, group: from }) => direction === "EGRESS" && from === peer.group);
      const passes = out.some(
        (rule) =>
          rule.protocol === "all" ||
          (rule.peer.kind === "group" && rule.peer.group === group && rule.ports?.from === ports?.from),
      );
      expect(passes).toBe(true);
    }
  });
});
