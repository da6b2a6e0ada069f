/** A certificate of this process's own, for loopback ports at which it ends TLS: whoever connects there knows the port, and checks nothing. */
import { generateKeyPairSync, randomBytes, sign } from "node:crypto";

/** DER of a value of one tag (X.690). */
function der(tag: number, ...parts: readonly Buffer[]): Buffer {
  const body = Buffer.concat(parts);
  const size = body.length;
  const length = size < 128 ? [size] : size < 256 ? [0x81, size] : [0x82, size >> 8, size & 255];
  return Buffer.concat([Buffer.from([tag, ...length]), body]);
}

const [INTEGER, BIT_STRING, OID, UTF8, UTC_TIME, SEQUENCE, SET, VERSION] = [2, 3, 6, 12, 23, 0x30, 0x31, 0xa0];
const sequence = (...parts: readonly Buffer[]): Buffer => der(SEQUENCE, ...parts);
const bits = (bytes: Buffer): Buffer => der(BIT_STRING, Buffer.from([0]), bytes);

/** ecdsa-with-SHA256, 1.2.840.10045.4.3.2; commonName, 2.5.4.3. */
const ALGORITHM = sequence(der(OID, Buffer.from("2a8648ce3d040302", "hex")));
const COMMON_NAME = der(OID, Buffer.from("550403", "hex"));

/** `YYMMDDhhmmssZ` */
const utc = (time: number): Buffer =>
  der(UTC_TIME, Buffer.from(`${new Date(time).toISOString().slice(2, 19).replaceAll(/[-T:]/g, "")}Z`));

const DAY_MS = 86_400_000;

/** Self-signed, for 127.0.0.1, from yesterday on and for a week (RFC 5280, 4.1). */
export function loopbackCertificate(now = Date.now()): { readonly key: string; readonly cert: string } {
  const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "prime256v1" });
  const name = sequence(der(SET, sequence(COMMON_NAME, der(UTF8, Buffer.from("127.0.0.1")))));
  const toBeSigned = sequence(
    der(VERSION, der(INTEGER, Buffer.from([2]))),
    // A positive number.
    der(INTEGER, Buffer.concat([Buffer.from([1]), randomBytes(8)])),
    ALGORITHM,
    name,
    sequence(utc(now - DAY_MS), utc(now + 7 * DAY_MS)),
    name,
    publicKey.export({ type: "spki", format: "der" }),
  );
  const certificate = sequence(toBeSigned, ALGORITHM, bits(sign("sha256", toBeSigned, privateKey)));
  const lines = certificate.toString("base64").match(/.{1,64}/g) ?? [];
  return {
    key: String(privateKey.export({ type: "pkcs8", format: "pem" })),
    cert: `-----BEGIN CERTIFICATE-----\n${lines.join("\n")}\n-----END CERTIFICATE-----\n`,
  };
}
