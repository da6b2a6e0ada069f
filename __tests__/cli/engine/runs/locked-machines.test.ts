/** What Proxmox VE has locked is waited for; the API is the sandbox's. */
import { touchedMachines } from "../../../../cli/engine/runs/locked-machines.ts";
import { waitForLocks } from "../../../../cli/clients/machine-locks.ts";
import { NO_COLORS } from "../../../../cli/ui/terminal.ts";
import { Deadline } from "../../../../constructs/proxmox/steps/deadline.mjs";
import { PveApi } from "../../../../constructs/proxmox/steps/pve-client.mjs";
import { createVm, vmOf } from "../../../../sandbox/proxmox/model/vm-config.ts";
import { atHost } from "../../../sandbox/proxmox/lab.ts";
import { listen, openPort, PASSWORD, worldWith } from "../../../sandbox/proxmox/world.ts";

const closing: (() => void)[] = [];
afterEach(() => closing.splice(0).forEach((close) => close()));

/** Two machines on a host, 101 with this lock; and how to wait for what is to become of it. */
async function labWith(lock: string | undefined, machines: ReadonlyMap<number, "change" | "remove">) {
  const world = worldWith({ name: "pve-1" });
  const pve = atHost(world, "pve-1");
  for (const [vmid, name] of [
    [101, "cp-1"],
    [102, "worker-1"],
  ] as const)
    createVm(pve, "pve-1", vmid, { name }, "");
  if (lock !== undefined) vmOf(pve, 101).config.lock = lock;
  const { server, port } = await openPort(world, "pve-1");
  closing.push(() => server.close());
  const said: string[] = [];
  const say = (line: string): number => said.push(line);
  const terminal = { colors: NO_COLORS, line: say, aside: say, status: () => undefined, ask: async () => "" };
  const host = { name: "pve-1", api: `https://127.0.0.1:${port}`, address: "10.0.0.11" };
  const wait = (patienceMs: number, signal = new AbortController().signal): Promise<void> =>
    waitForLocks({
      api: new PveApi(host, PASSWORD, new Deadline(60)),
      machines,
      undone: "nothing of stack proxmox was destroyed",
      label: "proxmox",
      terminal: { ...terminal, interactive: false },
      signal,
      patienceMs,
      pollMs: 1,
    });
  return { world, server, said, wait, unlock: () => delete vmOf(pve, 101).config.lock };
}

const REMOVED = new Map([[101, "remove"]] as const);
const CHANGED = new Map([[101, "change"]] as const);

describe("a machine that Proxmox VE has locked", () => {
  it("is waited for, aloud, until what holds the lock has ended", async () => {
    const { world, said, wait, unlock } = await labWith("backup", REMOVED);
    let asked = 0;
    listen(world, ({ target }) => {
      if (!target.includes("cluster/resources")) return;
      asked += 1;
      if (asked === 3) unlock();
    });
    await wait(60_000);
    expect(asked).toBe(4);
    expect(said).toEqual([
      expect.stringMatching(
        /^proxmox … cp-1 \(VM 101 on pve-1\) is locked by Proxmox VE \(backup\): waiting, for \S+ at most$/,
      ),
      "proxmox … nothing is locked any more",
    ]);
  });

  it.each([0, 5])("is named with its lock and the way out, in one line, after %d ms", async (patienceMs) => {
    const { wait } = await labWith("snapshot", CHANGED);
    const error: unknown = await wait(patienceMs).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({
      exitCode: 1,
      message: expect.stringMatching(
        /^cp-1 \(VM 101 on pve-1\) is locked by Proxmox VE \(snapshot\)(, after [\d.]+s of waiting)?; nothing of stack proxmox was destroyed\. To do: wait until that has ended, or, if no such work runs any more, `qm unlock 101` on pve-1 takes the lock away; then run this again$/,
      ),
    });
  });

  it("is not waited for when its memory is on disk, which is no work that ends", async () => {
    const { wait, said } = await labWith("suspended", CHANGED);
    await expect(wait(60_000)).rejects.toThrow(
      "is suspended to disk; nothing of stack proxmox was destroyed. To do: `qm resume 101` on pve-1",
    );
    expect(said).toEqual([]);
  });

  it.each([
    ["it is suspended to disk and to be removed", "suspended", REMOVED],
    ["it is another's than the plan's", "backup", new Map([[102, "remove"]] as const)],
    ["there is no lock", undefined, REMOVED],
  ])("is in nobody's way when %s", async (_why, lock, machines) => {
    const { wait, said } = await labWith(lock, machines);
    await wait(0);
    expect(said).toEqual([]);
  });

  it("is left to the provider where the API does not answer", async () => {
    const { wait, server } = await labWith("backup", REMOVED);
    server.close();
    await wait(0);
  });

  it("is not waited for any longer by whoever presses Ctrl-C", async () => {
    const { wait } = await labWith("backup", REMOVED);
    await expect(wait(60_000, AbortSignal.abort())).rejects.toThrow("aborted");
  });
});

describe("of a plan", () => {
  const address = (name: string): string => `proxmox_virtual_environment_vm.${name}`;
  const machine = (name: string, vmid: number, template = false) => ({
    address: address(name),
    type: "proxmox_virtual_environment_vm",
    attributes: { vm_id: vmid, template },
  });
  const state = [machine("cp", 101), machine("worker", 102), machine("template", 9001, true)];
  const plan = (action: "create" | "update" | "replace" | "delete", name: string) =>
    touchedMachines({ changes: [{ action, address: address(name), reason: undefined }] }, state);

  it("those machines must not be locked that it changes or removes, and templates that it clones", () => {
    expect([...plan("update", "cp")]).toEqual([[101, "change"]]);
    expect([...plan("delete", "worker")]).toEqual([[102, "remove"]]);
    expect([...plan("replace", "cp")]).toEqual([
      [101, "remove"],
      [9001, "change"],
    ]);
    expect([...plan("create", "new")]).toEqual([[9001, "change"]]);
  });
});
