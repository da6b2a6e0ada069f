/** What any client may send to the interfaces of the sandbox, and what it must neither accept nor spend time on. */
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createServer, connect, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Worker } from "node:worker_threads";
import { z } from "zod";
import { send } from "../../constructs/proxmox/steps/pve-http.mjs";
import { type Call, quietCalls } from "../../sandbox/faults/calls.ts";
import { onMessages } from "../../sandbox/daemon/control-protocol.ts";
import { rotate } from "../../sandbox/daemon/log.ts";
import { parseJson } from "../../sandbox/http/json.ts";
import { logIn, userOfApiToken } from "../../sandbox/proxmox/model/login.ts";
import { fits, fitsAside } from "../../sandbox/proxmox/model/password.ts";
import { type Api, ociApi } from "./oci/client.ts";
import { rootClient } from "./proxmox/client.ts";
import { atHost } from "./proxmox/lab.ts";
import { openPort, PASSWORD, worldWith } from "./proxmox/world.ts";

const deep = (levels: number): string => `${'{"a":'.repeat(levels)}1${"}".repeat(levels)}`;

const loggedIn = z.object({ data: z.object({ ticket: z.string(), CSRFPreventionToken: z.string() }) });

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

describe("port 8006", () => {
  async function host() {
    const bugs: unknown[] = [];
    let now = Date.now();
    const base = worldWith({ name: "pve-1" });
    const calls = { ...quietCalls, bug: (_call: Call, error: unknown) => void bugs.push(error) };
    const world = { ...base, calls, now: () => new Date(now).toISOString() };
    const { server, port } = await openPort(world, "pve-1");
    servers.push(server);
    const call = (method: string, path: string, more: Partial<Parameters<typeof send>[1]> = {}) =>
      send(new URL(`https://127.0.0.1:${port}`), { method, path, timeoutMs: 20_000, ...more });
    const login = async () =>
      loggedIn.parse(await call("POST", "access/ticket", { form: { username: "root@pam", password: PASSWORD } })).data;
    return { bugs, call, login, later: (ms: number) => void (now += ms) };
  }

  it("refuses a password that nobody can have without hashing it", async () => {
    const { call } = await host();
    // Who hashes is a thread beside.
    const asked = jest.spyOn(Worker.prototype, "postMessage");
    const refused = async (password: string): Promise<number> => {
      const form = { username: "root@pam", password };
      await expect(call("POST", "access/ticket", { form })).rejects.toMatchObject({ status: 401 });
      return asked.mock.calls.length;
    };
    expect([await refused("x".repeat(60_000)), await refused("x".repeat(512))]).toEqual([0, 1]);
    asked.mockRestore();
  });

  it("takes a ticket as it was made only: nothing after it, and not of another time", async () => {
    const { call, login, later } = await host();
    const { ticket } = await login();
    const asked = (given: string) => call("GET", "version", { pass: { Cookie: `PVEAuthCookie=${given}` } });
    await expect(asked(ticket)).resolves.toBeDefined();
    for (const given of [`${ticket}::x`, `${ticket}:`, `${ticket}%20`, `x${ticket}`])
      await expect(asked(given)).rejects.toMatchObject({ status: 401 });
    later(-301_000);
    await expect(asked(ticket)).rejects.toMatchObject({ status: 401 });
  });

  it.each(["__proto__=x", "constructor=x", "hasOwnProperty="])("knows no API token %s", (token) => {
    expect(() => userOfApiToken(atHost(worldWith({ name: "pve-1" }), "pve-1"), token)).toThrow("invalid token value!");
  });

  it("takes a CSRF token for two hours", async () => {
    const { call, login, later } = await host();
    const old = await login();
    later(2 * 60 * 60 * 1000 + 1000);
    const { ticket } = await login();
    await expect(
      call("PUT", "storage/local", {
        form: { content: "iso" },
        pass: { Cookie: `PVEAuthCookie=${ticket}`, CSRFPreventionToken: old.CSRFPreventionToken },
      }),
    ).rejects.toMatchObject({ status: 401, message: "Permission denied - invalid csrf token" });
  });
});

describe("JSON from anybody", () => {
  it("is read to the depth that PVE reads, and no deeper", () => {
    expect(parseJson(deep(512))).toBeDefined();
    for (const text of [deep(513), deep(100_000), "[".repeat(100_000)])
      expect(() => parseJson(text)).toThrow(SyntaxError);
    expect(parseJson('{"a": "[[[[\\"[["}')).toEqual({ a: '[[[["[[' });
  });

  it("is malformed to port 8006 and to OCI when it is deeper", async () => {
    const client = await rootClient(worldWith({ name: "pve-1" }));
    const headers = { "Content-Type": "application/json" };
    const list = `{"username": ${"[".repeat(100_000)}${"]".repeat(100_000)}}`;
    for (const body of [deep(600), list])
      expect(await client.call("POST", "access/ticket", body, headers)).toMatchObject({
        status: 400,
        reason: "malformed JSON in request body",
      });
    client.close();
    const api = await ociApi();
    const body = { compartmentId: api.store.state.oci.tenancyId, freeformTags: JSON.parse(deep(600)) };
    const refused = { status: 400, body: { code: "CannotParseRequest" } };
    expect(await api.call("POST", "/20160918/vcns", body)).toMatchObject(refused);
    await api.end();
  });
});

it("a login leaves the turn to others while its password is hashed", async () => {
  let others = 0;
  setImmediate(() => (others += 1));
  await logIn(atHost(worldWith({ name: "pve-1" }), "pve-1"), "root@pam", PASSWORD);
  expect(others).toBe(1);
});

it("a password is hashed beside everything else, and is right or wrong as before", async () => {
  const hash = "$6$saltsalt$qFmFH.bQmmtXzyBY0s9v7Oicd2z4XSIecDzlB5KiA2/jctKu9YterLp8wwnSq.qc.eoxqOmSuNp2xS0ktL3nh/";
  expect(await fitsAside("password", hash)).toBe(fits("password", hash));
  expect(await fitsAside("Password", hash)).toBe(false);
  expect(await fitsAside("x".repeat(513), hash)).toBe(false);
  expect(await fitsAside("", null)).toBe(false);
});

describe("Object Storage", () => {
  let api: Api;
  beforeEach(async () => {
    api = await ociApi();
  });
  afterEach(async () => {
    expect(api.said).toEqual([]);
    await api.end();
  });

  it("has no object with a name that OCI does not take, and no bucket `.` or `..`", async () => {
    const { namespace, tenancyId } = api.store.state.oci;
    const made = (name: string) => api.call("POST", `/n/${namespace}/b`, { name, compartmentId: tenancyId });
    for (const name of [".", ".."])
      expect(await made(name)).toMatchObject({ status: 400, body: { code: "InvalidBucketName" } });
    expect((await made("lab")).status).toBe(200);
    for (const name of ["a%00b", "a%0Ab", "a%0Db", "x".repeat(1025), "%C3%A9".repeat(513)])
      expect((await api.put(`/n/${namespace}/b/lab/o/${name}`, Buffer.from("x"))).status).toBe(400);
    expect((await api.put(`/n/${namespace}/b/lab/o/${"x".repeat(1024)}`, Buffer.from("x"))).status).toBe(200);
    expect((await api.call("POST", `/n/${namespace}/b/lab/u`, { object: "a\nb" })).status).toBe(400);
  });
});

it("a line without an end closes the control socket", async () => {
  const folder = mkdtempSync(join(tmpdir(), "ampere-control-"));
  const path = join(folder, "s");
  const server = createServer((socket) => onMessages(socket, () => undefined, 1000)).listen(path);
  servers.push(server);
  const socket = connect(path);
  await new Promise<void>((resolve) => {
    socket.on("error", () => undefined).once("close", () => resolve());
    socket.write("x".repeat(5000));
  });
  expect(socket.destroyed).toBe(true);
  rmSync(folder, { recursive: true });
});

it("a log that is too long begins anew, and the last of it is kept", () => {
  const folder = mkdtempSync(join(tmpdir(), "ampere-log-"));
  const file = join(folder, "daemon.log");
  rotate(file);
  writeFileSync(file, "x".repeat(1_000_001));
  rotate(file);
  expect(statSync(file).size).toBe(0);
  expect(readFileSync(`${file}.1`, "utf8")).toHaveLength(1_000_001);
  rmSync(folder, { recursive: true });
});
