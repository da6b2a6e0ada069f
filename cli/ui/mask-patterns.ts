/** Finds secrets by how they look, wherever they come from. */
import type { Part } from "./mask-needles.ts";

const UUID = "[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}";
/** Between a name and its value, in YAML, JSON (also within a string of it), HCL and shells. */
const IS = String.raw`\\?["']?\s{0,9}[:=]\s{0,9}\\?["']?`;
/** Of a token of Proxmox: its name is no secret. */
const TOKEN_ID = /^[\w.-]{1,99}(?:@|%40)\w+(?:!|%21)/;
/** What nothing but a secret has after such a name; a word after `token:` that has no digit is an ordinary one. */
function isValue(found: string): boolean {
  return /\d/.test(found) && !TOKEN_ID.test(found);
}

interface Pattern {
  readonly pattern: RegExp;
  readonly isSecret?: (found: string) => boolean;
}

/**
 * What is masked by its looks. Where only a part is secret the rest is looked at, not matched. Each keeps to what cannot be
 * ordinary text. The time of each is that of the text: none begins within what an earlier try has been over.
 */
const PATTERNS: readonly (RegExp | Pattern)[] = [
  // PEM private keys in base64, as in a kubeconfig; certificates and public keys begin otherwise.
  /LS0tLS1CRUdJTi(?!BDRVJUSUZJQ0FURS|BQVUJMSUMg)[A-Za-z0-9+/]{20,}={0,2}/g,
  /AGE-SECRET-KEY-1[0-9A-Z]{20,}/gi,
  // Hashes of passwords: crypt(3).
  /\$(?:1|5|6|7|y|gy|2[abxy])\$[./A-Za-z0-9=,$]{20,}/g,
  // Proxmox VE: API tokens (user@realm!id=uuid), tickets, and the CSRF tokens that go with them.
  new RegExp(String.raw`(?<=(?:!|%21)[\w.-]{1,99}(?:=|%3D))${UUID}`, "gi"),
  /\bPVE\w{0,9}(?::|%3A)[\w.@%-]{1,99}(?::|%3A)[0-9A-F]{8}(?::|%3A){2}[\w+/=%]{20,}/gi,
  /\b[0-9A-F]{8}:[A-Za-z0-9+/]{27,}={0,2}/g,
  // kubeconfig, talosconfig, and whatever calls its values by such a name.
  new RegExp(`(?<=client-key-data${IS})[A-Za-z0-9+/=]{16,}`, "g"),
  {
    pattern: new RegExp(
      String.raw`(?<=(?:password|passwd|passphrase|token|secret|secret[_-]?(?:access[_-]?)?key)${IS})[^\s"'\x60,;&(){}<>\\$]{12,}`,
      "gi",
    ),
    isSecret: isValue,
  },
  // Bootstrap tokens of Kubernetes and Talos.
  /(?<![\w.-])(?=[a-z.]*\d)[a-z0-9]{6}\.[a-z0-9]{16}(?![\w.-])/g,
  // JSON Web Tokens, HTTP's own headers, passwords in addresses.
  /(?<![\w-])eyJ[\w-]{10,}\.eyJ[\w-]{10,}\.[\w-]{10,}/g,
  /(?<=\b(?:Bearer|Basic) )[\w.~+/-]{16,}={0,2}/g,
  /(?<=:\/\/[^\s/:@"']{1,99}:)[^\s/@:"']{3,}(?=@)/g,
  /\b(?:gh[pousr]_[A-Za-z0-9]{36,}|github_pat_\w{22,}|glpat-[\w-]{20,})/g,
];

/** Where in the text something is that looks like a secret. */
export function findByLooks(text: string): readonly Part[] {
  const found = PATTERNS.flatMap((each) => {
    const { pattern, isSecret = () => true } = each instanceof RegExp ? { pattern: each } : each;
    return [...text.matchAll(pattern)]
      .filter(({ 0: secret }) => isSecret(secret))
      .map(({ 0: secret, index }): Part => [index, index + secret.length]);
  });
  return [...findPrivateKeys(text), ...found];
}

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

/** Private keys in a text: PEM and OpenSSH, whole, within a string, or cut off. */
function findPrivateKeys(text: string): readonly Part[] {
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
