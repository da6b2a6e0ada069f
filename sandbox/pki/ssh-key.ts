/** Key pairs as OpenSSH writes them. One of 300 that ssh2 makes it cannot read itself. */
import { generateKeyPairSync, randomBytes } from "node:crypto";

/** A key pair in OpenSSH's formats. */
export interface SshKey {
  /** PEM-like text of `ssh-keygen`, without a passphrase. */
  readonly private: string;
  /** `ssh-ed25519 AAAA… comment`, one line. */
  readonly public: string;
}

const TYPE = "ssh-ed25519";
const BLOCK_SIZE = 8;

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

/** A string of the SSH wire format: its length, then its bytes. */
function string(value: string | Buffer): Buffer {
  const bytes = Buffer.from(value);
  return Buffer.concat([uint32(bytes.length), bytes]);
}

function fromBase64Url(text: string | undefined): Buffer {
  if (text === undefined) throw new Error("node:crypto made an Ed25519 key without its numbers");
  return Buffer.from(text, "base64url");
}

/** Makes a key pair. */
export function generateSshKey(comment: string): SshKey {
  const jwk = generateKeyPairSync("ed25519").privateKey.export({ format: "jwk" });
  const seed = fromBase64Url(jwk.d);
  const point = fromBase64Url(jwk.x);
  const publicBlob = Buffer.concat([string(TYPE), string(point)]);
  // Written twice, so that who decrypts the key sees that the passphrase was right.
  const check = randomBytes(4);
  const secret = Buffer.concat([check, check, publicBlob, string(Buffer.concat([seed, point])), string(comment)]);
  const padding = Buffer.from(Array.from({ length: -secret.length & (BLOCK_SIZE - 1) }, (_, index) => index + 1));
  const whole = Buffer.concat([
    Buffer.from("openssh-key-v1\0"),
    string("none"), // cipher
    string("none"), // key derivation
    string(""),
    uint32(1),
    string(publicBlob),
    string(Buffer.concat([secret, padding])),
  ]);
  const lines = whole.toString("base64").match(/.{1,70}/g) ?? [];
  return {
    private: `-----BEGIN OPENSSH PRIVATE KEY-----\n${lines.join("\n")}\n-----END OPENSSH PRIVATE KEY-----\n`,
    public: `${TYPE} ${publicBlob.toString("base64")} ${comment}`,
  };
}

/** Whether the public half of a pair is the one that stands in its private half. */
export function belongTogether({ private: text, public: line }: SshKey): boolean {
  const whole = Buffer.from(text.replaceAll(/-----[A-Z ]+-----|\s/g, ""), "base64");
  const [, blob = ""] = line.split(" ");
  const own = Buffer.from(blob, "base64");
  // It is there twice: in clear, and with the secret.
  const first = whole.indexOf(own);
  return blob !== "" && first >= 0 && whole.includes(own, first + own.length);
}
