/** What is set of a host: interfaces, package repositories, time, resolvers, firewall; and files that come into its storages. */
import { createServer, type Server } from "node:http";
import { addOwnHost } from "../../../../sandbox/proxmox/model/own-hosts.ts";
import { type Client, rootClient } from "../client.ts";
import { worldWith } from "../world.ts";

const NODE = "nodes/home";
const HASH = "a591a6d40bf420404a011733cfb7b190d62c65bf0bcda32b57b277d9ad9f146e";
const TEXT = "Hello World";

let api: Client;

beforeEach(async () => {
  const world = worldWith();
  const { rootPassword } = addOwnHost(world, { name: "home", cpus: 8, memoryGb: 32, diskGb: 500 }, { api: 1, ssh: 2 });
  api = await rootClient(world, "home", rootPassword);
});
afterEach(() => api.close());

describe("an interface", () => {
  it("is there for machines when the network was reloaded", async () => {
    await api.does("POST", `${NODE}/network`, { iface: "vmbr9", type: "bridge", cidr: "10.9.0.1/24", autostart: 1 });
    expect(await api.get(`${NODE}/network/vmbr9`)).toMatchObject({
      method: "static",
      address: "10.9.0.1",
      netmask: "24",
      bridge_stp: "off",
    });
    await api.does("POST", `${NODE}/qemu`, { vmid: 100, net0: "virtio,bridge=vmbr9" });
    const start = async () => api.done(await api.call("POST", `${NODE}/qemu/100/status/start`));
    expect(await start()).toBe("bridge 'vmbr9' does not exist");
    await api.does("PUT", `${NODE}/network`);
    expect(await start()).toBe("OK");
  });

  it("that was written is forgotten when changes are reverted", async () => {
    await api.does("POST", `${NODE}/network`, { iface: "enp1s0.7", type: "vlan" });
    expect(await api.get(`${NODE}/network/enp1s0.7`)).toMatchObject({ "vlan-raw-device": "enp1s0", "vlan-id": "7" });
    await api.does("DELETE", `${NODE}/network`);
    expect(await api.call("GET", `${NODE}/network/enp1s0.7`)).toMatchObject({
      status: 400,
      errors: { iface: "interface does not exist" },
    });
  });

  it("has no gateway and no port that another has", async () => {
    const bridge = { iface: "vmbr1", type: "bridge" };
    expect(
      await api.call("POST", `${NODE}/network`, { ...bridge, cidr: "10.1.0.2/24", gateway: "10.1.0.1" }),
    ).toMatchObject({ errors: { gateway: "Default gateway already exists on interface 'vmbr0'." } });
    expect(await api.call("POST", `${NODE}/network`, { ...bridge, bridge_ports: "enp1s0" })).toMatchObject({
      errors: { bridge_ports: "enp1s0 is already used on interface 'vmbr0'." },
    });
  });
});

it("a repository is added by its handle, and disabled where it is", async () => {
  const repositories = `${NODE}/apt/repositories`;
  const standard = async () =>
    Object(await api.get(repositories))["standard-repos"].find(
      (each: { handle: string }) => each.handle === "no-subscription",
    );
  expect(await standard()).not.toHaveProperty("status");
  await api.does("PUT", repositories, { handle: "no-subscription" });
  expect(await standard()).toMatchObject({ status: 1 });
  const path = "/etc/apt/sources.list.d/proxmox.sources";
  await api.does("POST", repositories, { path, index: 0, enabled: 0 });
  expect(await standard()).toMatchObject({ status: 0 });
});

it("the time of a host is told in its zone, which has to be one", async () => {
  await api.does("PUT", `${NODE}/time`, { timezone: "Asia/Tokyo" });
  const { time, localtime, timezone } = Object(await api.get(`${NODE}/time`));
  expect([localtime - time, timezone]).toEqual([9 * 3600, "Asia/Tokyo"]);
  expect(await api.call("PUT", `${NODE}/time`, { timezone: "Moon/Base" })).toMatchObject({ status: 500 });
});

it("a firewall is kept of a machine that is not there", async () => {
  await api.does("PUT", `${NODE}/qemu/4711/firewall/options`, { enable: 1 });
  await api.does("POST", `${NODE}/qemu/4711/firewall/rules`, { type: "in", action: "DROP" });
  expect(await api.get(`${NODE}/qemu/4711/firewall/options`)).toMatchObject({ enable: 1 });
  expect(await api.get(`${NODE}/lxc/4712/firewall/rules`)).toEqual([]);
});

describe("a file", () => {
  const upload = (name: string, fields: Readonly<Record<string, string>>): Promise<unknown> => {
    const parts = Object.entries(fields).map(
      ([key, value]) => `--b\r\nContent-Disposition: form-data; name="${key}"\r\n\r\n${value}\r\n`,
    );
    const file = `--b\r\nContent-Disposition: form-data; name="filename"; filename="${name}"\r\n\r\n${TEXT}\r\n--b--\r\n`;
    const headers = { "Content-Type": "multipart/form-data; boundary=b" };
    const path = `${NODE}/storage/local/upload`;
    return api.call("POST", path, `${parts.join("")}${file}`, headers).then((answer) => api.done(answer));
  };

  it("is uploaded with its size, and held against its checksum", async () => {
    expect(await upload("a.iso", { content: "iso", checksum: HASH, "checksum-algorithm": "sha256" })).toBe("OK");
    expect(await api.get(`${NODE}/storage/local/content/iso/a.iso`)).toMatchObject({ size: TEXT.length });
    expect(await upload("b.iso", { content: "iso", checksum: "00", "checksum-algorithm": "sha256" })).toBe(
      `checksum mismatch: got '${HASH}' != expect '00'`,
    );
  });

  it("that is no image is not taken for one", async () => {
    expect(await upload("a.qcow2", { content: "import" })).toContain("Image is not in qcow2 format");
  });

  it("of a server on this machine is truly fetched", async () => {
    const server: Server = createServer((_request, response) => response.end(TEXT));
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const address = server.address();
    const url = `http://127.0.0.1:${typeof address === "object" ? address?.port : ""}/c.iso`;
    const form = { content: "iso", filename: "c.iso", url, checksum: HASH, "checksum-algorithm": "sha256" };
    await api.does("POST", `${NODE}/storage/local/download-url`, form);
    server.close();
    expect(await api.get(`${NODE}/storage/local/content/iso/c.iso`)).toMatchObject({ size: TEXT.length });
  });
});

it("a machine moves to another host of its cluster alone", async () => {
  const there = "nodes/home/qemu/100";
  await api.does("POST", "nodes/home/qemu", { vmid: 100, scsi0: "local-lvm:4" });
  expect(await api.call("POST", `${there}/migrate`, { target: "home" })).toMatchObject({
    errors: { target: "target is local node." },
  });
  expect(await api.call("POST", `${there}/migrate`, { target: "away" })).toMatchObject({ status: 500 });
});
