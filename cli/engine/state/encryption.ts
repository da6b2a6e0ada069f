/** Configures OpenTofu's state encryption, in TF_ENCRYPTION (https://opentofu.org/docs/language/state/encryption). */
import { CliError } from "../../ui/errors.ts";

/** The least iterations that OpenTofu allows: the passphrase is 256 random bits, which no number of them makes safer. */
const METHODS = (passphrase: string): string => `
key_provider "pbkdf2" "lab" {
  passphrase = ${JSON.stringify(passphrase)}
  iterations = 200000
}
method "aes_gcm" "lab" {
  keys = key_provider.pbkdf2.lab
}
method "unencrypted" "lab" {}
`;

const AES = "method.aes_gcm.lab";
const PLAIN = "method.unencrypted.lab";

/**
 * For plans and applies: state and plan files are encrypted, and nothing else is taken for a state. Only other stacks'
 * outputs may be in the clear: those that a diff foresees are no state of anybody's.
 */
export function enforced(passphrase: string): string {
  return `${METHODS(passphrase)}
state {
  method = ${AES}
  enforced = true
}
plan {
  method = ${AES}
  enforced = true
}
remote_state_data_sources {
  default {
    method = ${AES}
    fallback {
      method = ${PLAIN}
    }
  }
}
`;
}

/** For moving a state about: written as `encrypted` says, and read either way. */
export function eitherWay(passphrase: string, encrypted: boolean): string {
  const [method, fallback] = encrypted ? [AES, PLAIN] : [PLAIN, AES];
  return `${METHODS(passphrase)}
state {
  method = ${method}
  fallback {
    method = ${fallback}
  }
}
`;
}

/** What a state in clear has; one that is encrypted has its serial, its lineage and what it was encrypted with. */
const IN_CLEAR = ["outputs", "resources", "check_results"];

/** Whether text is a state that OpenTofu has encrypted, all of it: its serial and lineage stay readable. */
export function isEncrypted(text: string): boolean {
  if (!text.includes('"encrypted_data"')) return false;
  try {
    const document: unknown = JSON.parse(text);
    if (typeof document !== "object" || document === null) return false;
    return "encrypted_data" in document && !IN_CLEAR.some((key) => key in document);
  } catch {
    return false;
  }
}

/**
 * Before a state is kept, and copied, as an encrypted one: what TF_ENCRYPTION of the user says decides that, too.
 *
 * @throws CliError for one that can be read
 */
export function requireEncrypted(text: string, where: string): void {
  if (text.trim() === "" || isEncrypted(text)) return;
  throw new CliError(
    `${where}: lab.config.ts says that this state is encrypted, and it can be read: \`npx lab state migrate\` encrypts it` +
      (process.env["TF_ENCRYPTION"] === undefined ? "" : "; TF_ENCRYPTION is set, which decides how: see what it says"),
  );
}

/** OpenTofu's words (1.12.6): tried. */
const OTHER_PASSPHRASE = /decryption failed/;
const NO_PASSPHRASE = /state file is encrypted and can not be read/;

const BACK = "bring back the secrets that have it (statePassphrase), from a copy of secrets.json or from git";
/** Why a state cannot be opened without its passphrase, and what to do. */
export const WITHOUT_PASSPHRASE = `it is encrypted, and the lab's secrets have no passphrase: ${BACK}`;

/** Why an encrypted state is not opened, and how it is again. @returns null where something else was said */
export function sealedAdvice(said: string): string | null {
  if (OTHER_PASSPHRASE.test(said))
    return `it is encrypted with another passphrase than that of the lab's secrets: ${BACK}`;
  return NO_PASSPHRASE.test(said) ? WITHOUT_PASSPHRASE : null;
}
