/** Makes secrets: all of them, or those that are missing. Loads what it takes only then. */
import { generateSshKey } from "./openssh.ts";
import type { Secrets } from "./schema.ts";

async function randomText(): Promise<string> {
  const { randomBytes } = await import("node:crypto");
  return randomBytes(32).toString("base64url");
}

export async function newRootPassword(): Promise<Pick<Secrets, "rootPassword" | "rootPasswordHash">> {
  const [rootPassword, { encrypt }] = await Promise.all([randomText(), import("unixcrypt")]);
  return { rootPassword, rootPasswordHash: encrypt(rootPassword) };
}

export async function newUserKey(): Promise<Secrets["userKey"]> {
  return generateSshKey("ampere-lab");
}

export async function newHostKeys(hosts: readonly string[]): Promise<Secrets["hostKeys"]> {
  return Object.fromEntries(hosts.map((host) => [host, generateSshKey(`root@${host}`)]));
}

export function newPassphrase(): Promise<string> {
  return randomText();
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
    userKey: await newUserKey(),
    hostKeys: {},
  };
  return { ...base, hostKeys: { ...base.hostKeys, ...(await newHostKeys(hostsWithoutKey(known, hosts))) } };
}
