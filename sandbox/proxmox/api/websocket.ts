/** A WebSocket (RFC 6455) as a stream of bytes, which is what pve-http-server makes of one. */
import { createHash } from "node:crypto";
import type { IncomingMessage } from "node:http";
import { Duplex } from "node:stream";

const ACCEPT = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
const [BINARY, CLOSE, PING, PONG] = [2, 8, 9, 10];
/** Far more than a console is sent at once. */
const MAX_FRAME = 1024 ** 2;

interface Frame {
  readonly opcode: number;
  readonly payload: Buffer;
  /** With its header, in bytes. */
  readonly length: number;
}

/** Of one that is not whole yet null. @throws Error for one that a client may not send */
function frameIn(bytes: Buffer): Frame | null {
  if (bytes.length < 2) return null;
  const [first = 0, second = 0] = bytes;
  const short = second & 0x7f;
  const lengthBytes = short === 126 ? 2 : short === 127 ? 8 : 0;
  const body = 2 + lengthBytes + 4;
  if (bytes.length < body) return null;
  const size = lengthBytes === 0 ? short : Number(BigInt(`0x${bytes.toString("hex", 2, 2 + lengthBytes)}`));
  if ((second & 0x80) === 0 || size > MAX_FRAME) throw new Error("a frame that is not masked, or too long");
  if (bytes.length < body + size) return null;
  const mask = bytes.subarray(body - 4, body);
  const payload = Buffer.from(bytes.subarray(body, body + size)).map((byte, at) => byte ^ (mask[at % 4] ?? 0));
  return { opcode: first & 0x0f, payload: Buffer.from(payload), length: body + size };
}

function frame(opcode: number, payload: Buffer): Buffer {
  const { length } = payload;
  const size = length < 126 ? [length] : length < 65536 ? [126, length >> 8, length & 0xff] : [127];
  const long = Buffer.alloc(length < 65536 ? 0 : 8);
  if (long.length > 0) long.writeBigUInt64BE(BigInt(length));
  return Buffer.concat([Buffer.from([0x80 | opcode, ...size]), long, payload]);
}

/** Answers a request that asks for a WebSocket, and speaks it. @param head what came behind the request */
export function webSocket(request: IncomingMessage, socket: Duplex, head: Buffer): Duplex {
  const key = String(request.headers["sec-websocket-key"] ?? "");
  const lines = [
    "HTTP/1.1 101 Switching Protocols",
    "Upgrade: websocket",
    "Connection: upgrade",
    `Sec-WebSocket-Accept: ${createHash("sha1").update(`${key}${ACCEPT}`).digest("base64")}`,
    "Sec-WebSocket-Protocol: binary",
  ];
  socket.write(`${lines.join("\r\n")}\r\n\r\n`);
  const stream = new Duplex({
    read: () => undefined,
    write: (chunk: Buffer, _encoding, done) => void socket.write(frame(BINARY, chunk), done),
    final: (done) => void socket.end(frame(CLOSE, Buffer.alloc(0)), done),
    destroy: (error, done) => {
      socket.destroy();
      done(error);
    },
  });
  let pending = Buffer.alloc(0);
  const take = (chunk: Buffer): void => {
    pending = Buffer.concat([pending, chunk]);
    for (let next = frameIn(pending); next !== null; next = frameIn(pending)) {
      pending = pending.subarray(next.length);
      if (next.opcode === CLOSE) return void stream.push(null);
      if (next.opcode === PING) socket.write(frame(PONG ?? 0, next.payload));
      else if (next.opcode !== PONG && next.payload.length > 0) stream.push(next.payload);
    }
  };
  const safely = (chunk: Buffer): void => {
    try {
      take(chunk);
    } catch {
      stream.destroy();
    }
  };
  safely(head);
  socket.on("data", safely);
  socket.once("error", () => stream.destroy());
  socket.once("close", () => stream.destroy());
  return stream;
}
