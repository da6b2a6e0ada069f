// @ts-check
/**
 * Stands in a network namespace: answers on ports with its name, and knocks at others' when it is told to.
 *
 *   node agent.mjs NAME TCP-PORTS UDP-PORTS [UID]     lists with commas; it ends up as this user
 *
 * On stdin a JSON line {id, protocol, address, port, bytes}, on stdout {id, answer}: "name sender's-address", or null.
 */
import { createSocket } from "node:dgram";
import { connect, createServer } from "node:net";
import { createInterface } from "node:readline";

const [name, tcp = "", udp = "", uid] = process.argv.slice(2);
const PATIENCE_MS = 1000;

const ports = (/** @type {string} */ list) => list.split(",").filter(Boolean).map(Number);

for (const port of ports(tcp)) {
  // Whoever connects sends a line, with as much before its end as is to be carried, and gets as much back.
  createServer((socket) => {
    let length = 0;
    socket.on("error", () => socket.destroy());
    socket.on("data", (/** @type {Buffer} */ chunk) => {
      length += chunk.length;
      if (chunk.at(-1) === 10) socket.end(`${name} ${socket.remoteAddress} ${"x".repeat(length)}`);
    });
  }).listen(port, "0.0.0.0");
}
for (const port of ports(udp)) {
  const socket = createSocket("udp4");
  socket.on("message", (_message, sender) => socket.send(`${name} ${sender.address} `, sender.port, sender.address));
  socket.on("error", (error) => console.error(`${name} udp ${port}: ${error.message}`));
  socket.bind(port);
}

/** @param {string} address @param {number} port @param {number} bytes @returns {Promise<string | null>} */
function overTcp(address, port, bytes) {
  return new Promise((resolve) => {
    let text = "";
    const socket = connect(port, address, () => socket.write(`${"x".repeat(bytes)}\n`));
    const end = (/** @type {boolean} */ whole) => {
      clearTimeout(timer);
      socket.destroy();
      const [who, from, rest = ""] = text.split(" ");
      resolve(whole && rest.length > bytes ? `${who} ${from}` : null);
    };
    const timer = setTimeout(() => end(false), PATIENCE_MS);
    socket.on("data", (chunk) => (text += String(chunk)));
    socket.once("end", () => end(true));
    socket.once("error", () => end(false));
  });
}

/** @param {string} address @param {number} port @returns {Promise<string | null>} */
function overUdp(address, port) {
  return new Promise((resolve) => {
    const socket = createSocket("udp4");
    const end = (/** @type {string | null} */ answer) => {
      clearTimeout(timer);
      socket.close();
      resolve(answer);
    };
    const timer = setTimeout(() => end(null), PATIENCE_MS);
    socket.once("message", (message) => end(String(message).trim()));
    socket.once("error", () => end(null));
    socket.send("?", port, address, () => undefined);
  });
}

if (uid) process.setuid?.(Number(uid));
createInterface({ input: process.stdin }).on("line", async (line) => {
  const { id, protocol, address, port, bytes = 0 } = JSON.parse(line);
  const answer = await (protocol === "tcp" ? overTcp(address, port, bytes) : overUdp(address, port));
  process.stdout.write(`${JSON.stringify({ id, answer })}\n`);
});
process.stdout.write(`${JSON.stringify({ id: "ready", answer: name })}\n`);
