/** Where a lab keeps its secrets: in clear in its own folder, or encrypted in the repository. */
import { existsSync } from "node:fs";
import { basename, join } from "node:path";
import { CliError } from "../../ui/errors.ts";
import { readIfThere, writeAtomically } from "../../ui/files.ts";
import { learn } from "../../ui/masker.ts";
import type { Project } from "../synth/project.ts";
import { parseSecrets, type Secrets, secretsText, WrongSecrets } from "./secrets-schema.ts";

/** The one place of a lab's secrets. */
export interface SecretsFile {
  /** `plain`: readable by their owner; `sops`: encrypted, for the repository. */
  readonly kind: "plain" | "sops";
  readonly file: string;
}

/** The encrypted file of a lab. */
export function sopsFile({ home }: Pick<Project, "home">): string {
  return join(home, "secrets.sops.yaml");
}

/** The file in clear: `<data>/secrets.json`. */
export function plainSecretsFile(data: string): SecretsFile {
  return { kind: "plain", file: join(data, "secrets.json") };
}

/** Which of them the hosts have cannot be seen from here. */
export function twoSets(sops: string, plain: string): CliError {
  return new CliError(
    `${sops} and ${plain} are both there, and a lab has one set of secrets: delete the one that no host was deployed with; if they are the same, \`npx lab secrets init\` deletes the one in clear`,
  );
}

/**
 * Where this lab's secrets are, or are to be made. The sandbox has its own, and never those of the real lab.
 *
 * @throws CliError where there are two sets of them
 */
export function secretsFile(project: Pick<Project, "home" | "data" | "sandbox">): SecretsFile {
  const plain = plainSecretsFile(project.data);
  if (project.sandbox) return plain;
  const file = sopsFile(project);
  if (!existsSync(file)) return plain;
  if (existsSync(plain.file)) throw twoSets(file, plain.file);
  return { kind: "sops", file };
}

/** What to do about a file that is not what we wrote. */
const WAY_BACK: Readonly<Record<SecretsFile["kind"], string>> = {
  plain: "bring it back from a copy, or, if no host was ever deployed with them, delete it",
  sops: "set it right with `lab secrets edit`, or bring it back from git",
};

/**
 * The secrets; null where there are none yet. They are masked from now on.
 *
 * @throws CliError for a file that cannot be read: secrets are never made anew over it; and for an encrypted one in which a
 * secret can be read
 */
export async function readSecrets(place: SecretsFile): Promise<Secrets | null> {
  if (place.kind === "sops") {
    const { requireHiddenIn } = await import("./published.ts");
    requireHiddenIn(basename(place.file), readIfThere(place.file) ?? "");
  }
  return readToEncrypt(place);
}

/** The same for who writes them anew: an encrypted file that shows some is read too, as that is the way to set it right. */
export async function readToEncrypt({ kind, file }: SecretsFile): Promise<Secrets | null> {
  if (!existsSync(file)) return null;
  const text = kind === "plain" ? readIfThere(file) : await (await import("./sops.ts")).decrypt(file);
  if (text === undefined) return null;
  try {
    const secrets = parseSecrets(text);
    learn(secrets);
    return secrets;
  } catch (error) {
    if (!(error instanceof WrongSecrets)) throw error;
    throw new CliError(
      `${file}: the lab's secrets cannot be read (${error.message}). They are never made anew over a damaged file: ${WAY_BACK[kind]}`,
    );
  }
}

/**
 * Writes them all, in one step. Encrypted, they get a new data key, for the recipients that `.sops.yaml` names now.
 *
 * @throws CliError, with nothing written, where a secret could be read in the encrypted file, or where we could not open it
 */
export async function writeSecrets({ kind, file }: SecretsFile, secrets: Secrets): Promise<void> {
  learn(secrets);
  if (kind === "plain") return writeAtomically(file, secretsText(secrets));
  const { decryptText, encrypt } = await import("./sops.ts");
  const { requireHidden } = await import("./published.ts");
  const text = await encrypt(file, secretsText(secrets));
  requireHidden(basename(file), text, secrets);
  if (secretsText(parseSecrets(await decryptText(file, text))) !== secretsText(secrets))
    throw new CliError(`${basename(file)}: sops does not give back what it was given, so nothing was written`);
  writeAtomically(file, text, 0o644);
}
