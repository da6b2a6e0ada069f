import { etcd } from "../../../../cli/engine/checks/etcd.ts";
import type { CheckContext } from "../../../../cli/engine/checks/check-context.ts";
import type { EtcdMember, EtcdStatus, TalosMachine } from "../../../../cli/clients/talos.ts";
import { groundOf } from "./check-context.ts";

const member = (id: string, isLearner = false): EtcdMember => ({ id, hostname: `cp-${id}`, isLearner });
const ALL = [member("1"), member("2"), member("3")];

interface Told {
  readonly members?: readonly EtcdMember[];
  readonly status?: Partial<EtcdStatus>;
}

/** Three control planes; what one of them tells otherwise than that all is well, by its name. */
function ground(otherwise: Readonly<Record<string, Told | null>>): CheckContext {
  const machine = (node: string): TalosMachine => {
    const told = otherwise[node];
    const fails = told === null ? Promise.reject(new Error("no answer in 5 s")) : null;
    return {
      version: async () => "v1.13.9",
      etcdMembers: () => fails ?? Promise.resolve(told?.members ?? ALL),
      etcdStatus: () => fails ?? Promise.resolve({ memberId: node.slice(3), leader: "2", errors: [], ...told?.status }),
      services: async () => [],
      systemDiskBytes: async () => null,
      close: () => undefined,
    };
  };
  return { ...groundOf({ preset: "payg" }), talos: machine };
}
const found = async (otherwise: Parameters<typeof ground>[0]) =>
  (await etcd(ground(otherwise))).map(({ status, found: what }) => `${status}: ${what}`);

describe("etcd", () => {
  it("is well with as many members as control planes, and a leader", async () => {
    expect(await found({})).toEqual(["ok: 3 members, no alarm; cp-2 leads"]);
  });

  it("names a control plane that is no member, and a member that is no control plane", async () => {
    expect(await found({ "cp-1": { members: [member("1"), member("2"), member("9")] } })).toEqual([
      "fail: cp-3 is no member: cp-1 lists cp-1, cp-2 and cp-9",
      "fail: cp-9 is a member, and no control plane of the config",
    ]);
  });

  it("asks the next one where the first does not answer, and names the first", async () => {
    expect(await found({ "cp-1": null, "cp-2": { members: ALL.slice(1) } })).toEqual([
      "fail: cp-1 does not answer: no answer in 5 s",
      "fail: cp-1 is no member: cp-2 lists cp-2 and cp-3",
    ]);
  });

  it("tells of a learner, of alarms, of a member without a leader, and of two leaders", async () => {
    expect(await found({ "cp-1": { members: [...ALL.slice(0, 2), member("3", true)] } })).toEqual([
      "fail: cp-3 only learns, and has no vote yet",
    ]);
    expect(await found({ "cp-2": { status: { errors: ["alarm:NOSPACE"] } } })).toEqual([
      "fail: cp-2 raises an alarm: alarm:NOSPACE",
    ]);
    expect(await found({ "cp-3": { status: { leader: "0" } } })).toEqual(["fail: cp-3 knows no leader"]);
    expect(await found({ "cp-3": { status: { leader: "3" } } })).toEqual([
      "fail: its members follow different leaders",
    ]);
  });
});
