/** The secrets that are looked for, and the search, whose time is that of the text however many they are. */
import { formsOf } from "./forms.ts";
import { decodedViews, plainView, rawView, type View, viewOf } from "./view.ts";

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
