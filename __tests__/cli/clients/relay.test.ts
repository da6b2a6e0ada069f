/** One port for several tunnels: which of them a connection goes by. */
import { once } from "node:events";
import { connect, createServer, type Server, type Socket } from "node:net";
import { text } from "node:stream/consumers";
import { openRelay, type Relay } from "../../../cli/clients/tunnel-ends.ts";
import { listening } from "../../listening.ts";

const servers: Server[] = [];
let relay: Relay | undefined;
/** Which server was spoken to, in order. */
let asked: string[];

beforeEach(() => {
  asked = [];
});
afterEach(() => {
  relay?.close();
  for (const server of servers.splice(0)) server.close();
});

const LAST = "\n";

async function serve(name: string, each: (socket: Socket, said: string) => void): Promise<number> {
  const server = createServer((socket) => {
    socket.on("error", () => socket.destroy());
    socket.setEncoding("utf8");
    socket.once("data", (said: string) => {
      asked.push(name);
      each(socket, said);
    });
  });
  servers.push(server);
  return listening(server);
}
/** Gives back what it is told, behind its name, and ends with the line. */
const good = (name: string) =>
  serve(name, (socket, said) => {
    const answer = (text: string): void => void (text.endsWith(LAST) ? socket.end(text) : socket.write(text));
    answer(`${name}: ${said}`);
    socket.on("data", answer);
  });
/** As ssh does whose other end refuses. */
const closing = (name: string) => serve(name, (socket) => socket.destroy());
/** As ssh does whose other end drops packets. */
const silent = (name: string) => serve(name, () => undefined);
/** A port that nobody listens at. */
async function shut(): Promise<number> {
  const port = await silent("nobody");
  const server = servers.pop();
  await new Promise((resolve) => server?.close(resolve));
  return port;
}

/** What comes back through a relay; "" where the connection is closed without a word. */
async function ask(ports: readonly number[], nextMs: number, said: string): Promise<string> {
  const local = await shut();
  relay = await openRelay(local, ports, nextMs);
  return speak(local, said);
}
async function speak(port: number, said: string): Promise<string> {
  const client = connect(port, "127.0.0.1");
  client.write(`${said}${LAST}`);
  return (await text(client)).replace(LAST, "");
}

const NEVER = 1_000_000;

describe("a port for several tunnels", () => {
  it("goes by the first, and asks no other", async () => {
    expect(await ask([await good("one"), await good("two")], NEVER, "hello")).toBe("one: hello");
    expect(asked).toEqual(["one"]);
  });

  it.each([
    ["to a host that is down", shut],
    ["whose end refuses", () => closing("one")],
  ])("passes over a tunnel %s at once, and repeats what was said", async (_what, bad) => {
    expect(await ask([await bad(), await good("two")], NEVER, "hello")).toBe("two: hello");
  });

  it("asks the next as well when one is silent", async () => {
    expect(await ask([await silent("one"), await good("two")], 10, "hello")).toBe("two: hello");
    expect(asked).toEqual(["one", "two"]);
  });

  it("closes the connection when none answers", async () => {
    expect(await ask([await closing("one"), await shut()], NEVER, "hello")).toBe("");
  });

  it("carries all that is said, however much", async () => {
    const much = "x".repeat(3_000_000);
    const told = await ask([await shut(), await good("two")], NEVER, much);
    expect(told.length).toBe("two: ".length + much.length);
  });

  it("asks first the next time what answered the last time", async () => {
    const local = await shut();
    relay = await openRelay(local, [await closing("one"), await good("two")], NEVER);
    expect([await speak(local, "a"), await speak(local, "b")]).toEqual(["two: a", "two: b"]);
    expect(asked).toEqual(["one", "two", "two"]);
  });

  it("asks nobody for a client that says nothing", async () => {
    const local = await shut();
    relay = await openRelay(local, [await good("one")], NEVER);
    const client = connect(local, "127.0.0.1");
    await once(client, "connect");
    client.end();
    expect(await text(client)).toBe("");
    expect(asked).toEqual([]);
  });

  it("cuts what goes through it when it is closed", async () => {
    const local = await shut();
    relay = await openRelay(local, [await good("one")], NEVER);
    const client = connect(local, "127.0.0.1");
    client.write("hello");
    await once(client, "data");
    const closed = once(client, "close");
    relay.close();
    await closed;
  });
});
