import { once } from "node:events";
import http from "node:http";
import net from "node:net";
import { text } from "node:stream/consumers";
import type { LoggedCall } from "../../../sandbox/faults/index.ts";
import { deployProgress } from "../../../sandbox/page/progress.ts";
import { pageEndpoint } from "../../../sandbox/page/server.ts";
import { viewOf } from "../../../sandbox/page/view.ts";
import { host, hostImage, network, tenancy } from "../oci/tenancy.ts";

const call: LoggedCall = {
  number: 1,
  time: "2026-11-25T00:00:00.000Z",
  interface: "oci",
  method: "GET",
  target: "/",
  answer: "200",
  ms: 1,
  fault: null,
};

const TOKEN = "t0ken";

/** A page about a world that a test sets, and how many listen to its calls. */
class TestPage {
  view: unknown = { world: 1 };
  readonly listeners = new Set<(call: LoggedCall) => void>();
  readonly #server: net.Server;
  readonly #open = new Set<net.Socket>();
  port = 0;

  constructor() {
    const serve = pageEndpoint(
      {
        view: () => this.view,
        lastCalls: () => [call],
        subscribe: (each) => {
          this.listeners.add(each);
          return () => void this.listeners.delete(each);
        },
      },
      TOKEN,
    );
    this.#server = net.createServer((socket) => {
      this.#open.add(socket);
      serve(socket);
    });
  }

  async open(): Promise<void> {
    this.#server.listen(0, "127.0.0.1");
    await once(this.#server, "listening");
    const address = this.#server.address();
    if (address !== null && typeof address === "object") this.port = address.port;
  }

  close(): void {
    this.#server.close();
    for (const socket of this.#open) socket.destroy();
  }

  async get(path: string, options: http.RequestOptions = {}): Promise<http.IncomingMessage> {
    return this.getFrom(`/${TOKEN}${path}`, options);
  }

  async getFrom(path: string, options: http.RequestOptions = {}): Promise<http.IncomingMessage> {
    const request = http.request({ host: "127.0.0.1", port: this.port, path, agent: false, ...options }).end();
    const [response] = await once(request, "response");
    return response;
  }

  async read(path: string, options?: http.RequestOptions) {
    const response = await this.get(path, options);
    return { status: response.statusCode, headers: response.headers, body: await text(response) };
  }
}

/** Reads a stream until it has said this. */
async function untilSaid(response: http.IncomingMessage, wanted: string): Promise<string> {
  let said = "";
  for await (const chunk of response) {
    said += String(chunk);
    if (said.includes(wanted)) break;
  }
  return said;
}

let page: TestPage;
beforeEach(async () => {
  page = new TestPage();
  await page.open();
});
afterEach(() => page.close());

describe("the page of the sandbox", () => {
  it("is HTML, a style sheet and a script of its own, and asks nobody else for anything", async () => {
    const { status, headers, body } = await page.read("/");
    expect(status).toBe(200);
    expect(headers["content-type"]).toBe("text/html; charset=utf-8");
    expect(headers["content-security-policy"]).toMatch(/^default-src 'none'; script-src 'self'; style-src 'self'/);
    expect(body).not.toMatch(/https?:|style=|onclick|<script>/);
    expect((await page.read("/page.css")).headers["content-type"]).toBe("text/css; charset=utf-8");
    expect((await page.read("/page.js")).headers["content-type"]).toBe("text/javascript; charset=utf-8");
  });

  it.each(["/", "/events", "/other/", "/other/events", `/${TOKEN}x/events`, `/?${TOKEN}/`, `//${TOKEN}/events`])(
    "shows nothing at %s, without its token",
    async (path) => {
      expect((await page.getFrom(path)).statusCode).toBe(404);
    },
  );

  it.each(["evil.example", "evil.example:1", "127.0.0.1", "127.0.0.1:1"])("is refused to the Host %s", async (name) => {
    expect((await page.read("/", { headers: { host: name } })).status).toBe(403);
    expect((await page.read("/events", { headers: { host: name } })).status).toBe(403);
  });

  it("answers to localhost as well", async () => {
    expect((await page.read("/", { headers: { host: `localhost:${page.port}` } })).status).toBe(200);
  });

  it("can be led to from another page, and not loaded by one", async () => {
    const from = (mode: string) => ({ headers: { "sec-fetch-site": "cross-site", "sec-fetch-mode": mode } });
    expect((await page.read("/", from("navigate"))).status).toBe(200);
    expect((await page.read("/events", from("cors"))).status).toBe(403);
  });

  it.each(["POST", "PUT", "DELETE", "OPTIONS"])("takes no %s", async (method) => {
    expect(await page.read("/", { method })).toMatchObject({ status: 405, headers: { allow: "GET" } });
  });

  it.each(["/server.ts", "/../systems/index.ts", "/page.css/", "//etc/passwd", "/%2e%2e/systems/index.ts"])(
    "has nothing at %s",
    async (path) => {
      expect((await page.read(path)).status).toBe(404);
    },
  );

  it("tells the world and the last calls at once, and then what changes", async () => {
    const response = await page.get("/events");
    expect(response.headers["content-type"]).toBe("text/event-stream; charset=utf-8");
    const reading = untilSaid(response, '"world":2');
    page.view = { world: 2 };
    const said = await reading;
    expect(said).toContain('event: world\ndata: {"world":1}\n\n');
    expect(said).toContain(`event: calls\ndata: ${JSON.stringify([call])}\n\n`);
  });

  it("tells who did not read for a while how the world is now", async () => {
    page.view = { text: "x".repeat(8_000_000) };
    const response = await page.get("/events");
    const other = await page.get("/events");
    const seen = untilSaid(other, '"world":2');
    page.view = { world: 2 };
    await seen;
    await untilSaid(response, '"world":2');
    other.destroy();
  });

  it("tells of calls as they end, and no longer listens when nobody watches", async () => {
    const response = await page.get("/events");
    const reading = untilSaid(response, '"number":2');
    for (const listener of page.listeners) listener({ ...call, number: 2 });
    await reading;
    response.destroy();
    for (let look = 0; look < 500 && page.listeners.size > 0; look += 1)
      await new Promise((resolve) => setTimeout(resolve, 10));
    expect(page.listeners.size).toBe(0);
  });
});

describe("how far deploys have come", () => {
  it("is told by stack, and goes with whoever told it", () => {
    const progress = deployProgress();
    const [one, other] = [{}, {}];
    progress.tell(one, "oci", { done: 1, total: 27, current: "oci_core_vcn.a" });
    progress.tell(one, "oci", { done: 2, total: 27, current: null });
    progress.tell(other, "talos", { done: 0, total: 5, current: null });
    expect(progress.now()).toMatchObject([
      { stack: "oci", done: 2, current: null },
      { stack: "talos", done: 0 },
    ]);
    progress.tell(other, "talos", null);
    progress.forget(one);
    expect(progress.now()).toEqual([]);
  });
});

describe("what the page draws", () => {
  it("has hosts in their subnets, the use of each limit, and the faults in words", async () => {
    const to = await tenancy();
    await to.apply("oci_core_instance", host(to, await network(to), await hostImage(to)));
    to.store.state.faults = {
      lastId: 1,
      active: [{ id: 1, spec: { what: "down", host: "pve-1" }, seen: 0, hits: 0 }],
    };
    const view = viewOf(to.store);
    expect(view.networks).toMatchObject([
      { cidrs: "10.0.0.0/16", subnets: [{ cidr: "10.0.0.0/24", hosts: [{ name: "pve-1", proxmox: true }] }] },
    ]);
    expect(view.limits).toContainEqual({ label: "A1 cores", unit: "OCPU", used: 1, limit: 2 });
    expect(view.faults).toEqual([{ id: 1, text: "host pve-1 is down", hits: 0 }]);
  });

  it("has a host that is down as down, whatever Oracle says of its instance", async () => {
    const to = await tenancy();
    await to.apply("oci_core_instance", host(to, await network(to), await hostImage(to)));
    const stateOf = () => viewOf(to.store).networks[0]?.subnets[0]?.hosts[0]?.state;
    expect(stateOf()).toBe("RUNNING");
    const fault = { id: 1, spec: { what: "down", host: "pve-1" }, seen: 0, hits: 0 } as const;
    to.store.state.faults = { lastId: 1, active: [fault] };
    expect(stateOf()).toBe("DOWN");
  });

  it("holds no secret of the world", async () => {
    const to = await tenancy();
    const image = await hostImage(to);
    await to.apply("oci_core_instance", { ...host(to, await network(to), image), metadata: { token: "hush-hush" } });
    expect(JSON.stringify(viewOf(to.store))).not.toMatch(/hush-hush|PRIVATE KEY|authKey/);
  });
});
