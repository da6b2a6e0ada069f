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

/** A part of a comment. */
export interface Part {
  /** What stands before the lines and after them is never cut. */
  readonly open: string;
  readonly lines: readonly string[];
  /** The same with less detail, tried before any line is cut. */
  readonly brief?: readonly string[];
  readonly close: string;
  /** Stands in place of so many lines; at most `LONGEST_MORE` characters long. */
  readonly more: (count: number) => string;
}

const LONGEST_MORE = 200;

function sizeOf(lines: readonly string[]): number {
  return lines.reduce((sum, { length }) => sum + length + 1, 0);
}

/** What a part takes with all of its lines cut. */
function leastOf({ open, close }: Part): number {
  return open.length + close.length + LONGEST_MORE + 3;
}

/** What the parts take at least. */
export function leastSize(parts: readonly Part[]): number {
  return parts.reduce((sum, part) => sum + leastOf(part), 0);
}

/** The highest limit at which sizes that are cut to it add up to the budget: what is small leaves more to the others. */
function fairShare(sizes: readonly number[], budget: number): number {
  let left = budget;
  const ascending = sizes.toSorted((a, b) => a - b);
  for (const [index, size] of ascending.entries()) {
    const share = Math.floor(left / (ascending.length - index));
    if (size > share) return Math.max(0, share);
    left -= size;
  }
  return Infinity;
}

function cut({ lines, brief = lines, more }: Part, level: number): readonly string[] {
  if (sizeOf(lines) <= level) return lines;
  if (sizeOf(brief) <= level) return brief;
  let size = 0;
  const fits = brief.findIndex((line) => (size += line.length + 1) > level);
  return [...brief.slice(0, fits), more(brief.length - fits)];
}

/** The parts as text of at most `budget` characters, if that is at least their `leastSize`. */
export function fit(parts: readonly Part[], budget: number): readonly string[] {
  const level = fairShare(
    parts.map(({ lines }) => sizeOf(lines)),
    budget - leastSize(parts),
  );
  return parts.map((part) => {
    const { open, close } = part;
    return [...(open === "" ? [] : [open]), ...cut(part, level), ...(close === "" ? [] : [close])].join("\n");
  });
}
