import type { Server } from "node:net";
import { connect } from "node:tls";
import { PveApi } from "../../../../constructs/proxmox/steps/pve-client.mjs";
import { Deadline } from "../../../../constructs/proxmox/steps/deadline.mjs";
import { send } from "../../../../constructs/proxmox/steps/pve-http.mjs";
import { type Calls, quietCalls } from "../../../../sandbox/faults/calls.ts";
import { createToken } from "../../../../sandbox/proxmox/model/access.ts";
import { createVm } from "../../../../sandbox/proxmox/model/vm-config.ts";
import { atHost } from "../lab.ts";
import { addressOf, openPort, PASSWORD, worldWith } from "../world.ts";

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

/** Tasks that take long enough to be seen, on a busy machine too. */
const slowTasks: Calls = {
  ...quietCalls,
  begin: ({ method }) => (method === "TASK" ? { kind: "slow", ms: 500 } : null),
};

async function lab(calls: Calls = quietCalls) {
  const world = { ...worldWith({ name: "pve-1" }), calls };
  const { server, port } = await openPort(world, "pve-1");
  servers.push(server);
  const host = { name: "pve-1", api: `https://127.0.0.1:${port}`, address: addressOf("pve-1") };
  const api = new PveApi(host, PASSWORD, new Deadline(5));
  const call = (method: string, path: string, more: Partial<Parameters<typeof send>[1]> = {}) =>
    send(new URL(host.api), { method, path, timeoutMs: 5000, ...more });
  return { world, host, api, call, port };
}

describe("the PVE API of a host", () => {
  it("shows the host's own certificate", async () => {
    const { world, port } = await lab();
    const socket = connect({ port, host: "127.0.0.1", rejectUnauthorized: false });
    await new Promise<void>((resolve) => socket.once("secureConnect", resolve));
    const { fingerprint256, subject } = socket.getPeerCertificate();
    expect(fingerprint256).toBe(atHost(world, "pve-1").host.certificate.fingerprint);
    expect(subject.CN).toBe("pve-1");
    socket.destroy();
  });

  it("gives a ticket and a CSRF token for root's password", async () => {
    const { call } = await lab();
    const form = { username: "root@pam", password: PASSWORD };
    expect((await call("POST", "access/ticket", { form })).data).toMatchObject({
      username: "root@pam",
      ticket: expect.stringMatching(/^PVE:root@pam:[0-9A-F]{8}::/),
      CSRFPreventionToken: expect.any(String),
    });
  });

  it.each([
    ["a wrong password", "access/ticket", { form: { username: "root@pam", password: "no" } }, 401, "authentication"],
    ["a missing parameter", "access/ticket", { form: {} }, 400, "username: property is missing"],
    ["no ticket", "cluster/config", {}, 401, "No ticket"],
    [
      "a made-up ticket",
      "cluster/config",
      { pass: { Cookie: "PVEAuthCookie=PVE:root@pam:0::x" } },
      401,
      "invalid PVE ticket",
    ],
    ["an unknown path", "nonsense", {}, 501, "Method 'POST /nonsense' not implemented"],
  ])("refuses %s", async (_what, path, more, status, message) => {
    const { call } = await lab();
    await expect(call("POST", path, more)).rejects.toMatchObject({ status, message: expect.stringContaining(message) });
  });

  it("takes no write without the CSRF token", async () => {
    const { api, call } = await lab();
    await api.ready();
    const pass = { Cookie: api.pass?.["Cookie"] ?? "" };
    await expect(call("PUT", "storage/local", { form: { content: "iso" }, pass })).rejects.toMatchObject({
      status: 401,
      message: "Permission denied - invalid csrf token",
    });
  });

  it("takes a ticket from the Authorization header where there is no cookie", async () => {
    const { api, port } = await lab();
    await api.ready();
    const request = `GET /api2/json/version HTTP/1.1\r\nHost: pve\r\nConnection: close\r\nAuthorization: ${api.pass?.["Cookie"]}\r\n`;
    expect(await raw(port, `${request}\r\n`)).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
    expect(await raw(port, `${request}Cookie: PVEAuthCookie=PVE:root@pam:0::x\r\n\r\n`)).toMatch(/^HTTP\/1\.1 401 /);
  });

  it("answers in PVE's envelope", async () => {
    const { port } = await lab();
    const answer = await raw(port, "GET /api2/json/version HTTP/1.1\r\nHost: pve\r\nConnection: close\r\n\r\n");
    expect(answer).toMatch(/^HTTP\/1\.1 401 No ticket\r\n/);
    expect(JSON.parse(answer.split("\r\n\r\n")[1] ?? "")).toEqual({ data: null, message: "No ticket\n" });
  });

  it("tells its version, its nodes, its storage and a machine's state", async () => {
    const { api, world } = await lab();
    createVm(atHost(world, "pve-1"), "pve-1", 100, { cores: "2", onboot: "1" });
    expect(await api.get("version")).toMatchObject({ release: "9.2" });
    expect(await api.get("nodes")).toMatchObject([{ node: "pve-1", status: "online", maxcpu: 2 }]);
    expect(await api.get("storage/local")).toMatchObject({
      type: "dir",
      content: "backup,images,iso,rootdir,snippets,vztmpl",
    });
    expect(await api.get("nodes/pve-1/qemu/100/config")).toMatchObject({ cores: 2, onboot: 1 });
    expect(await api.get("nodes/pve-1/qemu/100/status/current")).toMatchObject({ status: "stopped", vmid: 100 });
  });

  it("sets and deletes options of a machine", async () => {
    const { api, world } = await lab();
    createVm(atHost(world, "pve-1"), "pve-1", 100, { description: "x" });
    await api.put("nodes/pve-1/qemu/100/config", { kvm: 0, delete: "description" });
    const config = await api.get("nodes/pve-1/qemu/100/config");
    expect(config).toMatchObject({ kvm: 0 });
    expect(config).not.toHaveProperty("description");
    await expect(api.put("nodes/pve-1/qemu/100/config", { nonsense: 1 })).rejects.toThrow(
      "nonsense: property is not defined in schema",
    );
  });

  it("runs tasks that end after a moment, and knows no other", async () => {
    const { api } = await lab(slowTasks);
    const upid = String(await api.post("cluster/config", { clustername: "lab" }));
    expect(upid).toMatch(/^UPID:pve-1:[0-9A-F]{8}:[0-9A-F]{8}:[0-9A-F]{8}:clustercreate:lab:root@pam:$/);
    expect(await api.activeTask("clustercreate")).toBe(upid);
    await api.task(upid);
    expect(await api.activeTask("clustercreate")).toBeUndefined();
    expect(await api.get("cluster/status")).toMatchObject([
      { type: "cluster", name: "lab", quorate: 1, nodes: 1 },
      { type: "node", name: "pve-1", nodeid: 1, local: 1, online: 1 },
    ]);
    await expect(api.get(`nodes/pve-1/tasks/${encodeURIComponent("UPID:none:")}/status`)).rejects.toThrow(
      "no such task",
    );
  });

  it("has no join information before there is a cluster, and the fingerprint after", async () => {
    const { api, world } = await lab();
    await expect(api.get("cluster/config/join")).rejects.toMatchObject({ status: 424 });
    await api.task(String(await api.post("cluster/config", { clustername: "lab" })));
    const { fingerprint } = atHost(world, "pve-1").host.certificate;
    expect(await api.get("cluster/config/join")).toMatchObject({ nodelist: [{ name: "pve-1", pve_fp: fingerprint }] });
    expect(api.fingerprint).toBe(fingerprint);
  });

  it("creates no second cluster, and none with a bad name or a foreign link", async () => {
    const { api } = await lab();
    await expect(api.post("cluster/config", { clustername: "a-name-too-long-for-it" })).rejects.toThrow(
      "15 characters",
    );
    await expect(api.post("cluster/config", { clustername: "no_name" })).rejects.toThrow("valid node name");
    await expect(api.post("cluster/config", { clustername: "lab", link0: "10.9.9.9" })).rejects.toThrow(
      "not found on local node",
    );
    await api.task(String(await api.post("cluster/config", { clustername: "lab" })));
    await expect(api.post("cluster/config", { clustername: "lab" })).rejects.toThrow("already exists");
  });

  it("lets an API token in, but not make clusters", async () => {
    const { world, port } = await lab();
    const pve = atHost(world, "pve-1");
    const value = createToken(pve, "root@pam", "ci", { comment: null, expire: 0, privsep: false });
    const request = (line: string): string =>
      `${line} HTTP/1.1\r\nHost: pve\r\nAuthorization: PVEAPIToken=root@pam!ci=${value}\r\nConnection: close\r\n\r\n`;
    expect(await raw(port, request("GET /api2/json/version"))).toMatch(/^HTTP\/1\.1 200/);
    expect(await raw(port, request("POST /api2/json/cluster/config"))).toMatch(/^HTTP\/1\.1 403/);
  });
});

async function raw(port: number, request: string): Promise<string> {
  const socket = connect({ port, host: "127.0.0.1", rejectUnauthorized: false }, () => socket.write(request));
  let answer = "";
  for await (const chunk of socket) answer += String(chunk);
  return answer;
}
