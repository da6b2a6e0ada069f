import * as fc from "fast-check";
import type { Oci } from "../../../../cli/clients/oci.ts";
import { parseState } from "../../../../cli/engine/state/state.ts";
import { openPorts } from "../../../../cli/engine/checks/open-ports.ts";
import type { SecurityGroup, SecurityRule } from "../../../../topology/types.ts";
import { groundOf } from "./check-context.ts";

const PROTOCOL = { icmp: "1", tcp: "6", udp: "17", all: "all" } as const;
const groupId = (group: SecurityGroup): string => `ocid1.networksecuritygroup.${group}`;

/** A rule of the plan as OCI shows it. */
function shown({ direction, protocol, ports, icmp, peer }: SecurityRule): Record<string, unknown> {
  const end = direction === "INGRESS" ? "source" : "destination";
  return {
    id: "1A2B3C",
    direction,
    protocol: PROTOCOL[protocol],
    [end]: peer.kind === "group" ? groupId(peer.group) : peer.cidr,
    ...(ports && { [`${protocol}Options`]: { destinationPortRange: { min: ports.from, max: ports.to } } }),
    ...(icmp && { icmpOptions: icmp }),
  };
}

interface Account {
  /** What the console has of a group. @default - the plan's rules */
  readonly rules?: (group: string, plan: readonly Record<string, unknown>[]) => readonly Record<string, unknown>[];
  readonly listRules?: readonly unknown[];
  readonly nsgIds?: readonly string[];
}

async function look({ rules = (_group, plan) => plan, listRules = [], nsgIds = [groupId("hosts")] }: Account) {
  const ground = groundOf({ preset: "free-pair" });
  const { securityRules } = ground.topology;
  const groups = [...new Set(securityRules.map(({ group }) => group))];
  const answer = (path: string): unknown => {
    const [, group = ""] = /networkSecurityGroups\/ocid1\.networksecuritygroup\.(\w+)\//.exec(path) ?? [];
    if (path.endsWith("/securityRules"))
      return rules(group, securityRules.filter((each) => each.group === group).map(shown));
    if (path.endsWith("/vnics")) return group === "hosts" ? [{ vnicId: "vnic" }] : [];
    if (path.includes("/vnics/")) return { displayName: "pve-1", nsgIds };
    if (path.includes("/subnets/")) return { securityListIds: ["list"] };
    return { displayName: "lab-closed", ingressSecurityRules: listRules };
  };
  const account: Oci = {
    tenancy: "t",
    credentials: "a test",
    get: async (_service, path, schema) => schema.parse(answer(path)),
    list: async (_service, path, schema) => schema.array().parse(answer(path)),
    post: () => Promise.reject(new Error("nothing is changed")),
    text: () => Promise.reject(new Error("all is JSON")),
    remove: () => Promise.reject(new Error("nothing is changed")),
  };
  const state = {
    version: 4,
    resources: [
      ...groups.map((group) => ({
        mode: "managed",
        type: "oci_core_network_security_group",
        name: group,
        instances: [{ attributes: { id: groupId(group), display_name: `lab-${group}` } }],
      })),
      { mode: "managed", type: "oci_core_subnet", name: "subnet", instances: [{ attributes: { id: "subnet" } }] },
    ],
  };
  const found = await openPorts({ ...ground, account, oci: parseState(JSON.stringify(state), "a test") });
  return { securityRules, lines: found.map(({ status, found: what }) => `${status}: ${what}`) };
}

describe("open ports", () => {
  it("are those of the plan when the account has its rules", async () => {
    const { lines, securityRules } = await look({});
    expect(lines).toEqual([`ok: the account lets in by the plan's ${securityRules.length} rules, and by no other`]);
  });

  it("fail with a rule that is gone, whichever it is", async () => {
    const { securityRules } = await look({});
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: securityRules.length - 1 }), async (index) => {
        const gone = securityRules[index];
        if (gone === undefined) throw new Error("no rule");
        const without = (group: string, plan: readonly Record<string, unknown>[]) =>
          group === gone.group ? plan.filter((each) => JSON.stringify(each) !== JSON.stringify(shown(gone))) : plan;
        const { lines } = await look({ rules: without });
        expect(lines).toEqual([expect.stringMatching(new RegExp(`^fail: ${gone.group}: .* is closed`))]);
        expect(lines[0]).toContain(gone.why);
      }),
      { numRuns: 30 },
    );
  });

  it("fail with a rule that the plan has otherwise: another port, another network, a source port", async () => {
    const otherwise = [
      {
        direction: "INGRESS",
        protocol: "6",
        source: "0.0.0.0/0",
        tcpOptions: { destinationPortRange: { min: 22, max: 22 } },
      },
      { direction: "INGRESS", protocol: "all", source: "203.0.113.7/32" },
      {
        direction: "INGRESS",
        protocol: "17",
        source: groupId("micro"),
        udpOptions: { sourcePortRange: { min: 53, max: 53 } },
      },
      { direction: "INGRESS", protocol: "50", source: "10.0.0.0/8" },
    ];
    const { lines } = await look({ rules: (group, plan) => (group === "hosts" ? [...plan, ...otherwise] : plan) });
    expect(lines).toEqual([
      "fail: hosts: tcp 22 from 0.0.0.0/0, which the plan does not know",
      "fail: hosts: all from 203.0.113.7/32, which the plan does not know",
      "fail: hosts: udp sent from port 53 from micro, which the plan does not know",
      "fail: hosts: protocol 50 from 10.0.0.0/8, which the plan does not know",
    ]);
  });

  it("fail with a security list that lets in, and a host that was put into another group", async () => {
    expect((await look({ listRules: [{}] })).lines).toEqual([
      "fail: security list lab-closed lets in by rules of its own: 1",
    ]);
    expect((await look({ nsgIds: [groupId("hosts"), "ocid1.other"] })).lines).toEqual([
      "fail: pve-1 is in the security group ocid1.other as well, which is not the lab's",
    ]);
  });

  it("warn where the account cannot be asked", async () => {
    expect(await openPorts(groundOf({ preset: "free" }))).toMatchObject([{ status: "warn", advice: "have one" }]);
  });
});
