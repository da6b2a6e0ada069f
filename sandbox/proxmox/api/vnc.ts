/** The screen of a machine over RFB 3.8 (RFC 6143), with QEMU's `password=on`. It shows nothing: no machine here draws. */
import { createCipheriv, randomBytes, timingSafeEqual } from "node:crypto";
import type { Duplex } from "node:stream";

const VERSION = "RFB 003.008\n";
const VNC_AUTHENTICATION = 2;
/** 720×400 in 32 bits a pixel, as the text mode of a VGA card. */
const SCREEN = Buffer.from("02d001902018000100ff00ff00ff100800000000", "hex");

/** Reads so many bytes of a stream. @throws Error where it ends before */
function reader(stream: Duplex): (count: number) => Promise<Buffer> {
  const chunks = stream.iterator({ destroyOnReturn: false });
  let have = Buffer.alloc(0);
  return async (count) => {
    while (have.length < count) {
      const next = await chunks.next();
      if (next.done) throw new Error("the client left");
      have = Buffer.concat([have, Buffer.from(next.value)]);
    }
    const taken = have.subarray(0, count);
    have = have.subarray(count);
    return taken;
  };
}

/** DES takes the bits of a byte the other way round than VNC has them. */
function mirrored(byte: number): number {
  return Number.parseInt(byte.toString(2).padStart(8, "0").split("").toReversed().join(""), 2);
}

/** What who knows the password makes of a challenge. */
export function vncResponse(password: string, challenge: Buffer): Buffer {
  const key = Buffer.from(Buffer.from(password.padEnd(8, "\0").slice(0, 8), "latin1").map(mirrored));
  // Three times with one key is DES itself, which OpenSSL 3 has no more.
  const cipher = createCipheriv("des-ede3-ecb", Buffer.concat([key, key, key]), null).setAutoPadding(false);
  return Buffer.concat([cipher.update(challenge), cipher.final()]);
}

/** Serves a client that has the password until it leaves. @throws Error where it does not speak RFB, and when it leaves */
export async function serveScreen(stream: Duplex, name: string, password: string): Promise<void> {
  const read = reader(stream);
  stream.write(VERSION);
  if ((await read(VERSION.length)).toString() !== VERSION) throw new Error("the client speaks another RFB");
  stream.write(Buffer.from([1, VNC_AUTHENTICATION]));
  const [chosen] = await read(1);
  if (chosen !== VNC_AUTHENTICATION) throw new Error("the client chose no authentication that was offered");
  const challenge = randomBytes(16);
  stream.write(challenge);
  const isRight = timingSafeEqual(await read(16), vncResponse(password, challenge));
  stream.write(Buffer.from([0, 0, 0, isRight ? 0 : 1]));
  if (!isRight) {
    const reason = "Authentication failed";
    stream.end(Buffer.concat([Buffer.from([0, 0, 0, reason.length]), Buffer.from(reason)]));
    return;
  }
  await read(1);
  const title = Buffer.from(`QEMU (${name})`);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(title.length);
  stream.write(Buffer.concat([SCREEN, length, title]));
  for (;;) await read(1);
}
