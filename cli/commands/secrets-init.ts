/** `lab secrets init`: the lab's secrets, encrypted, in a file that may be committed. */
import { existsSync, rmSync } from "node:fs";
import { join, relative } from "node:path";
import { CliError } from "../errors.ts";
import { createAtomically } from "../files.ts";
import type { Project } from "../project.ts";
import { isRecipient, ownKeys } from "../secrets/age.ts";
import { wantedBy, type Wanted } from "../secrets/hosts.ts";
import { type Guard, guardOf } from "../secrets/made-before.ts";
import { completed, hostsWithoutKey, newPassphrase } from "../secrets/make.ts";
import { plainPlace, readSecrets, type SecretsPlace, sopsFile, twoSets, writeSecrets } from "../secrets/place.ts";
import { type Secrets, secretsText } from "../secrets/schema.ts";
import { list } from "../show/words.ts";
import { printDocument } from "./document.ts";
import { atWork, type CommonOptions } from "./workplace.ts";

export interface SecretsInitOptions extends CommonOptions {
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
  if (encryptedState && known?.statePassphrase === undefined) await guard.passphrase();
  const secrets = await completed(known, hosts);
  const { reviewSecret = await newPassphrase(), statePassphrase = encryptedState ? await newPassphrase() : undefined } =
    secrets;
  return { ...secrets, reviewSecret, ...(statePassphrase !== undefined && { statePassphrase }) };
}

/** Ends a move that was cut short: what lies in clear goes when it is the same. */
async function endMove(place: SecretsPlace, plain: SecretsPlace): Promise<boolean> {
  const left = await readSecrets(plain);
  if (left === null) return false;
  const moved = await readSecrets(place);
  if (moved === null || secretsText(moved) !== secretsText(left)) throw twoSets(place.file, plain.file);
  rmSync(plain.file);
  return true;
}

/** Adds to an encrypted file what the config wants and it has not. */
async function addMissing(place: SecretsPlace, wanted: Wanted, guard: Guard): Promise<readonly string[]> {
  const known = await readSecrets(place);
  const secrets = await complete(known, wanted, guard);
  const added = [
    ...hostsWithoutKey(known, wanted.hosts).map((host) => `the host key of ${host}`),
    ...(secrets.reviewSecret === known?.reviewSecret ? [] : ["the secret for reviewed plans"]),
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

export async function secretsInit(options: SecretsInitOptions): Promise<number> {
  return atWork(options, "lab secrets init", async ({ project, terminal }) => {
    refuseSandbox(project, "init");
    const wanted = await wantedBy(project);
    const place: SecretsPlace = { kind: "sops", file: sopsFile(project) };
    const name = relative(process.cwd(), place.file);
    const tell = (added: readonly string[], line: string): number => {
      if (options.json) printDocument({ file: place.file, added });
      else terminal.line(line);
      return 0;
    };
    const plain = plainPlace(project.data);
    const guard = guardOf(project);
    if (existsSync(place.file)) {
      if (await endMove(place, plain)) terminal.aside(`deleted ${plain.file}: ${name} has the same secrets`);
      const added = await addMissing(place, wanted, guard);
      return tell(
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
    return tell(["all"], `${from} into ${name}: commit it and .sops.yaml`);
  });
}
