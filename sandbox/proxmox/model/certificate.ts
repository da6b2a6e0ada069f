/** The self-signed certificate of a host's API: just enough DER, so that making one takes a millisecond and no await. */
import { createHash, generateKeyPairSync, randomBytes, sign } from "node:crypto";
import type { Certificate } from "../../world/proxmox.ts";

const SEQUENCE = 0x30;
const SET = 0x31;
const ECDSA_WITH_SHA256 = der(SEQUENCE, der(0x06, Buffer.from("2a8648ce3d040302", "hex")));
const COMMON_NAME = Buffer.from("550403", "hex");
const SUBJECT_ALT_NAME = Buffer.from("551d11", "hex");
const YEARS = 10;
/** Whoever looks at it may be a little behind (see pki/validity.ts). */
const SKEW_MS = 10_000;

/** Issues a certificate for a host, good for its name, its address and loopback. */
export function issueCertificate(name: string, address: string): Certificate {
  const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const subject = distinguishedName(name);
  const start = new Date(Date.now() - SKEW_MS);
  const end = new Date(start);
  end.setUTCFullYear(end.getUTCFullYear() + YEARS);
  const body = der(
    SEQUENCE,
    der(0xa0, der(0x02, Buffer.from([2]))),
    der(0x02, Buffer.concat([Buffer.from([1]), randomBytes(15)])),
    ECDSA_WITH_SHA256,
    subject,
    der(SEQUENCE, time(start), time(end)),
    subject,
    publicKey.export({ type: "spki", format: "der" }),
    der(0xa3, der(SEQUENCE, alternativeNames(name, ["127.0.0.1", address]))),
  );
  const signature = der(0x03, Buffer.from([0]), sign("sha256", body, privateKey));
  const certificate = der(SEQUENCE, body, ECDSA_WITH_SHA256, signature);
  return {
    key: privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
    certificate: `-----BEGIN CERTIFICATE-----\n${wrap(certificate.toString("base64"))}\n-----END CERTIFICATE-----\n`,
    fingerprint: createHash("sha256").update(certificate).digest("hex").toUpperCase().match(/../g)?.join(":") ?? "",
  };
}

function der(tag: number, ...contents: readonly Buffer[]): Buffer {
  const content = Buffer.concat(contents);
  const size = content.length;
  const length = size < 128 ? [size] : size < 256 ? [0x81, size] : [0x82, size >> 8, size & 0xff];
  return Buffer.concat([Buffer.from([tag, ...length]), content]);
}

function distinguishedName(name: string): Buffer {
  return der(SEQUENCE, der(SET, der(SEQUENCE, der(0x06, COMMON_NAME), der(0x0c, Buffer.from(name)))));
}

/** UTCTime, with two digits for the year, as RFC 5280 wants it until 2050. */
function time(date: Date): Buffer {
  return der(0x17, Buffer.from(`${date.toISOString().replace(/[-:T]/g, "").slice(2, 14)}Z`));
}

function alternativeNames(name: string, addresses: readonly string[]): Buffer {
  const names = [
    der(0x82, Buffer.from(name)),
    der(0x82, Buffer.from("localhost")),
    ...addresses.map((address) => der(0x87, Buffer.from(address.split(".").map(Number)))),
  ];
  return der(SEQUENCE, der(0x06, SUBJECT_ALT_NAME), der(0x04, der(SEQUENCE, ...names)));
}

function wrap(base64: string): string {
  return base64.replace(/.{64}(?=.)/g, "$&\n");
}
