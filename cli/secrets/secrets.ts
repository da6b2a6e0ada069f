/** The lab's own secrets as a run needs them: the root password of its hosts, its SSH key, and the host keys it pins. */
import type { Environment } from "../environment.ts";
import { CliError } from "../errors.ts";
import { list } from "../show/words.ts";
import type { Guard } from "./made-before.ts";
import { readSecrets, type SecretsPlace, writeSecrets } from "./place.ts";
import type { Secrets } from "./schema.ts";

export type { Secrets } from "./schema.ts";

/** Encrypted ones are part of the repository: a run that changed them would leave a change that nobody has seen. */
function refuseToComplete({ file }: SecretsPlace, what: string): CliError {
  return new CliError(`${file} has no ${what}: \`npx lab secrets init\` adds it, then commit the file`);
}

/**
 * With `mac_only_encrypted` nothing vouches for what stands in clear in the file: a public key that somebody put there in
 * place of the lab's would be let in by every host.
 */
async function requirePairs({ file }: SecretsPlace, { userKey, hostKeys }: Secrets): Promise<void> {
  const { belongTogether } = await import("./openssh.ts");
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
  place: SecretsPlace,
  hosts: readonly string[],
  guard: Pick<Guard, "secrets">,
): Promise<Secrets> {
  const known = await readSecrets(place);
  if (known === null) await guard.secrets();
  if (known !== null && place.kind === "sops") await requirePairs(place, known);
  const missing = hosts.filter((host) => known?.hostKeys[host] === undefined);
  if (known !== null && missing.length === 0) return known;
  if (place.kind === "sops") throw refuseToComplete(place, `host key of ${list(missing)}`);
  const { completed } = await import("./make.ts");
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
export async function statePassphrase(place: SecretsPlace, guard: Guard | null): Promise<string | null> {
  const known = guard === null ? await readSecrets(place) : await ensureSecrets(place, [], guard);
  if (known?.statePassphrase !== undefined) return known.statePassphrase;
  if (known === null || guard === null) return null;
  await guard.passphrase();
  if (place.kind === "sops") throw refuseToComplete(place, "passphrase of encrypted states");
  const { newPassphrase } = await import("./make.ts");
  const passphrase = await newPassphrase();
  await writeSecrets(place, { ...known, statePassphrase: passphrase });
  return passphrase;
}

/** What vouches for reviewed plans; made where there is none. */
export async function reviewSecret(place: SecretsPlace, guard: Guard): Promise<string> {
  const known = await ensureSecrets(place, [], guard);
  if (known.reviewSecret !== undefined) return known.reviewSecret;
  if (place.kind === "sops") throw refuseToComplete(place, "secret for reviewed plans");
  const { newPassphrase } = await import("./make.ts");
  const made = await newPassphrase();
  await writeSecrets(place, { ...known, reviewSecret: made });
  return made;
}

/** The Terraform variables that the stacks take from the secrets. */
export function secretVariables(secrets: Secrets): Environment {
  return {
    pve_root_password: secrets.rootPassword,
    pve_root_password_hash: secrets.rootPasswordHash,
    ssh_public_key: secrets.userKey.public,
    // For steps that run commands on the hosts; no stack declares it.
    ssh_private_key: secrets.userKey.private,
    ssh_host_keys: JSON.stringify(secrets.hostKeys),
  };
}
