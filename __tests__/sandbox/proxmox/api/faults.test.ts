/** Calls on the interface `proxmox` that are made to fail, tasks among them, and the log that every call is in. */
import type { Call, Calls, Fault } from "../../../../sandbox/faults/calls.ts";
import type { Store } from "../../../../sandbox/world/store.ts";
import { type Client, rootClient } from "../client.ts";
import { worldWith } from "../world.ts";

const opened: Client[] = [];
afterEach(() => opened.splice(0).forEach((api) => api.close()));

/** A host on which the calls that match meet a fault. */
async function failing(pattern: RegExp, fault: Fault) {
  const seen: string[] = [];
  const ended: string[] = [];
  const name = ({ interface: via, method, target }: Call): string => `${via} ${method} ${target}`;
  const calls: Calls = {
    begin(call) {
      seen.push(name(call));
      return pattern.test(`${call.method} ${call.target}`) ? fault : null;
    },
    end: (call, answer) => void ended.push(`${name(call)} ${answer}`),
    bug: (_call, error) => {
      throw error;
    },
  };
  const world: Store = { ...worldWith({ name: "pve-1" }), calls };
  const api = await rootClient(world);
  opened.push(api);
  return { api, seen, ended };
}

const POOLS = /^POST .*\/pools$/;

it("every call is announced, and its status told", async () => {
  const { api, ended } = await failing(/none/, { kind: "reset" });
  await api.call("GET", "pools?poolid=lab");
  await api.call("GET", "nonsense");
  expect(ended).toEqual([
    "proxmox POST /api2/json/access/ticket 200",
    "proxmox GET /api2/json/pools 500",
    "proxmox GET /api2/json/nonsense 501",
  ]);
});

it("a status comes in PVE's shape, with Retry-After, and nothing is done", async () => {
  const { api } = await failing(POOLS, { kind: "status", status: 503, message: "busy", retryAfterSeconds: 7 });
  expect(await api.call("POST", "pools", { poolid: "lab" })).toMatchObject({
    status: 503,
    reason: "busy",
    data: null,
    message: "busy\n",
  });
  expect(await api.get("pools")).toEqual([]);
});

it.each([
  ["reset", "before it is done", []],
  ["lost", "after it was done", [{ poolid: "lab" }]],
] as const)("%s breaks the connection %s", async (kind, _when, left) => {
  const { api, ended } = await failing(POOLS, { kind });
  await expect(api.call("POST", "pools", { poolid: "lab" })).rejects.toMatchObject({ code: "ECONNRESET" });
  expect(await api.get("pools")).toEqual(left);
  expect(ended).toContain(`proxmox POST /api2/json/pools ${kind}`);
});

it("hang says nothing and does nothing", async () => {
  const { api, ended } = await failing(POOLS, { kind: "hang" });
  const asked = api.call("POST", "pools", { poolid: "lab" }).catch(() => "never answered");
  expect(await api.get("pools")).toEqual([]);
  api.close();
  expect(await asked).toBe("never answered");
  expect(ended).toContain("proxmox POST /api2/json/pools hang");
});

it("slow is done after a while", async () => {
  const { api } = await failing(POOLS, { kind: "slow", ms: 31 });
  const timers = jest.spyOn(globalThis, "setTimeout");
  await api.does("POST", "pools", { poolid: "lab" });
  const waits = timers.mock.calls.map(([, milliseconds]) => milliseconds);
  timers.mockRestore();
  expect(waits).toContain(31);
  expect(await api.get("pools")).toMatchObject([{ poolid: "lab" }]);
});

it("a task is a call of its own, that can fail", async () => {
  const { api, seen } = await failing(/^TASK qmcreate:100$/, { kind: "status", status: 500, message: "disk full" });
  expect(await api.done(await api.call("POST", "nodes/pve-1/qemu", { vmid: 100 }))).toBe("disk full");
  expect(await api.done(await api.call("POST", "nodes/pve-1/qemu", { vmid: 101 }))).toBe("OK");
  expect(await api.get("nodes/pve-1/qemu")).toMatchObject([{ vmid: 101 }]);
  expect(seen).toContain("proxmox TASK qmcreate:101");
});
