/** What in a secret document is a secret by itself. Its other lines are ordinary words that stand in half of what is printed. */

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

/** The parts of a secret of several lines that are looked for one by one. */
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
