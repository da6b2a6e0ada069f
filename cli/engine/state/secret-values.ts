/** Makes secrets: all of them, or those that are missing. Loads what it takes only then. */
import { randomBytes } from "node:crypto";
import { generateSshKey } from "./openssh.ts";
import type { Secrets } from "./secrets-schema.ts";

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
