import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import http from "node:http";
import net from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import tls from "node:tls";
import { imageFactory } from "../../../sandbox/talos/api/image-factory.ts";
import { openOutside } from "../../../sandbox/outside/proxy.ts";
import { schematicId } from "../../../sandbox/talos/model/image-factory.ts";
import { emptyWorld } from "../../../sandbox/systems/index.ts";
import { memoryStore } from "../../../sandbox/world/store.ts";

let folder: string;
let proxy: string;
let close: () => void;
const open: net.Socket[] = [];
const logged: string[] = [];
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "ampere-outside-"));
  const factory = imageFactory(memoryStore(() => emptyWorld()));
  const opened = await openOutside({
    hostNamed: (host) => (host === "factory.talos.dev" ? factory : null),
    machineAt: (address, port) =>
      address === "192.0.2.2" && port === 22 ? (connection) => connection.end("SSH-2.0-a host\r\n") : null,
    authorityFile: join(folder, "outside.pem"),
    connected: (connection) => open.push(connection),
    log: (line) => logged.push(line),
  });
  proxy = opened.address;
  close = opened.close;
});
afterAll(() => {
  close();
  for (const connection of open) connection.destroy();
  rmSync(folder, { recursive: true });
});

interface Tunnelled {
  readonly status: number;
  readonly socket: net.Socket;
}

function connect(target: string): Promise<Tunnelled> {
  return new Promise((resolve, reject) => {
    const request = http.request(proxy, { method: "CONNECT", path: target });
    request.once("connect", ({ statusCode = 0 }, socket, head) => {
      socket.unshift(head);
      resolve({ status: statusCode, socket });
    });
    request.once("error", reject);
    request.end();
  });
}

interface Socks {
  /** The bytes of both replies. */
  readonly said: readonly number[];
  readonly socket: net.Socket;
}

/** Connects by SOCKS5 (RFC 1928). */
async function socks(address: string, port: number): Promise<Socks> {
  const socket = net.connect(Number(new URL(proxy).port), "127.0.0.1");
  const read = async (count: number): Promise<readonly number[]> => {
    for (;;) {
      const chunk: Buffer | null = socket.read(count);
      if (chunk) return [...chunk];
      await once(socket, "readable");
    }
  };
  socket.write(Buffer.from([5, 2, 0, 2]));
  const method = await read(2);
  socket.write(Buffer.from([5, 1, 0, 1, ...address.split(".").map(Number), 0, port]));
  return { said: [...method, ...(await read(10))], socket };
}

interface Told {
  readonly status: number;
  readonly text: string;
}

const post = (path: string, body: string): Promise<Told> => send("POST", path, body);
const get = (path: string): Promise<Told> => send("GET", path, "");

async function send(method: string, path: string, body: string): Promise<Told> {
  const { socket } = await connect("factory.talos.dev:443");
  const ca = readFileSync(join(folder, "outside.pem"));
  const secure = tls.connect({ socket, servername: "factory.talos.dev", ca });
  const request = http.request({ createConnection: () => secure, method, path });
  request.end(body);
  return new Promise((resolve, reject) => {
    request.once("error", reject);
    request.once("response", (response) => {
      let text = "";
      response.on("data", (chunk: Buffer) => (text += chunk.toString()));
      response.on("end", () => resolve({ status: response.statusCode ?? 0, text }));
    });
  });
}

describe("what real providers find outside of the sandbox", () => {
  it("is an image factory that registers schematics, behind a certificate that its authority vouches for", async () => {
    const schematic =
      "customization:\n    systemExtensions:\n        officialExtensions:\n            - siderolabs/qemu-guest-agent\n";
    expect(await post("/schematics", schematic)).toEqual({
      status: 201,
      text: JSON.stringify({ id: schematicId(schematic) }),
    });
  });

  it("refuses what is no schematic, as the factory does", async () => {
    expect((await post("/schematics", "customisation: {}")).status).toBe(400);
    expect((await post("/schematics", "a: [")).status).toBe(400);
    expect((await post("/schematics", "#".repeat(2_000_000))).status).toBe(413);
    expect((await post("/image/x", "")).status).toBe(404);
  });

  it("lists the versions of Talos that the sandbox plays", async () => {
    const { status, text } = await get("/versions");
    const versions: readonly string[] = JSON.parse(text);
    expect([status, versions.at(0), versions.at(-1)]).toEqual([200, "v1.12.0", "v1.14.1"]);
    expect(versions).toContain("v1.13.9");
  });

  it("lists the official extensions of a version, whose digests nobody here knows", async () => {
    const { status, text } = await get("/version/v1.13.9/extensions/official");
    const extensions: readonly { readonly name: string }[] = JSON.parse(text);
    expect(status).toBe(200);
    expect(extensions).toContainEqual({
      name: "siderolabs/qemu-guest-agent",
      ref: "ghcr.io/siderolabs/qemu-guest-agent",
      digest: "",
      author: "",
      description: "",
    });
    const has = async (version: string, name: string): Promise<boolean> =>
      (await get(`/version/${version}/extensions/official`)).text.includes(`"siderolabs/${name}"`);
    expect([await has("1.13.0", "intel-npu"), await has("1.12.11", "intel-npu")]).toEqual([true, false]);
    expect([await has("v1.12.2", "gpio-pinctrl"), await has("v1.12.1", "gpio-pinctrl")]).toEqual([true, false]);
  });

  it.each([
    ["/version/v1.13/extensions/official", 500],
    ["/version/v1.13.99/extensions/official", 404],
    ["/version/v1.9.0/extensions/official", 501],
    ["/version/v1.13.9/overlays/official", 501],
    ["/version/v1.13.9", 404],
  ])("answers %s with %i", async (path, status) => {
    expect((await get(path)).status).toBe(status);
  });

  it("is each machine of the world at its own address, with no TLS of the proxy's before it", async () => {
    const { status, socket } = await connect("192.0.2.2:22");
    const [greeting] = await once(socket, "data");
    expect([status, String(greeting)]).toEqual([200, "SSH-2.0-a host\r\n"]);
  });

  it.each([
    "192.0.2.2:443",
    "192.0.2.3:22",
    "example.org:443",
    "factory.talos.dev:80",
    "127.0.0.1:22",
    "factory.talos.dev.example.org:443",
    "nonsense",
  ])("is nothing at %s", async (target) => {
    const { status, socket } = await connect(target);
    socket.destroy();
    expect(status).toBe(403);
    expect(logged).toContain(`refused a connection to ${target}`);
  });

  it("is each machine by SOCKS5 too, on the same port", async () => {
    const { said, socket } = await socks("192.0.2.2", 22);
    expect(said).toEqual([5, 0, 5, 0, 0, 1, 0, 0, 0, 0, 0, 0]);
    const [greeting] = await once(socket, "data");
    expect(String(greeting)).toBe("SSH-2.0-a host\r\n");
  });

  it("is nothing by SOCKS5 at other addresses", async () => {
    const { said, socket } = await socks("127.0.0.1", 22);
    socket.destroy();
    expect(said.slice(0, 4)).toEqual([5, 0, 5, 5]);
    expect(logged).toContain("refused a connection to 127.0.0.1:22");
  });

  it("is nothing without TLS", async () => {
    const status = await new Promise((resolve) => {
      http.get(proxy, { path: "http://me:hush@example.org/?token=hush" }, (response) => {
        response.resume();
        resolve(response.statusCode);
      });
    });
    expect(status).toBe(403);
    expect(logged.at(-1)).toBe("refused GET to example.org");
  });
});
