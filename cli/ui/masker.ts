/** The masker, one for the process: whoever reads a secret teaches it, and everything that is printed goes through it. */
import { readIfThere } from "./files.ts";
import { isPlain, isPublic, Needles, type Part, partsOf, SHORTEST } from "./mask-needles.ts";
import { findByLooks } from "./mask-patterns.ts";

/** What stands in the place of a secret. */
export const SENSITIVE = "(sensitive)";

/** By then a command waits for the plans that it has started, as a rule. */
const LATER_MS = 100;

function canBeKnown(text: string): boolean {
  return text.length >= SHORTEST && !SENSITIVE.includes(text) && !/^(.)\1*$/s.test(text);
}

function replaceParts(text: string, parts: readonly Part[]): string {
  let result = "";
  let done = 0;
  for (const [from, to] of parts.toSorted(([a], [b]) => a - b)) {
    // Of two that overlap, or touch, nothing in between is of use to anybody.
    if (from > done || (from === 0 && done === 0)) result += `${text.slice(done, from)}${SENSITIVE}`;
    done = Math.max(done, to);
  }
  return result + text.slice(done);
}

/** Of what JSON holds, all that does not read as the name of something. */
function inJson(value: unknown): readonly string[] {
  if (typeof value === "string") return isPlain(value) ? [] : [value];
  return typeof value === "object" && value !== null ? Object.values(value).flatMap(inJson) : [];
}

/** The password of `user:password`, as `auth` of a registry or a header has it in base64. */
const BASIC = /^[^:\s]+:(\S+)$/;

/** The text that it is base64 of; nothing where that is no text. */
function decoded(secret: string): readonly string[] {
  if (!/^[A-Za-z0-9+/\s]{16,}={0,2}$/.test(secret)) return [];
  const text = Buffer.from(secret, "base64").toString();
  return /^(?:[^\p{Cc}\ufffd]|[\n\r\t])+$/u.test(text) ? [text, ...(BASIC.exec(text)?.slice(1) ?? [])] : [];
}

/** Secrets that are parts of a secret, or that it is another form of. */
function insideOf(secret: string): readonly string[] {
  if (/^[[{]/.test(secret)) {
    try {
      return inJson(JSON.parse(secret));
    } catch {
      // It only looked like it.
    }
  }
  return [...decoded(secret), ...(secret.includes("\n") ? partsOf(secret) : [])];
}

/** Secrets that are known, and the masking of them. */
export class Masker {
  readonly #secrets = new Set<string>();
  readonly #needles = new Needles();
  readonly #unread: (() => void)[] = [];

  /** Takes a secret: a text, or anything with texts in it, each of which is one; also a text that is JSON. */
  learn(value: unknown): void {
    if (typeof value === "string") this.#learnText(value);
    else if (typeof value === "object" && value !== null) for (const each of Object.values(value)) this.learn(each);
  }

  /** Has `read`, which learns more, called before anything else is masked, and else when what is urgent has been begun. */
  learnLater(read: () => void): void {
    this.#unread.push(read);
    setTimeout(() => this.#learnUnread(), LATER_MS).unref();
  }

  #learnUnread(): void {
    for (const read of this.#unread.splice(0)) read();
  }

  #learnText(text: string): void {
    if (this.#secrets.has(text)) return;
    this.#secrets.add(text);
    const secret = text.trim();
    if (!canBeKnown(secret) || isPublic(secret)) return;
    this.#needles.add(secret);
    for (const inner of insideOf(secret)) this.learn(inner);
  }

  /** The text with every secret in it replaced: those that are known, and those that look like one. */
  masked(text: string): string {
    this.#learnUnread();
    const parts = [...this.#needles.find(text), ...findByLooks(text)];
    return parts.length === 0 ? text : replaceParts(text, parts);
  }
}

const masker = new Masker();

/** Has a secret masked from now on, see `Masker.learn`. */
export function learn(value: unknown): void {
  masker.learn(value);
}

/** See `Masker.learnLater`. */
export function learnLater(read: () => void): void {
  masker.learnLater(read);
}

/** The text without secrets, see `Masker.masked`. For what is cut short before it is printed, and for files. */
export function masked(text: string): string {
  return masker.masked(text);
}

/** OCI_CLI_KEY_CONTENT, AWS_SECRET_ACCESS_KEY, GITHUB_TOKEN, GH_PAT, DOCKER_AUTH_CONFIG, SOPS_AGE_KEY, TF_VAR_root_password … */
const SECRET =
  /PASSWORD|PASSWD|PASSPHRASE|SECRET|TOKEN|PRIVATE_?KEY|API_?KEY|AGE_KEY|KEY_CONTENT|AUTH_CONFIG|(?:^|_)(?:PAT|PASS)$|_PWD$/i;
/** What only says where one is. */
const PLACE = /_(?:FILE|PATH|DIR|URL|URI|ENDPOINT|SOCK|CMD|COMMAND|RECIPIENTS?)$/i;
/** In TF_ENCRYPTION, which is HCL or JSON and mostly no secret: `passphrase = "…"`. */
const FIELD = /(?:passphrase|key|token|secret\w*)["']?\s*[:=]\s*"((?:[^"\\]|\\.)+)"/g;

/** Has these masked from now on. */
export function learnEnvironment(env: NodeJS.ProcessEnv): void {
  for (const [name, value] of Object.entries(env)) if (SECRET.test(name) && !PLACE.test(name)) learn(value);
  for (const [, value] of (env["TF_ENCRYPTION"] ?? "").matchAll(FIELD)) learn(value);
}

/** Has the lab's own secrets masked from now on. A file that cannot be read teaches nothing: whoever needs it says so. */
export function learnSecretsFile(file: string): void {
  try {
    learn(JSON.parse(readIfThere(file) ?? "{}"));
  } catch {
    // Damaged, or not ours to read.
  }
}
