/**
 * What must not be printed, and its masking. One for the process: whoever reads a secret teaches it, and every byte that
 * leaves goes through it.
 */
import { formsOf } from "./forms.ts";
import { PATTERNS } from "./patterns.ts";

/** What stands in the place of a secret. */
export const SENSITIVE = "(sensitive)";

/** In characters. Shorter values are not known by value: they would take parts of ordinary words with them. */
export const SHORTEST = 8;
/** In characters: a line of a longer secret that is a secret by itself, rather than `kind: Config` or `apiVersion: v1`. */
const SHORTEST_LINE = 16;

/** By then a command waits for the plans that it has started, as a rule. */
const LATER_MS = 100;

/** Parts of secrets that everybody may see; people compare them. */
function isPublic(text: string): boolean {
  return /^(?:ssh-\w+|ecdsa-[\w-]+) \S+/.test(text) || /^-----BEGIN (?:CERTIFICATE|PUBLIC KEY)-----/.test(text);
}

function canBeKnown(text: string): boolean {
  return text.length >= SHORTEST && !SENSITIVE.includes(text) && !/^(.)\1*$/s.test(text);
}

/** Both ends of a part of a text. */
type Part = readonly [from: number, to: number];

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

export class Masker {
  readonly #secrets = new Set<string>();
  readonly #needles = new Set<string>();
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
    for (const form of formsOf(secret)) if (form.length >= SHORTEST) this.#needles.add(form);
    if (/^[[{]/.test(secret)) this.#learnJson(secret);
    if (!secret.includes("\n")) return;
    for (const line of secret.split("\n").map((each) => each.trim())) {
      if (line.length >= SHORTEST_LINE && canBeKnown(line) && !line.startsWith("-----"))
        for (const form of [line, JSON.stringify(line).slice(1, -1)]) this.#needles.add(form);
    }
  }

  #learnJson(text: string): void {
    try {
      this.learn(JSON.parse(text));
    } catch {
      // It only looked like it.
    }
  }

  /** The text with every secret in it replaced: those that are known, and those that look like one. */
  masked(text: string): string {
    this.#learnUnread();
    const parts: Part[] = [];
    for (const needle of this.#needles) {
      for (let at = text.indexOf(needle); at >= 0; at = text.indexOf(needle, at + 1))
        parts.push([at, at + needle.length]);
    }
    for (const pattern of PATTERNS) {
      for (const { 0: found, index } of text.matchAll(pattern)) parts.push([index, index + found.length]);
    }
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
