/** What the lab's secrets are, wherever they are kept, and how they are made. */
import { randomBytes } from "node:crypto";
import { z } from "zod";
import { generateSshKey } from "../../../sandbox/pki/ssh-key.ts";
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
  /** An age key, which opens the backups of etcd; made for the first of them. Without it they are lost. */
  backupKey: z.string().startsWith("AGE-SECRET-KEY-1").optional(),
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
