/** Private keys in text: PEM and OpenSSH, whole, within a string, or cut off. */
import type { Part } from "./needles.ts";

const HEADER = /-----BEGIN (?:[A-Z0-9]+ ){0,4}PRIVATE KEY-----/g;
const END = "-----END ";
const CLOSING = /^-----END (?:[A-Z0-9]+ ){0,4}PRIVATE KEY-----/;
/** A header without this below it is ordinary text. */
const BODY = /[A-Za-z0-9+/=]{16}/g;
/** Ends of lines as such, and as written in a string. */
const BREAK = String.raw`(?:\s|\\+[nrt])`;
/** Of a key that is cut off: the lines that are there. */
const LINES = `(?:${BREAK}*[A-Za-z0-9+/=]{16,})+(?:${BREAK}*[A-Za-z0-9+/]+={0,2}(?=${BREAK}|$))?`;

/** Whether the text ends within a private key. */
export function endsInKey(text: string): boolean {
  const header = [...text.matchAll(HEADER)].at(-1);
  return header !== undefined && text.lastIndexOf(END) < header.index;
}

/** Where the next of something is, from a place that only moves on: each is looked for once. */
function ahead(find: (from: number) => number): (from: number) => number {
  let found = -1;
  return (from) => (found >= from ? found : (found = find(from)));
}

export function findPrivateKeys(text: string): readonly Part[] {
  const nextEnd = ahead((from) => (text.indexOf(END, from) + 1 || Infinity) - 1);
  const nextBody = ahead((from) => {
    const body = new RegExp(BODY);
    body.lastIndex = from;
    return body.exec(text)?.index ?? Infinity;
  });
  const lines = new RegExp(LINES, "y");
  const parts: Part[] = [];
  let done = 0;
  for (const { index, 0: header } of text.matchAll(HEADER)) {
    if (index < done) continue;
    const body = index + header.length;
    const end = nextEnd(body);
    const closing = end === Infinity ? null : CLOSING.exec(text.slice(end, end + 99));
    lines.lastIndex = body;
    const length =
      closing && nextBody(body) < end ? end + closing[0].length - body : (lines.exec(text)?.[0].length ?? 0);
    if (length === 0) continue;
    done = body + length;
    parts.push([index, done]);
  }
  return parts;
}
