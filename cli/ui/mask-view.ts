/**
 * A text without what writing it somewhere has added: escapes, quotes, indentation, breaks of lines. Both a secret and the
 * text that it is looked for in are brought to this, so it is found however often it was escaped, wrapped or encoded.
 */

/** Bytes, one a character, and for each of them from where to where it stands in the text. */
export interface View {
  readonly bytes: string;
  readonly from: Uint32Array;
  readonly to: Uint32Array;
}

/** Bytes of UTF-8, one a character. */
function bytesOf(text: string): string {
  return Buffer.from(text).toString("latin1");
}

/** The text as it is, in bytes. */
export function rawView(text: string): View {
  const bytes = bytesOf(text);
  const from = new Uint32Array(bytes.length);
  const to = new Uint32Array(bytes.length);
  if (bytes.length === text.length) {
    for (let index = 0; index < text.length; index++) {
      from[index] = index;
      to[index] = index + 1;
    }
    return { bytes, from, to };
  }
  let at = 0;
  let index = 0;
  for (const char of text) {
    const code = char.codePointAt(0) ?? 0;
    const width = code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
    from.fill(index, at, at + width);
    to.fill(index + char.length, at, at + width);
    at += width;
    index += char.length;
  }
  return { bytes, from, to };
}

const BREAK = String.raw`\n[ \t]*(?:[\w.-]{1,40} +\| )?`;
/** Escapes of JSON, shells and addresses, also doubled, and references of HTML. */
const WRITTEN = new RegExp(
  String.raw`${BREAK}|(?:\\+u[0-9a-fA-F]{4})+|\\+(?:x[0-9a-fA-F]{2}|[nrtbf])?|%(?:25)*[0-9a-fA-F]{2}|` +
    String.raw`&(?:amp;)*(?:#\d{2,7}|#x[0-9a-fA-F]{2,6}|lt|gt|quot|apos|amp);|[\s'"\x60]+|[-_]`,
  "g",
);
const NAMED: Readonly<Record<string, string>> = { lt: "<", gt: ">", quot: '"', apos: "'", amp: "&" };

function fromCode(code: number): string {
  return code <= 0x10ffff ? bytesOf(String.fromCodePoint(code)) : "";
}

/** What stands for the bytes that such a piece means. Both alphabets of base64 are one. */
function meant(piece: string): string {
  if (piece === "-") return "+";
  if (piece === "_") return "/";
  if (piece.startsWith("%")) return String.fromCharCode(Number.parseInt(piece.slice(-2), 16));
  if (piece.startsWith("&")) {
    const name = piece.slice(Math.max(piece.lastIndexOf("&"), piece.lastIndexOf(";", piece.length - 2)) + 1, -1);
    if (name.startsWith("#x")) return fromCode(Number.parseInt(name.slice(2), 16));
    return name.startsWith("#") ? fromCode(Number(name.slice(1))) : (NAMED[name] ?? "");
  }
  if (!piece.startsWith("\\")) return "";
  const units = piece.replaceAll(/\\+/g, "\\").split("\\u").slice(1);
  if (units.length > 0) return bytesOf(units.map((unit) => String.fromCharCode(Number.parseInt(unit, 16))).join(""));
  const [, code] = /x(..)$/.exec(piece) ?? [];
  return code === undefined ? "" : String.fromCharCode(Number.parseInt(code, 16));
}

function once(view: View): View {
  const { bytes } = view;
  const from = new Uint32Array(bytes.length);
  const to = new Uint32Array(bytes.length);
  const pieces: string[] = [];
  let length = 0;
  let done = 0;
  const keep = (until: number): void => {
    pieces.push(bytes.slice(done, until));
    from.set(view.from.subarray(done, until), length);
    to.set(view.to.subarray(done, until), length);
    length += until - done;
  };
  for (const { 0: piece, index } of bytes.matchAll(WRITTEN)) {
    keep(index);
    const means = meant(piece);
    done = index + piece.length;
    pieces.push(means);
    from.fill(view.from[index] ?? 0, length, length + means.length);
    to.fill(view.to[done - 1] ?? 0, length, length + means.length);
    length += means.length;
  }
  keep(bytes.length);
  return { bytes: pieces.join(""), from: from.subarray(0, length), to: to.subarray(0, length) };
}

/** An escape within an escape (`%5Cn`) takes one more turn; more than these are nobody's. */
const TURNS = 4;

/** A view without escapes, quotes and breaks of lines, however often one is inside of another. */
export function plainView(view: View): View {
  let plain = view;
  for (let turn = 0; turn < TURNS; turn++) {
    const next = once(plain);
    if (next.bytes === plain.bytes) break;
    plain = next;
  }
  return plain;
}

/** The plain view of a text. */
export function viewOf(text: string): View {
  return plainView(rawView(text));
}

const BASE64 = /[A-Za-z0-9+/]{11,}/g;
const HEX = /(?:[0-9a-fA-F]{2}:?){8,}[0-9a-fA-F]?/g;
/** What a run of characters from `start` on is base64 of: a byte has eight bits, a character six. */
function fromBase64(view: View, run: string, start: number): View {
  const bytes = Buffer.from(run, "base64").toString("latin1");
  const from = new Uint32Array(bytes.length);
  const to = new Uint32Array(bytes.length);
  for (let byte = 0; byte < bytes.length; byte++) {
    from[byte] = view.from[start + Math.floor((byte * 8) / 6)] ?? 0;
    to[byte] = view.to[start + Math.floor((byte * 8 + 7) / 6)] ?? 0;
  }
  return { bytes, from, to };
}

/** What the digits at these places are in hexadecimal. */
function fromHex(view: View, places: readonly number[]): View {
  const bytes = Buffer.from(places.map((place) => view.bytes.charAt(place)).join(""), "hex").toString("latin1");
  const from = new Uint32Array(bytes.length);
  const to = new Uint32Array(bytes.length);
  for (let byte = 0; byte < bytes.length; byte++) {
    from[byte] = view.from[places[byte * 2] ?? 0] ?? 0;
    to[byte] = view.to[places[byte * 2 + 1] ?? 0] ?? 0;
  }
  return { bytes, from, to };
}

/** What may be meant by parts of it that look like base64 or hexadecimal, from wherever in a group of these it begins. */
export function decodedViews(view: View): readonly View[] {
  const base64 = [...view.bytes.matchAll(BASE64)].flatMap(({ 0: run, index }) =>
    [0, 1, 2, 3].map((skipped) => fromBase64(view, run.slice(skipped), index + skipped)),
  );
  const hex = [...view.bytes.matchAll(HEX)].flatMap(({ 0: run, index }) => {
    const places = Array.from(run, (digit, at) => (digit === ":" ? -1 : index + at)).filter((place) => place >= 0);
    return [fromHex(view, places), fromHex(view, places.slice(1))];
  });
  return [...base64, ...hex];
}
