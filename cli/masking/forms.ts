/** How one secret is written in different places. */

/** Characters of base64 that depend on bytes before the value, by how many of these there are (modulo 3). */
const SHARED = [0, 2, 3] as const;

/** The value in base64, as it looks within something longer: it depends on where in a group of three bytes it begins. */
function inBase64(bytes: Buffer): readonly string[] {
  return SHARED.map((shared, before) => {
    const text = Buffer.concat([Buffer.alloc(before), bytes])
      .toString("base64")
      .replace(/=+$/, "");
    // The last character also holds bits of what follows, unless the value fills its group.
    return text.slice(shared, (before + bytes.length) % 3 === 0 ? text.length : -1);
  });
}

function inJson(text: string): string {
  return JSON.stringify(text).slice(1, -1);
}

/** As Go writes JSON: terraform and every provider. */
function inGoJson(text: string): string {
  const code = (sign: string): string => `\\u${sign.charCodeAt(0).toString(16).padStart(4, "0")}`;
  return inJson(text).replaceAll(/[<>&]/g, code);
}

function inUrl(text: string): string {
  return encodeURIComponent(text.toWellFormed());
}

/** A secret as it is, in JSON, in JSON within JSON, in an address or a form, and in base64 of either alphabet. */
export function formsOf(secret: string): readonly string[] {
  const bytes = Buffer.from(secret);
  const base64 = [bytes.toString("base64"), ...inBase64(bytes)];
  return [
    secret,
    inJson(secret),
    inJson(inJson(secret)),
    inGoJson(secret),
    inUrl(secret),
    inUrl(secret).replaceAll("%20", "+"),
    ...base64,
    ...base64.map((text) => text.replaceAll("+", "-").replaceAll("/", "_")),
  ];
}
