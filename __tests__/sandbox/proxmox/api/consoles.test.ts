/** The screen of a machine, over a WebSocket; and templates that a host downloads. */
import { on } from "node:events";
import { WebSocket } from "ws";
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

interface Screen {
  read(): Promise<Buffer>;
  send(payload: Buffer | string): void;
  close(): void;
}

function screenOn(socket: WebSocket): Screen {
  const messages = on(socket, "message");
  return {
    read: async () => Buffer.from(Object(await messages.next()).value[0]),
    send: (payload) => socket.send(Buffer.from(payload)),
    close: () => socket.terminate(),
  };
}

/** Opens a WebSocket. @returns the screen, or the status that it was refused with */
function opened(port: string, vncticket: string): Promise<Screen | number> {
  const query = new URLSearchParams({ port, vncticket });
  const address = `wss://127.0.0.1:${api.port}/api2/json/${VM}/vncwebsocket?${query}`;
  const socket = new WebSocket(address, "binary", { headers: api.login, rejectUnauthorized: false });
  // Listens before it is open: the screen speaks first.
  const shown = screenOn(socket);
  return new Promise((resolve, reject) => {
    socket.on("open", () => resolve(shown));
    socket.on("unexpected-response", (_request, { statusCode = 0 }) => resolve(statusCode));
    socket.on("error", reject);
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
