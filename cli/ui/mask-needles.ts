/** Finds known secrets in a text, in a time that does not depend on how many there are. */
import { decodedViews, plainView, rawView, type View, viewOf } from "./mask-view.ts";

/** In characters. Shorter values are not known by value: they would take parts of ordinary words with them. */
export const SHORTEST = 8;

/** Base64 of JSON of base64: a machine configuration within user data. */
const LAYERS = 3;

/** Both ends of a part of a text. */
export type Part = readonly [from: number, to: number];

/** Texts, found by how they begin. */
class Index {
  readonly #byStart = new Map<string, string[]>();
  /** Which two characters one of them begins with: for most places of a text that is all that has to be asked. */
  readonly #begins = new Uint8Array(1 << 16);

  add(needle: string): void {
    if (needle.length < SHORTEST) return;
    const start = needle.slice(0, SHORTEST);
    const others = this.#byStart.get(start) ?? [];
    if (others.includes(needle)) return;
    this.#byStart.set(start, [...others, needle]);
    this.#begins[hash(needle, 0)] = 1;
  }

  find(text: string): readonly Part[] {
    const parts: Part[] = [];
    for (let at = 0; at + SHORTEST <= text.length; at++) {
      if (this.#begins[hash(text, at)] === 0) continue;
      for (const needle of this.#byStart.get(text.slice(at, at + SHORTEST)) ?? [])
        if (text.startsWith(needle, at)) parts.push([at, at + needle.length]);
    }
    return parts;
  }
}

function hash(text: string, at: number): number {
  return ((text.charCodeAt(at) << 8) ^ text.charCodeAt(at + 1)) & 0xffff;
}

/** Parts of a view as those of the text. */
function partsIn({ from, to }: View, parts: readonly Part[]): readonly Part[] {
  return parts.map(([first, end]) => [from[first] ?? 0, to[end - 1] ?? 0]);
}

/** All secrets that are known, in all their forms. */
export class Needles {
  /** As they are written in most places, to the character. */
  readonly #written = new Index();
  /** As they are in a view. */
  readonly #plain = new Index();
  #isEmpty = true;

  add(secret: string): void {
    this.#isEmpty = false;
    for (const form of formsOf(secret)) this.#written.add(rawView(form).bytes);
    this.#plain.add(viewOf(secret).bytes);
    // In a form, a blank is a plus.
    if (secret.includes(" ")) this.#plain.add(viewOf(secret.replaceAll(" ", "+")).bytes);
  }

  /** In a view that is as it is written: what stands before a secret may look like the begin of an escape. */
  #inView(view: View, layers: number): readonly Part[] {
    const plain = plainView(view);
    const found = [...partsIn(view, this.#written.find(view.bytes)), ...partsIn(plain, this.#plain.find(plain.bytes))];
    return layers === 0 ? found : [...found, ...decodedViews(plain).flatMap((each) => this.#inView(each, layers - 1))];
  }

  /** Where in the text one of them is, in whatever form. */
  find(text: string): readonly Part[] {
    return this.#isEmpty ? [] : this.#inView(rawView(text), LAYERS);
  }
}

function inJson(text: string): string {
  return JSON.stringify(text).slice(1, -1);
}

/** As Go writes JSON: terraform and every provider. */
function inGoJson(text: string): string {
  const code = (sign: string): string => `\\u${sign.charCodeAt(0).toString(16).padStart(4, "0")}`;
  return inJson(text).replaceAll(/[<>&]/g, code);
}

/**
 * What a view of the text cannot decide: a secret as it is, in JSON, in JSON within JSON, in an address or a form,
 * and in base64 of either alphabet.
 */
export function formsOf(secret: string): readonly string[] {
  const url = encodeURIComponent(secret.toWellFormed());
  const base64 = Buffer.from(secret).toString("base64");
  return [
    secret,
    inJson(secret),
    inJson(inJson(secret)),
    inGoJson(secret),
    url,
    url.replaceAll("%20", "+"),
    base64,
    base64.replaceAll("+", "-").replaceAll("/", "_"),
  ];
}

/** Shorter lines of a text, and shorter words of a document, are ordinary ones. */
const SHORTEST_LINE = 16;

/** Parts of secrets that everybody may see; people compare them. */
export function isPublic(text: string): boolean {
  return (
    /^(?:ssh-\w+|ecdsa-[\w-]+) \S+/.test(text) ||
    /^-----BEGIN (?:CERTIFICATE|PUBLIC KEY)-----/.test(text) ||
    /^LS0tLS1CRUdJTi(?:BDRVJUSUZJQ0FURS|BQVUJMSUMg)/.test(text)
  );
}

/** A word, a number or a few of these, as in `talos-control-plane-1`, `v1.36.2`, `ApiServer`. */
const PIECE = String.raw`(?:[a-z]{1,20}\d{0,3}|[A-Z]{1,20}\d{0,3}|(?:[a-z]{2,20})?(?:[A-Z][a-z]{1,20}){1,6}|v?\d{1,6})`;
const NAME = new RegExp(String.raw`^${PIECE}(?:[^A-Za-z0-9\s]+${PIECE})*[^A-Za-z0-9\s]*$`);
/** `scheme://host…`, `/path`, `registry.example/image:tag`, `ocid1.vcn.oc1…`, none of which has a password in it. */
const PLACE = /^(?:[a-z][a-z+.-]*:\/\/[^@]*|~?\/(?:[\w.-]+\/)*[\w.-]*|[\w-]+(?:\.[\w-]+)+\/[^@=]*|ocid1\..*)$/;

/** Whether it reads as the name of something or says where something is. */
export function isPlain(value: string): boolean {
  return NAME.test(value) || PLACE.test(value);
}

/** Values under such a name are secrets however they look, unless they only name or place one. */
const PASSWORD = /(?:password|passwd|passphrase)$/i;

/** Secrets in what stands on a line after its name; in a line without one, in all of it. */
function inValue(name: string, text: string): readonly string[] {
  const value = text.trim().replace(/^["']|["'],?$/g, "");
  if (isPublic(value)) return [];
  if (PASSWORD.test(name)) return [value];
  return value.split(/\s+/).filter((word) => word.length >= SHORTEST_LINE && !isPlain(word) && !isPublic(word));
}

const NAMED = /^\s*(?:- )*["']?([\w./-]+)["']?\s*(?::(?:\s+(.*)|)|=\s*([^=].*))$/;
const CERTIFICATE = /-----BEGIN (?:CERTIFICATE|PUBLIC KEY)-----[^]*?(?:-----END |(?![^]))/g;

/**
 * The parts of a secret of several lines that are secrets by themselves. Its other lines are ordinary words that stand in half of
 * what is printed.
 */
export function partsOf(text: string): readonly string[] {
  const lines = text
    .replaceAll(CERTIFICATE, "")
    .split("\n")
    .map((line) => line.trimEnd())
    .filter((line) => !line.includes("-----"));
  const isDocument = lines.some((line) => NAMED.test(line));
  if (!isDocument) return lines.map((line) => line.trim()).filter((line) => line.length >= SHORTEST_LINE);
  return lines.flatMap((line) => {
    const [, name = "", value, given = ""] = NAMED.exec(line) ?? ["", "", line];
    return inValue(name, value ?? given);
  });
}
