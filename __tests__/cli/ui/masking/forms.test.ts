import { generateKeyPairSync } from "node:crypto";
import * as fc from "fast-check";
import { generateSshKey } from "../../../../sandbox/pki/ssh-key.ts";
import { Masker } from "../../../../cli/ui/masker.ts";

const pem = generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey.export({ type: "pkcs8", format: "pem" });
const SECRETS = {
  "a PEM key": pem.toString(),
  "an OpenSSH key": generateSshKey("root@pve-1").private,
  "a token": "Xk39-fjQ_w0/vv+71s==",
  "a password with signs": `p"4'ss <w>&\\d/été 100% $HOME`,
  "base64 of a key": Buffer.from(pem.toString()).toString("base64"),
};

const indented = (width: number) => (text: string) => text.replaceAll(/^/gm, " ".repeat(width));
const wrapped = (length: number, text: string, between = "\n"): string =>
  text.match(new RegExp(`.{1,${length}}`, "gs"))?.join(between) ?? "";
const hex = (text: string): string => Buffer.from(text).toString("hex");
const json = (text: string): string => JSON.stringify(text).slice(1, -1);
const percent = (text: string): string => encodeURIComponent(text).replaceAll("'", "%27");
const base64 = (text: string): string => Buffer.from(text).toString("base64");

/** What is done to a secret on its way to a screen; any two of them, one after the other. */
const FORMS: Readonly<Record<string, (text: string) => string>> = {
  "as it is": (text) => text,
  indented: indented(6),
  "with ends of lines of Windows": (text) => text.replaceAll("\n", "\r\n"),
  JSON: json,
  "JSON, three times": (text) => json(json(json(text))),
  "JSON of Go": (text) =>
    json(text).replaceAll(/[<>&]/g, (sign) => `\\u00${sign.charCodeAt(0).toString(16).padStart(2, "0")}`),
  "JSON of ASCII": (text) =>
    json(text).replaceAll(/[^\x20-\x7e]/g, (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, "0")}`),
  percent,
  "percent, lower case": (text) => percent(text).replaceAll(/%../g, (code) => code.toLowerCase()),
  "percent, twice": (text) => percent(percent(text)),
  "a field of a form": (text) => percent(text).replaceAll("%20", "+"),
  HTML: (text) =>
    text
      .replaceAll("&", "&amp;")
      .replaceAll("<", "&lt;")
      .replaceAll(">", "&gt;")
      .replaceAll('"', "&quot;")
      .replaceAll("'", "&#x27;"),
  "HTML of Go": (text) =>
    text
      .replaceAll("&", "&amp;")
      .replaceAll("<", "&lt;")
      .replaceAll(">", "&gt;")
      .replaceAll('"', "&#34;")
      .replaceAll("'", "&#39;"),
  "quoted for a shell": (text) => `'${text.replaceAll("'", `'\\''`)}'`,
  "escaped for a shell": (text) => text.replaceAll(/[^\w\n]/g, (sign) => `\\${sign}`),
  base64,
  base64url: (text) => Buffer.from(text).toString("base64url"),
  hexadecimal: hex,
  "hexadecimal, upper case": (text) => hex(text).toUpperCase(),
  "hexadecimal with colons": (text) => wrapped(2, hex(text), ":"),
};

/** Both are in no secret and no form of one. */
const OPEN = ["<<< ", " >>>"] as const;

function mask(secret: string, text: string): string {
  const masker = new Masker();
  masker.learn(secret);
  return masker.masked(text);
}

/** Of a line, or as much of it as a part has. */
const LABEL = /p?r?o?x?m?o?x \||\b(?:p|pr|pro|prox|proxm|proxmo|proxmox)$/g;

/** Nothing of a form that is as long as this may be left of it. */
const LEFT = 12;

function expectNone(secret: string, form: string, what: string): void {
  const [before, after] = OPEN;
  const shown = mask(secret, `${before}${form}${after}`);
  const places = [...form].map((_, at) => form.slice(at, at + LEFT)).filter((part) => part.length === LEFT);
  const seen = places.filter((part) => /\w{4}/.test(part.replaceAll(LABEL, "")) && shown.includes(part));
  if (seen.length > 0) throw new Error(`${what}: ${JSON.stringify(seen[0])} is left of ${JSON.stringify(form)}`);
}

const secrets = fc.constantFrom(...Object.entries(SECRETS));
const form = fc.constantFrom(...Object.entries(FORMS));

it.each(Object.keys(FORMS))("each secret is masked in this form: %s", (name) => {
  for (const [what, secret] of Object.entries(SECRETS)) {
    const written = FORMS[name]?.(secret) ?? "";
    // The ends of lines at both ends of a key are in no way secret.
    expectNone(secret, written.replace(/^\s+|\s+$/g, ""), what);
  }
});

it("no secret survives any two forms, at any alignment, in lines of any length, with any indentation or label", () => {
  fc.assert(
    fc.property(
      secrets,
      form,
      fc.constantFrom("as it is", "base64", "base64url", "hexadecimal", "JSON"),
      fc.nat({ max: 3 }),
      fc.integer({ min: 20, max: 100 }),
      fc.constantFrom("\n", "\r\n", "\n      ", "\\n", "\nproxmox | "),
      ([what, secret], [first, inner], outer, shift, length, end) => {
        const written = FORMS[outer]?.(`${"x".repeat(shift)} ${inner(secret.trim()).trim()}`) ?? "";
        const readable = outer === "as it is" || outer === "JSON";
        expectNone(
          secret,
          readable ? written.trim().slice(shift) : wrapped(length, written, end),
          `${what}, ${first}, ${outer}, ${shift}, ${length}`,
        );
      },
    ),
    { numRuns: 300 },
  );
});
