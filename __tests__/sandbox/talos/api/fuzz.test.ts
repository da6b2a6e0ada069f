/** Broken peers: none may end the sandbox, and all are let go. */
import { once } from "node:events";
import { connect as connectTcp, type Socket } from "node:net";
import { connect as connectTls } from "node:tls";
import { newClientConfiguration, unbase64 } from "../../../../sandbox/talos/model/config/secrets.ts";
import { readKey } from "../../../../sandbox/pki/keys.ts";
import { apiAt, tunnelTo } from "../clients.ts";
import { admin as kubernetesAdmin, cluster, portTo } from "../cluster.ts";
import { apply, secrets } from "../machines.ts";
import { labWith } from "../world.ts";

/** A small generator of its own, so that a failure can be had again. */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

function garbage(random: () => number, size: number): Buffer {
  return Buffer.from(Array.from({ length: size }, () => Math.floor(random() * 256)));
}

/** Sends, and ends as broken peers do: politely, with a reset, or half. */
async function send(socket: Socket, bytes: Buffer, ending: number): Promise<void> {
  socket.on("error", () => undefined);
  socket.resume().write(bytes);
  await new Promise((resolve) => setImmediate(resolve));
  if (ending % 3 === 0) socket.resetAndDestroy();
  else if (ending % 3 === 1) socket.end();
  else socket.destroy();
  if (!socket.closed) await once(socket, "close");
}

it.each([1, 2, 3])("garbage instead of TLS is dropped (seed %d)", async (seed) => {
  const random = seeded(seed);
  const lab = labWith("cp-1", "cp-2");
  await apply(lab, "cp-1");
  const configured = await tunnelTo(lab, "cp-1");
  const waiting = await tunnelTo(lab, "cp-2");
  for (let round = 0; round < 30; round += 1) {
    const bytes =
      round % 2 ? garbage(random, 300) : Buffer.concat([Buffer.from("160301020001", "hex"), garbage(random, 64)]);
    for (const port of [configured, waiting]) await send(connectTcp(port, "127.0.0.1"), bytes, round);
  }
  await expect(apiAt(waiting, "anybody").one("Version")).resolves.toBeDefined();
});

it.each([1, 2, 3])("garbage instead of HTTP/2 is dropped (seed %d)", async (seed) => {
  const random = seeded(seed);
  const lab = labWith("cp-1");
  const port = await tunnelTo(lab, "cp-1");
  const preface = Buffer.from("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");
  for (let round = 0; round < 30; round += 1) {
    const socket = connectTls({ host: "127.0.0.1", port, rejectUnauthorized: false, ALPNProtocols: ["h2"] });
    socket.on("error", () => undefined);
    await once(socket, "secureConnect");
    const bytes = garbage(random, 200);
    await send(socket, round % 2 ? bytes : Buffer.concat([preface, bytes]), round % 2 ? 2 : 1);
  }
  await expect(apiAt(port, "anybody").one("Version")).resolves.toBeDefined();
});

it("messages that are none are refused, and the machine lives on", async () => {
  const lab = labWith("cp-1");
  await apply(lab, "cp-1");
  const api = apiAt(await tunnelTo(lab, "cp-1"), newClientConfiguration(secrets(), new Date()));
  const random = seeded(7);
  for (let round = 0; round < 30; round += 1) {
    const request = { data: garbage(random, 100), mode: Math.floor(random() * 9), try_mode_timeout: { seconds: -1 } };
    await expect(api.one("ApplyConfiguration", request)).rejects.toThrow();
  }
  await expect(api.one("Version")).resolves.toBeDefined();
});

it("HTTP of every kind gets an answer from the Kubernetes API, or nothing", async () => {
  const port = await portTo(cluster(["cp-1"]));
  const { caCertificate, clientCertificate, clientKey } = kubernetesAdmin();
  const identity = {
    ca: unbase64(caCertificate),
    cert: unbase64(clientCertificate),
    key: readKey(unbase64(clientKey)).export({ format: "pem", type: "sec1" }),
  };
  const statusOf = async (line: string): Promise<string> => {
    const socket = connectTls({ host: "127.0.0.1", port, ...identity });
    socket.on("error", () => undefined);
    let text = "";
    socket.setEncoding("latin1").on("data", (chunk: string) => (text += chunk));
    await once(socket, "secureConnect");
    socket.write(`${line}\r\nHost: x\r\nConnection: close\r\n\r\n`);
    if (!socket.closed) await once(socket, "close");
    return text.slice(9, 12);
  };
  expect(await statusOf("GET //%zz HTTP/1.1")).toBe("404");
  expect(await statusOf("GET /api/v1/nodes/%zz HTTP/1.1")).toBe("404");
  expect(await statusOf("GET http://[::1/ HTTP/1.1")).toBe("404");
  expect(await statusOf("BREW /api HTTP/1.1")).toBe("400");
  expect(await statusOf("\u0000\u0001")).toBe("400");
  expect(await statusOf("GET /readyz HTTP/1.1")).toBe("200");
});
