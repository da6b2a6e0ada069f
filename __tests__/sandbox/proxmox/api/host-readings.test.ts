/** What a host tells of itself, and what is done with all of its guests at once. */
import type { Client } from "../client.ts";
import { ownHost } from "../own-host.ts";

const NODE = "nodes/pve";
let pve: Client;
beforeAll(async () => {
  pve = await ownHost();
});
afterAll(() => pve.close());

it("a service that is stopped is told as dead, and an essential one is not stopped", async () => {
  await pve.does("POST", `${NODE}/services/cron/stop`);
  expect(await pve.get(`${NODE}/services/cron/state`)).toMatchObject({ state: "dead", "active-state": "inactive" });
  await pve.does("POST", `${NODE}/services/cron/start`);
  expect(await pve.get(`${NODE}/services/cron/state`)).toMatchObject({ state: "running", "active-state": "active" });
  const ended = await pve.done(await pve.call("POST", `${NODE}/services/pveproxy/stop`));
  expect(ended).toContain("refusing to stop essential service!");
});

it("the log names the tasks, and figures over time end now", async () => {
  await pve.does("POST", `${NODE}/services/cron/reload`);
  expect(await pve.get(`${NODE}/syslog?service=pvedaemon`)).toContainEqual(
    expect.objectContaining({ t: expect.stringMatching(/starting task UPID:pve:\S+:srvreload:cron:root@pam:/) }),
  );
  const points = await pve.get(`${NODE}/rrddata?timeframe=hour`);
  const [first, last] = Array.isArray(points) ? [Object(points[0]), Object(points.at(-1))] : [];
  expect([Object.keys(first), last]).toEqual([
    ["time"],
    expect.objectContaining({ maxcpu: 8, memtotal: 32 * 1024 ** 3 }),
  ]);
});

it("the disk has the partitions of the installer, and no room for another use", async () => {
  expect(await pve.get(`${NODE}/disks/list?include-partitions=1`)).toMatchObject([
    { devpath: "/dev/nvme0n1", used: "partitions" },
    { devpath: "/dev/nvme0n1p1", used: "BIOS boot", parent: "/dev/nvme0n1" },
    { used: "EFI" },
    { used: "LVM" },
  ]);
  expect(await pve.get(`${NODE}/disks/list?type=unused`)).toEqual([]);
});

it("Ceph is not installed", async () => {
  expect(await pve.call("GET", "cluster/ceph/status")).toMatchObject({
    status: 500,
    reason: "binary not installed: /usr/bin/ceph-mon",
  });
});

it("guests that are to start with the host are started, and all are stopped", async () => {
  for (const [vmid, onboot] of [
    [100, 1],
    [101, 0],
  ] as const)
    await pve.does("POST", `${NODE}/qemu`, { vmid, onboot });
  const running = async (): Promise<unknown> => {
    const all = await pve.get("cluster/resources?type=vm");
    return Array.isArray(all) ? all.filter(({ status }) => status === "running").map(({ vmid }) => vmid) : all;
  };
  await pve.does("POST", `${NODE}/startall`);
  expect(await running()).toEqual([100]);
  await pve.does("POST", `${NODE}/startall`, { vms: "101" });
  expect(await running()).toEqual([100, 101]);
  await pve.does("POST", `${NODE}/stopall`);
  expect(await running()).toEqual([]);
});

it("cloud-init's documents say what the machine's options say", async () => {
  const form = { vmid: 102, name: "web.lan", ciuser: "ann", net0: "virtio=BC:24:11:00:00:01,bridge=vmbr0" };
  await pve.does("POST", `${NODE}/qemu`, {
    ...form,
    ipconfig0: "ip=192.168.1.50/24,gw=192.168.1.1",
    nameserver: "1.1.1.1",
  });
  expect(await pve.get(`${NODE}/qemu/102/cloudinit/dump?type=user`)).toBe(
    "#cloud-config\nhostname: web\nmanage_etc_hosts: true\nfqdn: web.lan\nuser: ann\nchpasswd:\n  expire: False\nusers:\n  - default\npackage_upgrade: true\n",
  );
  expect(await pve.get(`${NODE}/qemu/102/cloudinit/dump?type=network`)).toContain(
    "      mac_address: 'bc:24:11:00:00:01'\n      subnets:\n      - type: static\n        address: '192.168.1.50'\n        netmask: '255.255.255.0'\n        gateway: '192.168.1.1'\n",
  );
});

it("an agent that is not installed answers nothing", async () => {
  await pve.does("POST", `${NODE}/qemu`, { vmid: 103, agent: 1 });
  const exec = () => pve.call("POST", `${NODE}/qemu/103/agent/exec`, { command: "id" });
  expect(await exec()).toMatchObject({ status: 500, reason: "VM 103 is not running" });
  await pve.does("POST", `${NODE}/qemu/103/status/start`);
  expect(await exec()).toMatchObject({ status: 500, reason: "QEMU guest agent is not running" });
});

it("whom it tells of what is kept, beside what comes with it", async () => {
  const form = { name: "push", server: "https://push.lan", token: "secret" };
  await pve.does("POST", "cluster/notifications/endpoints/gotify", form);
  expect(await pve.get("cluster/notifications/endpoints/gotify/push")).toMatchObject({
    name: "push",
    server: form.server,
  });
  expect(JSON.stringify(await pve.get("cluster/notifications/endpoints/gotify"))).not.toContain("secret");
  expect(await pve.get("cluster/notifications/targets")).toEqual([
    { name: "push", type: "gotify", origin: "user-created" },
    expect.objectContaining({ name: "mail-to-root", type: "sendmail", origin: "builtin" }),
  ]);
  expect(await pve.get("cluster/notifications/matchers")).toMatchObject([
    { name: "default-matcher", target: ["mail-to-root"] },
  ]);
});
