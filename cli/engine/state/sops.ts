/** Runs sops (https://getsops.io), which reads and writes the encrypted file in its own format, and finds the user's age keys. */
import { rmSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { homeFolder, pathVariable } from "../../../config/user-path.ts";
import { CliError, codeOf } from "../../ui/errors.ts";
import { createAtomically, readIfThere } from "../../ui/files.ts";
import { learn } from "../../ui/masker.ts";
import { withPaths } from "../synth/environment.ts";
import { capture } from "../../clients/processes.ts";

/** Of sops: since then it encrypts what it reads from its standard input. */
const OLDEST = "3.10";

/** Where sops looks for them. */
const KEYS = "SOPS_AGE_KEY, SOPS_AGE_KEY_FILE, keys.txt of sops";

/** What a file of our secrets has in it that is not encrypted; a file that was cut off has not. */
const IN_CLEAR = /-----BEGIN OPENSSH|\$6\$/;

/** Whether a text has private keys or hashes of ours in it, whatever else it is. */
export function inClear(text: string): boolean {
  return IN_CLEAR.test(text);
}

/** What sops says, as what to do. */
function explained(file: string, said: string): string {
  const name = basename(file);
  const explanations: readonly (readonly [RegExp, string])[] = [
    [
      /MAC mismatch|Could not decrypt value|unmarshalling input/,
      `${name} was changed by something other than sops: bring it back with \`git checkout ${name}\``,
    ],
    [
      /sops metadata not found/,
      inClear(readIfThere(file) ?? "")
        ? `${name} is not encrypted, so its secrets are known to who can read it: delete it, and make others with \`npx lab secrets init\``
        : `${name} is not whole: bring it back with \`git checkout ${name}\``,
    ],
    [
      /no matching creation rules|config file not found/,
      `.sops.yaml has no rule for ${name}: add one with \`path_regex: secrets\\.sops\\.yaml$\` and the recipients' age keys`,
    ],
    [
      /Failed to get the data key/,
      `${name} cannot be opened: none of your keys (${KEYS}) is among its recipients; who can open it adds yours to .sops.yaml and runs \`npx lab secrets rotate --data-key\``,
    ],
  ];
  const [first = ""] = said.trim().split("\n");
  const known = explanations.find(([pattern]) => pattern.test(said));
  return known?.[1] ?? `${name}: sops ${OLDEST} or newer is needed, and this one says: ${first || "nothing"}`;
}

/** Runs sops in the folder of the file, where it finds `.sops.yaml`. */
async function sops(file: string, args: readonly string[], input = ""): Promise<string> {
  const options = { cwd: dirname(file), env: withPaths(process.env), input };
  const { error, stdout, stderr } = await capture("sops", ["--disable-version-check", ...args], options);
  if (error === null) return stdout;
  if (codeOf(error) !== "ENOENT") throw new CliError(explained(file, stderr));
  throw new CliError(
    `${basename(file)} is read by sops, which is not on PATH: \`nix develop\` has it, or https://getsops.io/docs`,
  );
}

/** The file's content as JSON text. In memory alone. */
export async function decrypt(file: string): Promise<string> {
  const text = await sops(file, ["decrypt", "--output-type", "json", basename(file)]);
  learn(text);
  return text;
}

/** The same of a text that is to become the file. It goes by a file beside it, as sops reads none from a pipe everywhere. */
export async function decryptText(file: string, encrypted: string): Promise<string> {
  const temporary = `${file}.${process.pid}.new`;
  try {
    writeFileSync(temporary, encrypted, { mode: 0o600 });
    return await sops(file, ["decrypt", "--input-type", "yaml", "--output-type", "json", basename(temporary)]);
  } finally {
    rmSync(temporary, { force: true });
  }
}

/** Text for the file, of JSON text, for the recipients that `.sops.yaml` names. */
export async function encrypt(file: string, json: string): Promise<string> {
  const types = ["--input-type", "json", "--output-type", "yaml"];
  return sops(file, ["encrypt", "--filename-override", basename(file), ...types], json);
}

/** An age identity: Bech32 of 32 bytes (age-encryption.org/v1). */
const IDENTITY = /AGE-SECRET-KEY-1[0-9A-Z]{58}/g;
/** What others encrypt for. */
const RECIPIENT = /^age1[0-9a-z]{58}$/;

/** Whether it is a public age key. */
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

/** The user's age keys, by their public halves. */
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
