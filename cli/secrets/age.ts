/** The user's age keys, at the places where sops looks for them (https://getsops.io/docs/#encrypting-using-age). */
import { join } from "node:path";
import { homeFolder, pathVariable } from "../../config/user-path.ts";
import { CliError } from "../errors.ts";
import { createAtomically, readIfThere } from "../files.ts";
import { learn } from "../masking/masker.ts";

/** An age identity: Bech32 of 32 bytes (age-encryption.org/v1). */
const IDENTITY = /AGE-SECRET-KEY-1[0-9A-Z]{58}/g;
/** What others encrypt for. */
const RECIPIENT = /^age1[0-9a-z]{58}$/;

export function isRecipient(text: string): boolean {
  return RECIPIENT.test(text);
}

/** The file of age keys: sops takes Go's folder for a user's configuration. */
export function ageKeyFile(env: NodeJS.ProcessEnv = process.env, platform: NodeJS.Platform = process.platform): string {
  const home = homeFolder(env);
  const usual =
    platform === "win32"
      ? env["AppData"] || join(home, "AppData", "Roaming")
      : platform === "darwin"
        ? join(home, "Library", "Application Support")
        : join(home, ".config");
  return join(pathVariable(env, "XDG_CONFIG_HOME") ?? usual, "sops", "age", "keys.txt");
}

export interface OwnKeys {
  readonly recipients: readonly string[];
  /** Where they are; of new ones the file that was made. */
  readonly where: string;
  readonly made: boolean;
}

async function recipientsOf(text: string): Promise<readonly string[]> {
  learn(text);
  const { identityToRecipient } = await import("age-encryption");
  return Promise.all((text.match(IDENTITY) ?? []).map(identityToRecipient));
}

/**
 * Recipients of the keys that the user has; one is made where there is none.
 *
 * @throws CliError for a place that is named and has none
 */
export async function ownKeys(env: NodeJS.ProcessEnv = process.env): Promise<OwnKeys> {
  const given = env["SOPS_AGE_KEY"];
  const file = pathVariable(env, "SOPS_AGE_KEY_FILE") ?? ageKeyFile(env);
  const where = given ? "SOPS_AGE_KEY" : file;
  const text = given || readIfThere(file);
  if (text !== undefined) {
    const recipients = await recipientsOf(text);
    if (recipients.length === 0)
      throw new CliError(`${where} has no age key: a line that begins with AGE-SECRET-KEY-1, as age-keygen writes it`);
    return { recipients, where, made: false };
  }
  const { generateX25519Identity } = await import("age-encryption");
  const identity = await generateX25519Identity();
  const recipients = await recipientsOf(identity);
  const lines = [`# created: ${new Date().toISOString()}`, `# public key: ${recipients.join("")}`, identity, ""];
  createAtomically(file, lines.join("\n"));
  return { recipients, where: file, made: true };
}
