/** Secrets that tell themselves by how they look, wherever they come from. */

const UUID = "[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}";
/** Between a name and its value, in YAML, JSON (also within a string of it), HCL and shells. */
const IS = String.raw`\\?["']?\s{0,9}[:=]\s{0,9}\\?["']?`;
/** Of a token of Proxmox: its name is no secret. */
const TOKEN_ID = String.raw`[\w.-]+(?:@|%40)\w+(?:!|%21)`;
const KEY_HEADER = "-----BEGIN (?:[A-Z0-9]+ )*PRIVATE KEY-----";
/** Ends of lines as such, and as written in a string. */
const BREAK = String.raw`(?:\s|\\+[nrt])`;

/** A private key that begins, and has not ended yet. */
export const OPEN_KEY = new RegExp(`${KEY_HEADER}(?![^]*-----END )`);

/**
 * What is masked by its looks. Where only a part is secret the rest is looked at, not matched. Each keeps to what cannot be
 * ordinary text: a header without a key below it is one, and so is a word after `token:` that has no digit.
 */
export const PATTERNS: readonly RegExp[] = [
  // PEM and OpenSSH private keys: to their end; of one that is cut off, the lines that are there.
  new RegExp(`${KEY_HEADER}(?=[^]*?[A-Za-z0-9+/=]{16})[^]*?-----END (?:[A-Z0-9]+ )*PRIVATE KEY-----`, "g"),
  new RegExp(`${KEY_HEADER}(?:${BREAK}*[A-Za-z0-9+/=]{16,})+(?:${BREAK}*[A-Za-z0-9+/]+={0,2}(?=${BREAK}|$))?`, "g"),
  // The same in base64, as in a kubeconfig; certificates and public keys begin otherwise.
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
  new RegExp(
    String.raw`(?<=(?:password|passwd|passphrase|token|secret|secret[_-]?(?:access[_-]?)?key)${IS})(?!${TOKEN_ID})(?=[^\s"'\x60,;&)}\\]*\d)[^\s"'\x60,;&(){}<>\\$]{12,}`,
    "gi",
  ),
  // Bootstrap tokens of Kubernetes and Talos.
  /(?<![\w.-])(?=[a-z.]*\d)[a-z0-9]{6}\.[a-z0-9]{16}(?![\w.-])/g,
  // JSON Web Tokens, HTTP's own headers, passwords in addresses.
  /\beyJ[\w-]{10,}\.eyJ[\w-]{10,}\.[\w-]{10,}/g,
  /(?<=\b(?:Bearer|Basic) )[\w.~+/-]{16,}={0,2}/g,
  /(?<=:\/\/[^\s/:@"']{1,99}:)[^\s/@:"']{3,}(?=@)/g,
  /\b(?:gh[pousr]_[A-Za-z0-9]{36,}|github_pat_\w{22,}|glpat-[\w-]{20,})/g,
];
