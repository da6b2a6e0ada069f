/** What the lab's secrets are, wherever they are kept, and how they are made. */
import { generateKeyPairSync, randomBytes } from "node:crypto";
import { z } from "zod";
import { messageOf } from "../../ui/errors.ts";

const sshKey = z.strictObject({
  private: z.string().startsWith("-----BEGIN OPENSSH PRIVATE KEY-----"),
  public: z.string().startsWith("ssh-ed25519 "),
});

/** `user@realm!name=uuid`, as Proxmox VE prints it once. */
export const API_TOKEN = /^(?<user>[^\s@!=]+@[\w.-]+)!(?<name>[A-Za-z][\w.-]*)=(?<value>[0-9a-f-]{36})$/;

const schema = z.strictObject({
  version: z.literal(1),
  rootPassword: z.string().min(32),
  /** sha512-crypt, for cloud-init. */
  rootPasswordHash: z.string().startsWith("$6$"),
  userKey: sshKey,
  hostKeys: z.record(z.string(), sshKey),
  /** Of Proxmox VE hosts that were there before: an API token, or the password of root@pam. Nobody here makes them. */
  proxmoxToken: z.string().regex(API_TOKEN).optional(),
  proxmoxPassword: z.string().min(1).optional(),
  /** What OpenTofu encrypts states with; made when that is first wanted. Without it they are lost. */
  statePassphrase: z.string().min(32).optional(),
  /** What vouches for reviewed plans; made when the first are saved. A secret of its own: people choose passwords. */
  reviewSecret: z.string().min(32).optional(),
});

/** All secrets of a lab. */
export type Secrets = z.infer<typeof schema>;

/** Thrown for a text that holds no secrets of ours; says which field is wrong, and never what is in it. */
export class WrongSecrets extends Error {}

/** @throws WrongSecrets */
export function parseSecrets(text: string): Secrets {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    // The message of a JSON error may quote the text.
    throw new WrongSecrets(messageOf(error).replace(/, ".*/s, ""));
  }
  const parsed = schema.safeParse(value);
  if (!parsed.success) throw new WrongSecrets(z.prettifyError(parsed.error).replaceAll(/\s*\n\s*/g, " "));
  return parsed.data;
}

/** As they are written where they lie in clear. */
export function secretsText(secrets: Secrets): string {
  return `${JSON.stringify(secrets, undefined, 2)}\n`;
}

/** 256 random bits, as text. */
export function newPassphrase(): string {
  return randomBytes(32).toString("base64url");
}

/** A password of 256 random bits, and its hash for cloud-init (sha512-crypt). */
export async function newRootPassword(): Promise<Pick<Secrets, "rootPassword" | "rootPasswordHash">> {
  const { encrypt } = await import("unixcrypt");
  const rootPassword = newPassphrase();
  return { rootPassword, rootPasswordHash: encrypt(rootPassword) };
}

/** A key pair for the tunnels. */
export function newUserKey(): Secrets["userKey"] {
  return generateSshKey("ampere-lab");
}

/** A key pair for each of these hosts. */
export function newHostKeys(hosts: readonly string[]): Secrets["hostKeys"] {
  return Object.fromEntries(hosts.map((host) => [host, generateSshKey(`root@${host}`)]));
}

/** Hosts that have no key. */
export function hostsWithoutKey(secrets: Secrets | null, hosts: readonly string[]): readonly string[] {
  return hosts.filter((host) => secrets?.hostKeys[host] === undefined);
}

/** Secrets with a key for each host; those of hosts that are gone are kept. */
export async function completed(known: Secrets | null, hosts: readonly string[]): Promise<Secrets> {
  const base: Secrets = known ?? {
    version: 1,
    ...(await newRootPassword()),
    userKey: newUserKey(),
    hostKeys: {},
  };
  return { ...base, hostKeys: { ...base.hostKeys, ...newHostKeys(hostsWithoutKey(known, hosts)) } };
}

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
