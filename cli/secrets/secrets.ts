/** The lab's own secrets, made once: the root password of its hosts, its SSH key, and the host keys it pins. */
import { join } from "node:path";
import { z } from "zod";
import type { Environment } from "../environment.ts";
import { CliError, messageOf } from "../errors.ts";
import { readIfThere, writeAtomically } from "../files.ts";
import { learn } from "../masking/masker.ts";

const sshKey = z.strictObject({
  private: z.string().startsWith("-----BEGIN OPENSSH PRIVATE KEY-----"),
  public: z.string().startsWith("ssh-ed25519 "),
});

const schema = z.strictObject({
  version: z.literal(1),
  rootPassword: z.string().min(32),
  /** sha512-crypt, for cloud-init. */
  rootPasswordHash: z.string().startsWith("$6$"),
  userKey: sshKey,
  hostKeys: z.record(z.string(), sshKey),
  /** What OpenTofu encrypts states with; made when that is first wanted. Without it they are lost. */
  statePassphrase: z.string().min(32).optional(),
});

export type Secrets = z.infer<typeof schema>;

/** The secrets file of a lab: `<data>/secrets.json`. */
export function secretsFile(data: string): string {
  return join(data, "secrets.json");
}

function read(file: string): Secrets | null {
  let text: string | undefined;
  try {
    text = readIfThere(file);
    return text === undefined ? null : schema.parse(JSON.parse(text));
  } catch (error) {
    const why = error instanceof z.ZodError ? z.prettifyError(error).replaceAll(/\s*\n\s*/g, " ") : messageOf(error);
    throw new CliError(
      `${file}: the lab's secrets cannot be read (${why}). They are never made anew over a damaged file: ` +
        "bring it back from a copy, or, if no host was ever deployed with them, delete it",
    );
  }
}

/**
 * The lab's secrets, completed with a key for each host. Reads one file when nothing is missing. They are masked from now
 * on.
 *
 * @param data the folder of the lab's data, `.lab` or `.sandbox`
 * @param hosts names of the hosts; keys of hosts that are gone are kept
 * @throws CliError when the file is there and not as we wrote it; it is left as it is
 */
export async function ensureSecrets(data: string, hosts: readonly string[]): Promise<Secrets> {
  const file = secretsFile(data);
  const known = read(file);
  learn(known);
  const missing = hosts.filter((host) => known?.hostKeys[host] === undefined);
  if (known !== null && missing.length === 0) return known;
  return complete(file, known, missing);
}

async function complete(file: string, known: Secrets | null, hosts: readonly string[]): Promise<Secrets> {
  const [{ randomBytes }, { generateSshKey }] = await Promise.all([import("node:crypto"), import("./openssh.ts")]);
  const base = known ?? (await create(randomBytes(32).toString("base64url"), generateSshKey("ampere-lab")));
  const hostKeys = Object.fromEntries(hosts.map((host) => [host, generateSshKey(`root@${host}`)]));
  const secrets: Secrets = { ...base, hostKeys: { ...base.hostKeys, ...hostKeys } };
  learn(secrets);
  writeAtomically(file, `${JSON.stringify(secrets, undefined, 2)}\n`);
  return secrets;
}

async function create(rootPassword: string, userKey: Secrets["userKey"]): Promise<Secrets> {
  const { encrypt } = await import("unixcrypt");
  return { version: 1, rootPassword, rootPasswordHash: encrypt(rootPassword), userKey, hostKeys: {} };
}

/**
 * The passphrase of encrypted states. It is a secret of its own, so that the others can be changed without a look at states.
 *
 * @param make makes one where there is none
 * @returns null where there is none
 */
export async function statePassphrase(data: string, make: boolean): Promise<string | null> {
  const known = make ? await ensureSecrets(data, []) : read(secretsFile(data));
  learn(known);
  if (known?.statePassphrase !== undefined) return known.statePassphrase;
  if (known === null || !make) return null;
  const { randomBytes } = await import("node:crypto");
  const passphrase = randomBytes(32).toString("base64url");
  learn(passphrase);
  writeAtomically(secretsFile(data), `${JSON.stringify({ ...known, statePassphrase: passphrase }, undefined, 2)}\n`);
  return passphrase;
}

/** The Terraform variables that the stacks take from the secrets. */
export function secretVariables(secrets: Secrets): Environment {
  return {
    pve_root_password: secrets.rootPassword,
    pve_root_password_hash: secrets.rootPasswordHash,
    ssh_public_key: secrets.userKey.public,
    ssh_host_keys: JSON.stringify(secrets.hostKeys),
  };
}
