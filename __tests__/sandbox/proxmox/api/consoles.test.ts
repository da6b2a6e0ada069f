/** The screen of a machine, over a WebSocket; and templates that a host downloads. */
import { request } from "node:https";
import type { Duplex } from "node:stream";
import { vncResponse } from "../../../../sandbox/proxmox/api/vnc.ts";
import type { Client } from "../client.ts";
import { ownHost } from "../own-host.ts";

let api: Client;
const VM = "nodes/pve/qemu/100";

beforeEach(async () => {
  api = await ownHost();
  await api.does("POST", "nodes/pve/qemu", { vmid: 100, name: "shown", net0: "virtio,bridge=vmbr0" });
});
afterEach(() => api.close());

const proxy = async () => Object(await api.does("POST", `${VM}/vncproxy`, { websocket: 1 }));

/** What a client sends, in one masked frame. */
function sent(payload: Buffer): Buffer {
  const mask = [1, 2, 3, 4];
  return Buffer.from([0x82, 0x80 | payload.length, ...mask, ...payload.map((byte, at) => byte ^ (mask[at % 4] ?? 0))]);
}

interface Screen {
  read(): Promise<Buffer>;
  send(payload: Buffer | string): void;
  close(): void;
}

function screenOn(socket: Duplex, head: Buffer): Screen {
  let pending = head;
  const chunks = socket.iterator();
  return {
    async read() {
      while (pending.length < 2 || pending.length < 2 + (pending[1] ?? 0)) {
        const { value } = await chunks.next();
        pending = Buffer.concat([pending, Buffer.from(value)]);
      }
      const end = 2 + (pending[1] ?? 0);
      const payload = pending.subarray(2, end);
      pending = pending.subarray(end);
      return payload;
    },
    send: (payload) => void socket.write(sent(Buffer.from(payload))),
    close: () => socket.destroy(),
  };
}

/** Opens a WebSocket. @returns the screen, or the status that it was refused with */
function opened(port: string, vncticket: string): Promise<Screen | number> {
  return new Promise((resolve, reject) => {
    const query = new URLSearchParams({ port, vncticket });
    const call = request({
      host: "127.0.0.1",
      port: api.port,
      path: `/api2/json/${VM}/vncwebsocket?${query}`,
      rejectUnauthorized: false,
      headers: { ...api.login, Connection: "Upgrade", Upgrade: "websocket", "Sec-WebSocket-Key": "AAAA" },
    });
    call.on("upgrade", (_response, socket, head) => resolve(screenOn(socket, head)));
    call.on("response", (response) => resolve(response.statusCode ?? 0));
    call.on("error", reject);
    call.end();
  });
}

async function screen(port: string, ticket: string): Promise<Screen> {
  const got = await opened(port, ticket);
  if (typeof got === "number") throw new Error(String(got));
  return got;
}

async function signIn(password: (right: string) => string): Promise<Screen> {
  await api.does("POST", `${VM}/status/start`);
  const { port, ticket, password: right } = await proxy();
  const shown = await screen(port, ticket);
  shown.send(await shown.read());
  expect([...(await shown.read())]).toEqual([1, 2]);
  shown.send(Buffer.from([2]));
  shown.send(vncResponse(password(right), await shown.read()));
  return shown;
}

describe("the screen of a machine", () => {
  it("is shown to who has the password", async () => {
    const shown = await signIn((right) => right);
    expect(await shown.read()).toEqual(Buffer.alloc(4));
    shown.send(Buffer.from([1]));
    expect((await shown.read()).toString()).toContain("QEMU (shown)");
    shown.close();
  });

  it("is not shown to others", async () => {
    const shown = await signIn(() => "wrong");
    expect(await shown.read()).toEqual(Buffer.from([0, 0, 0, 1]));
    expect((await shown.read()).toString()).toContain("Authentication failed");
    shown.close();
  });

  it("is not opened with another port's ticket", async () => {
    const [one, other] = [await proxy(), await proxy()];
    expect(other.port).not.toBe(one.port);
    expect(await opened(other.port, one.ticket)).toBe(401);
  });

  it("is opened once", async () => {
    await api.does("POST", `${VM}/status/start`);
    const { port, ticket } = await proxy();
    const shown = await screen(port, ticket);
    expect(await opened(port, ticket)).toBe(599);
    shown.close();
  });
});

describe("a template of containers", () => {
  it("is downloaded by its name, once", async () => {
    const list = await api.get("nodes/pve/aplinfo");
    const { template } = Object(list)[0];
    const download = () => api.does("POST", "nodes/pve/aplinfo", { storage: "local", template });
    await download();
    await download();
    expect(await api.get("nodes/pve/storage/local/content?content=vztmpl")).toMatchObject([
      { volid: `local:vztmpl/${template}` },
    ]);
  });

  it("that is not listed is refused", async () => {
    const form = { storage: "local", template: "doesnt-exist" };
    expect(await api.call("POST", "nodes/pve/aplinfo", form)).toMatchObject({
      status: 400,
      errors: { template: "no such template" },
    });
  });

  it("does not go where none may be", async () => {
    const { template } = Object(await api.get("nodes/pve/aplinfo"))[0];
    expect(await api.call("POST", "nodes/pve/aplinfo", { storage: "local-lvm", template })).toMatchObject({
      reason: "storage 'local-lvm' does not support templates",
    });
  });
});
