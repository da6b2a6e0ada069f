/** `lab secrets init`: encrypts the lab's secrets into a file that may be committed. */
import { existsSync, rmSync } from "node:fs";
import { join, relative } from "node:path";
import type { Wanted } from "../../engine/checks/secrets.ts";
import type { Guard } from "../../engine/state/made-before.ts";
import type { SecretsFile } from "../../engine/state/secrets-file.ts";
import type { Secrets } from "../../engine/state/secrets-schema.ts";
import { type CommonOptions, withLabLock } from "../../engine/synth/command-context.ts";
import type { Project } from "../../engine/synth/project.ts";
import { type CommandDefinition, json, where } from "../../ui/command.ts";
import { printDocument } from "../../ui/document.ts";
import { CliError } from "../../ui/errors.ts";
import { createAtomically } from "../../ui/files.ts";
import { several } from "../../ui/options.ts";
import { list } from "../../ui/words.ts";

interface SecretsInitOptions extends CommonOptions {
  /** Age keys that can open the file too, such as one of CI. */
  readonly recipient?: readonly string[];
}

/** The sandbox's are made by itself, and are of use to nobody. */
export function refuseSandbox(project: Project, command: string): void {
  if (project.sandbox)
    throw new CliError(`lab secrets ${command} is of the real lab: the sandbox has secrets of its own`);
}

const RULES = (
  recipients: readonly string[],
): string => `# Who can open secrets.sops.yaml, by age key. After a change: npx lab secrets rotate --data-key
creation_rules:
  - path_regex: secrets\\.sops\\.yaml$
    # Public keys are public: so a change of one can be seen in a diff.
    unencrypted_regex: ^(version|public)$
    age: >-
      ${recipients.join(",\n      ")}
`;

async function complete(known: Secrets | null, { hosts, encryptedState }: Wanted, guard: Guard): Promise<Secrets> {
  const { completed, newPassphrase } = await import("../../engine/state/secrets-schema.ts");
  if (encryptedState && known?.statePassphrase === undefined) await guard.passphrase();
  const secrets = await completed(known, hosts);
  const { generateX25519Identity } = await import("age-encryption");
  const { reviewSecret = newPassphrase(), statePassphrase = encryptedState ? newPassphrase() : undefined } = secrets;
  const backupKey = secrets.backupKey ?? (await generateX25519Identity());
  return { ...secrets, reviewSecret, backupKey, ...(statePassphrase !== undefined && { statePassphrase }) };
}

/** Ends a move that was cut short: what lies in clear goes when it is the same. */
async function endMove(place: SecretsFile, plain: SecretsFile): Promise<boolean> {
  const { readSecrets, twoSets } = await import("../../engine/state/secrets-file.ts");
  const { secretsText } = await import("../../engine/state/secrets-schema.ts");
  const left = await readSecrets(plain);
  if (left === null) return false;
  const moved = await readSecrets(place);
  if (moved === null || secretsText(moved) !== secretsText(left)) throw twoSets(place.file, plain.file);
  rmSync(plain.file);
  return true;
}

/** Adds to an encrypted file what the config wants and it has not. */
async function addMissing(place: SecretsFile, wanted: Wanted, guard: Guard): Promise<readonly string[]> {
  const { readSecrets, writeSecrets } = await import("../../engine/state/secrets-file.ts");
  const { hostsWithoutKey } = await import("../../engine/state/secrets-schema.ts");
  const known = await readSecrets(place);
  const secrets = await complete(known, wanted, guard);
  const added = [
    ...hostsWithoutKey(known, wanted.hosts).map((host) => `the host key of ${host}`),
    ...(secrets.reviewSecret === known?.reviewSecret ? [] : ["the secret for reviewed plans"]),
    ...(secrets.backupKey === known?.backupKey ? [] : ["the key of backups"]),
    ...(secrets.statePassphrase === known?.statePassphrase ? [] : ["the passphrase of encrypted states"]),
  ];
  if (added.length > 0) await writeSecrets(place, secrets);
  return added;
}

/** Writes `.sops.yaml` unless there is one: who has written it knows what for. */
async function ensureRules(
  project: Project,
  recipients: readonly string[],
  say: (line: string) => void,
): Promise<void> {
  const { isRecipient, ownKeys } = await import("../../engine/state/sops.ts");
  const file = join(project.home, ".sops.yaml");
  if (existsSync(file)) {
    if (recipients.length > 0)
      throw new CliError(`${file} is there already: add the recipients there, not with --recipient`);
    return;
  }
  const wrong = recipients.find((text) => !isRecipient(text));
  if (wrong !== undefined)
    throw new CliError(`--recipient: got "${wrong}", allowed a public age key: age1 and 58 more characters`);
  const own = await ownKeys();
  if (own.made)
    say(
      `made an age key in ${own.where}: keep a copy of that file where you keep passwords; without it nobody can open the secrets`,
    );
  createAtomically(file, RULES([...new Set([...own.recipients, ...recipients])]), 0o644);
}

async function secretsInit(options: SecretsInitOptions): Promise<number> {
  const { wantedBy } = await import("../../engine/checks/secrets.ts");
  const { guardOf } = await import("../../engine/state/made-before.ts");
  const { plainSecretsFile, readSecrets, sopsFile, writeSecrets } = await import("../../engine/state/secrets-file.ts");
  return withLabLock(options, "lab secrets init", async ({ project, terminal }) => {
    refuseSandbox(project, "init");
    const wanted = await wantedBy(project);
    const place: SecretsFile = { kind: "sops", file: sopsFile(project) };
    const name = relative(process.cwd(), place.file);
    const report = (added: readonly string[], line: string): number => {
      if (options.json) printDocument({ file: place.file, added });
      else terminal.line(line);
      return 0;
    };
    const plain = plainSecretsFile(project.data);
    const guard = guardOf(project);
    if (existsSync(place.file)) {
      if (await endMove(place, plain)) terminal.aside(`deleted ${plain.file}: ${name} has the same secrets`);
      const added = await addMissing(place, wanted, guard);
      return report(
        added,
        added.length === 0 ? `${name} has all that the lab needs` : `added ${list(added)} to ${name}: commit it`,
      );
    }
    const known = await readSecrets(plain);
    if (known === null) await guard.secrets();
    await ensureRules(project, options.recipient ?? [], (line) => terminal.aside(line));
    const secrets = await complete(known, wanted, guard);
    await writeSecrets(place, secrets);
    // What was written can be opened, and shows nothing: only then is the copy in clear given up.
    rmSync(plain.file, { force: true });
    const from =
      known === null ? "made the lab's secrets" : `moved the lab's secrets from ${relative(process.cwd(), plain.file)}`;
    return report(["all"], `${from} into ${name}: commit it and .sops.yaml`);
  });
}

/** `lab secrets init` */
export const init: CommandDefinition<SecretsInitOptions> = {
  name: "init",
  description: "Encrypt them into secrets.sops.yaml, made or moved there; later add what new hosts need",
  examples: ["npx lab secrets init", "npx lab secrets init --recipient age1…"],
  options: (command) =>
    json(where(command)).option(
      "--recipient <age key>",
      "who can open them too, such as CI: a public key; may be given several times",
      several,
    ),
  run: secretsInit,
};
