/** The little of ASN.1 DER that certificates need (X.690). */

/** OIDs as dotted text. */
export const oids = {
  ed25519: "1.3.101.112",
  ecPublicKey: "1.2.840.10045.2.1",
  ecdsaWithSha256: "1.2.840.10045.4.3.2",
  commonName: "2.5.4.3",
  organization: "2.5.4.10",
  subjectKeyIdentifier: "2.5.29.14",
  keyUsage: "2.5.29.15",
  subjectAltName: "2.5.29.17",
  basicConstraints: "2.5.29.19",
  authorityKeyIdentifier: "2.5.29.35",
  extendedKeyUsage: "2.5.29.37",
  serverAuth: "1.3.6.1.5.5.7.3.1",
  clientAuth: "1.3.6.1.5.5.7.3.2",
} as const;

/** SEQUENCE, of elements that are DER already. */
export function sequence(...parts: readonly Buffer[]): Buffer {
  return value(0x30, Buffer.concat(parts));
}

/** SET, of elements that are DER already. */
export function set(...parts: readonly Buffer[]): Buffer {
  return value(0x31, Buffer.concat(parts));
}

/** A context-specific tag: `[0]`, `[3]`; constructed unless said otherwise. */
export function tagged(tag: number, content: Buffer, constructed = true): Buffer {
  return value((constructed ? 0xa0 : 0x80) | tag, content);
}

/** A non-negative integer from its big-endian bytes. */
export function integer(bytes: Buffer): Buffer {
  let start = 0;
  while (start < bytes.length - 1 && bytes[start] === 0) start += 1;
  const significant = bytes.subarray(start);
  const sign = (significant[0] ?? 0) >= 0x80 ? Buffer.of(0) : Buffer.alloc(0);
  return value(0x02, Buffer.concat([sign, significant]));
}

/** BOOLEAN */
export function boolean(truth: boolean): Buffer {
  return value(0x01, Buffer.of(truth ? 0xff : 0));
}

/** OCTET STRING */
export function octets(content: Buffer): Buffer {
  return value(0x04, content);
}

/** BIT STRING. @param unused bits of the last byte that do not count */
export function bits(content: Buffer, unused = 0): Buffer {
  return value(0x03, Buffer.concat([Buffer.of(unused), content]));
}

/** PrintableString */
export function printable(text: string): Buffer {
  return value(0x13, Buffer.from(text, "ascii"));
}

/** UTCTime: enough until 2050. */
export function utcTime(time: Date): Buffer {
  const digits = time.toISOString().replace(/[-:T]/g, "").slice(2, 14);
  return value(0x17, Buffer.from(`${digits}Z`, "ascii"));
}

/** OBJECT IDENTIFIER, from dotted text. */
export function oid(dotted: string): Buffer {
  const [first = 0, second = 0, ...rest] = dotted.split(".").map(Number);
  return value(0x06, Buffer.from([first * 40 + second, ...rest.flatMap(base128)]));
}

function base128(number: number): number[] {
  const bytes = [number & 0x7f];
  for (let left = number >>> 7; left > 0; left >>>= 7) bytes.unshift((left & 0x7f) | 0x80);
  return bytes;
}

function value(tag: number, content: Buffer): Buffer {
  return Buffer.concat([Buffer.of(tag), length(content.length), content]);
}

function length(size: number): Buffer {
  if (size < 0x80) return Buffer.of(size);
  const bytes: number[] = [];
  for (let left = size; left > 0; left >>>= 8) bytes.unshift(left & 0xff);
  return Buffer.from([0x80 | bytes.length, ...bytes]);
}
