/** How one secret is written in different places, to the character: what a view of the text cannot tell for sure. */

function inJson(text: string): string {
  return JSON.stringify(text).slice(1, -1);
}

/** As Go writes JSON: terraform and every provider. */
function inGoJson(text: string): string {
  const code = (sign: string): string => `\\u${sign.charCodeAt(0).toString(16).padStart(4, "0")}`;
  return inJson(text).replaceAll(/[<>&]/g, code);
}

/** A secret as it is, in JSON, in JSON within JSON, in an address or a form, and in base64 of either alphabet. */
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
