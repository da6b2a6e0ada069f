/** What operators do to machines: resets of parts, upgrades and back, snapshots of etcd; and what they read of it. */
import { status } from "@grpc/grpc-js";
import { forfeit, keepSnapshot, membersOf, recoverSnapshot, snapshotOf } from "../../../../sandbox/talos/model/etcd.ts";
import {
  bootstrap as startEtcd,
  type ConfiguredMachine,
  configuredMachines,
} from "../../../../sandbox/talos/model/machines.ts";
import { newClientConfiguration } from "../../../../sandbox/talos/model/config/secrets.ts";
import { waitUntil } from "../../../../cli/ui/wait.ts";
import { type Api, apiAt, tunnelTo } from "../clients.ts";
import { apply, bootstrap, secrets } from "../machines.ts";
import { addresses, type Lab, labWith, type NodeName } from "../world.ts";

async function running(...names: readonly NodeName[]): Promise<Lab> {
  const lab = labWith(...names);
  for (const name of names) await apply(lab, name);
  await bootstrap(lab, "cp-1");
  return lab;
}

const adminAt = async (lab: Lab, name: NodeName): Promise<Api> =>
  apiAt(await tunnelTo(lab, name), newClientConfiguration(secrets(), new Date()));

function machine(lab: Lab, name: NodeName): ConfiguredMachine {
  const found = configuredMachines(lab.store, () => lab.guests).find(({ guest }) => guest.address === addresses[name]);
  if (!found) throw new Error(`${name} has no configuration`);
  return found;
}

const partition = (...labels: readonly string[]): object => ({
  system_partitions_to_wipe: labels.map((label) => ({ label, wipe: true })),
});
const textOf = (answers: readonly { readonly [key: string]: unknown }[]): string =>
  answers.map((answer) => String(answer["bytes"])).join("");

describe("a reset", () => {
  it("of EPHEMERAL alone keeps the configuration, and a control plane joins its cluster again", async () => {
    const lab = await running("cp-1", "cp-2");
    machine(lab, "cp-2").entry.images = ["system x/y:z"];
    await (await adminAt(lab, "cp-2")).one("Reset", { reboot: true, graceful: true, ...partition("EPHEMERAL") });
    expect(machine(lab, "cp-2").entry.images).toBeUndefined();
    const joined = () => machine(lab, "cp-2").entry.etcdSince !== null;
    expect(joined()).toBe(false);
    expect(await waitUntil(joined, { pollMs: 50, patienceMs: 10_000 })).toBe(true);
  });

  it("of EPHEMERAL of all control planes at the same time leaves a cluster without etcd, which none can join", async () => {
    const lab = await running("cp-1", "cp-2");
    const names = ["cp-1", "cp-2"] as const;
    for (const name of names)
      await (await adminAt(lab, name)).one("Reset", { reboot: true, ...partition("EPHEMERAL") });
    const joined = () => names.some((name) => machine(lab, name).entry.etcdSince !== null);
    expect(await waitUntil(joined, { pollMs: 50, patienceMs: 1500 })).toBe(false);
  });

  it("of user disks takes nothing of the system disk", async () => {
    const lab = await running("cp-1");
    const { configuration } = machine(lab, "cp-1").entry;
    await (await adminAt(lab, "cp-1")).one("Reset", { reboot: true, mode: "USER_DISKS" });
    expect(machine(lab, "cp-1").entry).toMatchObject({ configuration, boots: 1 });
    expect(machine(lab, "cp-1").entry.etcdSince).not.toBeNull();
  });

  it("of the whole system disk leaves nothing that boots", async () => {
    const lab = await running("cp-1", "worker-1");
    const port = await tunnelTo(lab, "worker-1");
    const client = newClientConfiguration(secrets(), new Date());
    await apiAt(port, client).one("Reset", { reboot: true });
    await expect(apiAt(port, "anybody").one("Version")).rejects.toThrow("UNAVAILABLE");
  });

  it.each([
    [partition("NOTHING"), 'failed to get volume status with label "NOTHING"'],
    [{ user_disks_to_wipe: ["/dev/sda"] }, "device /dev/sda is the system disk"],
    [{ user_disks_to_wipe: ["/dev/sdb"] }, "device /dev/sdb wasn't found"],
    [{ mode: "USER_DISKS", ...partition("STATE") }, "doesn't support SystemPartitionsToWipe"],
  ])("of %j is refused", async (what, words) => {
    const lab = await running("cp-1");
    await expect((await adminAt(lab, "cp-1")).one("Reset", { reboot: true, ...what })).rejects.toThrow(words);
  });
});

it("an upgrade changes the version, and a rollback changes it back, once there is something to go back to", async () => {
  const api = await adminAt(await running("cp-1"), "cp-1");
  const version = async (): Promise<unknown> => (await api.one("Version"))["version"];
  await expect(api.one("Rollback")).rejects.toThrow("previous boot entry");
  await api.one("Upgrade", { image: "ghcr.io/siderolabs/installer:v1.14.1" });
  expect(await version()).toMatchObject({ tag: "v1.14.1" });
  await api.one("Rollback");
  expect(await version()).toMatchObject({ tag: "v1.13.9" });
});

describe("a snapshot of etcd", () => {
  const guestsOf = (lab: Lab) => ({ world: lab.store, guestsOf: () => lab.guests });

  it("brings back what the cluster knew, after its data were wiped", async () => {
    const lab = await running("cp-1", "worker-1");
    machine(lab, "worker-1").entry.cordoned = true;
    const since = machine(lab, "cp-1").entry.etcdSince;
    const snapshot = snapshotOf(guestsOf(lab), machine(lab, "cp-1"));
    machine(lab, "worker-1").entry.cordoned = false;
    await (await adminAt(lab, "cp-1")).one("Reset", { reboot: true, ...partition("EPHEMERAL") });
    expect(() => membersOf(guestsOf(lab), machine(lab, "cp-1"))).toThrow("not bootstrapped yet");
    keepSnapshot(lab.store, machine(lab, "cp-1"), snapshot);
    startEtcd(lab.store, () => lab.guests, machine(lab, "cp-1"));
    recoverSnapshot(guestsOf(lab), machine(lab, "cp-1"));
    expect(machine(lab, "worker-1").entry.cordoned).toBe(true);
    expect(machine(lab, "cp-1").entry.etcdSince).toBe(since);
  });

  it("is refused where a byte of it is another one", async () => {
    const lab = await running("cp-1");
    const snapshot = snapshotOf(guestsOf(lab), machine(lab, "cp-1"));
    snapshot.writeUInt8(1, 100);
    expect(() => keepSnapshot(lab.store, machine(lab, "cp-1"), snapshot)).toThrow("recovers only from");
  });

  it("has a leader that gives way to another member", async () => {
    const lab = await running("cp-1", "cp-2");
    const status = async (): Promise<unknown> =>
      (await (await adminAt(lab, "cp-1")).one("EtcdStatus"))["member_status"];
    const before = await status();
    expect(forfeit(guestsOf(lab), machine(lab, "cp-1"))).not.toBe("");
    expect(await status()).not.toEqual(before);
  });
});

it("shows what a machine did in its log and in the kernel's messages", async () => {
  const api = await adminAt(await running("cp-1"), "cp-1");
  await api.one("ServiceRestart", { id: "kubelet" });
  expect(textOf(await api.stream("Logs", {}, { id: "kubelet", namespace: "system", tail_lines: -1 }))).toContain(
    "restarted",
  );
  expect(textOf(await api.stream("Dmesg"))).toContain("service[kubelet]: restarted");
});

it("reads and lists files, and refuses by name what is not played", async () => {
  const api = await adminAt(await running("cp-1"), "cp-1");
  expect(textOf(await api.stream("Read", {}, { path: "/etc/hosts" }))).toContain(`${addresses["cp-1"]}      cp-1`);
  const names = (await api.stream("List", {}, { root: "/etc" })).map((each) => each["relative_name"]);
  expect(names).toEqual(expect.arrayContaining([".", "hosts", "os-release"]));
  await expect(api.stream("Read", {}, { path: "/sys/fs/cgroup" })).rejects.toMatchObject({
    code: status.UNIMPLEMENTED,
  });
  await expect(api.stream("PacketCapture")).rejects.toThrow("the sandbox does not play packets of the network");
});

it("shows the lines that a dry run of a configuration would change", async () => {
  const lab = await running("cp-1");
  const data = (machine(lab, "cp-1").entry.configuration ?? "").replace("hostname: cp-1", "hostname: other");
  const { mode_details } = await (
    await adminAt(lab, "cp-1")
  ).one("ApplyConfiguration", {
    data: Buffer.from(data),
    mode: "AUTO",
    dry_run: true,
  });
  expect(mode_details).toMatch(/^Dry run summary:[^]*\n-\s*hostname: cp-1\n\+\s*hostname: other\n/);
});
