/**
 * Text from elsewhere in GitHub's Markdown, so that it shows as it is and does nothing: no markup, no mention of a person,
 * no reference to an issue. GitHub looks for those in neither `code` nor `pre`, so nearly all of it goes into code.
 */
import { stripVTControlCharacters } from "node:util";

/** No address is longer; what is, was made to be. */
const LONGEST = 300;

/** Control, bidirectional and other invisible characters, halves of pairs, and all that ends a line. */
const INVISIBLE = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu;

function escaped(character: string): string {
  if (character === "\n") return "\\n";
  return `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`;
}

/** On one line, at most 300 characters long, with what cannot be seen made visible. */
export function visible(text: string): string {
  const whole = text.slice(0, LONGEST + 1).replaceAll(INVISIBLE, escaped);
  return whole.length > LONGEST ? `${whole.slice(0, LONGEST).replace(/[\uD800-\uDBFF]$/, "")}…` : whole;
}

/** Longest run of backticks. */
function backticks(text: string): number {
  return Math.max(0, ...(text.match(/`+/g) ?? []).map(({ length }) => length));
}

/** A code span. In a cell of a table nothing protects a `|`, so it is shown broken, everywhere. */
export function code(text: string): string {
  const shown = visible(text).replaceAll("|", "¦");
  const fence = "`".repeat(backticks(shown) + 1);
  const pad = shown.trim() === "" || /^[` ]|[` ]$/.test(shown) ? " " : "";
  return shown === "" ? "` `" : `${fence}${pad}${shown}${pad}${fence}`;
}

/** Prose, such as a limit's label: every character that could mean something is written as an entity. */
export function words(text: string): string {
  return visible(text)
    .replaceAll(/[^\p{L}\p{N} .,:;()/%$=→…-]|:(?! )|(?<=www)\./giu, (character) => `&#${character.codePointAt(0)};`)
    .replaceAll(/(&#(?:35|64);)/g, "$1\u{2060}"); // GitHub looks for # and @ in what is rendered
}

/** Code in what is HTML already, such as a summary. */
export function htmlCode(text: string): string {
  const shown = visible(text).replaceAll(/[&<>"'`]/g, (character) => `&#${character.codePointAt(0)};`);
  return `<code>${shown}</code>`;
}

/** What a program said, by line, without its colours. */
export function linesOf(text: string): readonly string[] {
  return stripVTControlCharacters(text).replaceAll("\t", "  ").trim().split(/\r?\n/).map(visible);
}

/** A fence that none of the lines can close. */
export function fenceOf(lines: readonly string[]): string {
  return "`".repeat(Math.max(3, ...lines.map((line) => backticks(line) + 1)));
}
