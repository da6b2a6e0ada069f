/** JSON that anybody may have sent. */

/** Any JSON. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/** As Perl's JSON allows it to PVE; nothing that is asked of any of the services is ten deep. */
const DEEPEST = 512;

/**
 * Like JSON.parse, which takes any depth: what walks the value afterwards does so by calling itself.
 *
 * @throws SyntaxError
 */
export function parseJson(text: string): Json {
  let depth = 0;
  for (const [sign] of text.matchAll(/"(?:[^"\\]|\\.)*"?|[[{]|[\]}]/gs)) {
    if (sign === "[" || sign === "{") depth += 1;
    else if (sign === "]" || sign === "}") depth -= 1;
    if (depth > DEEPEST) throw new SyntaxError(`more than ${DEEPEST} levels deep`);
  }
  const value: Json = JSON.parse(text);
  return value;
}
