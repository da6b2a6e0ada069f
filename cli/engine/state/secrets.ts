/** The lab's secrets as a run needs them: created, completed, and as Terraform variables. */
import { randomUUID } from "node:crypto";
import { CliError } from "../../ui/errors.ts";
import { list } from "../../ui/words.ts";
import type { Lab } from "../synth/assembly.ts";
import type { Environment } from "../synth/environment.ts";
import type { Project } from "../synth/project.ts";
import type { Guard } from "./made-before.ts";
import { readSecrets, secretsFile, type SecretsFile, writeSecrets } from "./secrets-file.ts";
import { completed, newPassphrase, type Secrets } from "./secrets-schema.ts";
import { belongTogether } from "../../../sandbox/pki/ssh-key.ts";

/** Encrypted ones are part of the repository: a run that changed them would leave a change that nobody has seen. */
function refuseToComplete({ file }: SecretsFile, what: string): CliError {
  return new CliError(`${file} has no ${what}: \`npx lab secrets init\` adds it, then commit the file`);
}

/**
 * With `mac_only_encrypted` nothing vouches for what stands in clear in the file: a public key that somebody put there in
 * place of the lab's would be let in by every host.
 */
function requirePairs({ file }: SecretsFile, { userKey, hostKeys }: Secrets): void {
  const torn = Object.entries({ "the lab's": userKey, ...hostKeys }).find(([, key]) => !belongTogether(key));
  if (torn !== undefined)
    throw new CliError(
      `${file}: the public key of ${torn[0]} is not that of its private key: bring it back from git, or make others with \`npx lab secrets rotate\``,
    );
}

/**
 * The lab's secrets, with a key for each host. Those in clear are made, and completed, where they are wanted.
 *
 * @param hosts names of the hosts; keys of hosts that are gone are kept
 * @param guard asked before all of them are made
 * @throws CliError when they cannot be read, or when encrypted ones lack something
 */
export async function ensureSecrets(
  place: SecretsFile,
  hosts: readonly string[],
  guard: Pick<Guard, "secrets">,
): Promise<Secrets> {
  const known = await readSecrets(place);
  if (known === null) await guard.secrets();
  if (known !== null && place.kind === "sops") requirePairs(place, known);
  const missing = hosts.filter((host) => known?.hostKeys[host] === undefined);
  if (known !== null && missing.length === 0) return known;
  if (place.kind === "sops") throw refuseToComplete(place, `host key of ${list(missing)}`);
  const secrets = await completed(known, hosts);
  await writeSecrets(place, secrets);
  return secrets;
}

/**
 * The passphrase of encrypted states. It is a secret of its own, so that the others can be changed without a look at states.
 *
 * @param guard asked before one is made; null makes none
 * @returns null where there is none
 */
export async function statePassphrase(place: SecretsFile, guard: Guard | null): Promise<string | null> {
  const known = guard === null ? await readSecrets(place) : await ensureSecrets(place, [], guard);
  if (known?.statePassphrase !== undefined) return known.statePassphrase;
  if (known === null || guard === null) return null;
  await guard.passphrase();
  if (place.kind === "sops") throw refuseToComplete(place, "passphrase of encrypted states");
  const passphrase = newPassphrase();
  await writeSecrets(place, { ...known, statePassphrase: passphrase });
  return passphrase;
}

/** The token of the sandbox, whose hosts have what this makes. */
async function withToken(place: SecretsFile, known: Secrets): Promise<Secrets> {
  if (known.proxmoxToken !== undefined) return known;
  const secrets = { ...known, proxmoxToken: `lab@pve!stacks=${randomUUID()}` };
  await writeSecrets(place, secrets);
  return secrets;
}

/** The variable of each way to sign in to hosts of one's own. */
const SIGN_IN = { token: "pve_api_token", password: "pve_root_password" } as const;

/** How a lab signs in to hosts of its user's own, with what the user has said. @throws CliError where that is nothing */
function signedIn(place: SecretsFile, secrets: Secrets, auth: keyof typeof SIGN_IN, env: Environment): Secrets {
  const { proxmoxToken, proxmoxPassword } = secrets;
  const isThere = (auth === "token" ? proxmoxToken : proxmoxPassword) !== undefined;
  if (!isThere && env[`TF_VAR_${SIGN_IN[auth]}`] === undefined)
    throw new CliError(
      `proxmox.api.auth is "${auth}", and ${place.file} has no ${auth} of the Proxmox VE hosts: \`npx lab secrets proxmox\` takes it, or set TF_VAR_${SIGN_IN[auth]}`,
    );
  return proxmoxPassword === undefined ? secrets : { ...secrets, rootPassword: proxmoxPassword };
}

/**
 * The secrets of a run: with a key for each host that the lab makes, and what it signs in with to hosts that are there.
 *
 * @param env what the user has set weighs more
 */
export async function labSecrets(
  project: Pick<Project, "home" | "data" | "sandbox">,
  lab: Pick<Lab, "hosts" | "existing"> | null,
  guard: Guard,
  env: Environment,
): Promise<Secrets> {
  const place = secretsFile(project);
  const names = lab?.hosts.map(({ name }) => name) ?? [];
  const secrets = await ensureSecrets(place, names, guard);
  if (lab?.existing === undefined) return secrets;
  return project.sandbox ? withToken(place, secrets) : signedIn(place, secrets, lab.existing.auth, env);
}

/** What vouches for reviewed plans; made where there is none. */
export async function reviewSecret(place: SecretsFile, guard: Guard): Promise<string> {
  const known = await ensureSecrets(place, [], guard);
  if (known.reviewSecret !== undefined) return known.reviewSecret;
  if (place.kind === "sops") throw refuseToComplete(place, "secret for reviewed plans");
  const made = newPassphrase();
  await writeSecrets(place, { ...known, reviewSecret: made });
  return made;
}

/** The age key that backups of etcd are encrypted to; made where there is none. */
export async function backupKey(place: SecretsFile, guard: Guard): Promise<string> {
  const known = await ensureSecrets(place, [], guard);
  if (known.backupKey !== undefined) return known.backupKey;
  if (place.kind === "sops") throw refuseToComplete(place, "key of backups");
  const { generateX25519Identity } = await import("age-encryption");
  const made = await generateX25519Identity();
  await writeSecrets(place, { ...known, backupKey: made });
  return made;
}

/** The Terraform variables that the stacks take from the secrets. */
export function secretVariables(secrets: Secrets): Environment {
  return {
    pve_root_password: secrets.rootPassword,
    ...(secrets.proxmoxToken !== undefined && { pve_api_token: secrets.proxmoxToken }),
    pve_root_password_hash: secrets.rootPasswordHash,
    ssh_public_key: secrets.userKey.public,
    // For steps that run commands on the hosts; no stack declares it.
    ssh_private_key: secrets.userKey.private,
    ssh_host_keys: JSON.stringify(secrets.hostKeys),
  };
}
