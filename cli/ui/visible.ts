/**
 * What others wrote, so that it does nothing but show: a name, a description or an error of a service is anybody's text, and
 * a terminal obeys what is in it, as does the log of a workflow.
 */

/** Control, bidirectional and other invisible characters; those that join letters and emoji are left alone. */
const INVISIBLE = /[^\P{Cc}\n\t]|[\p{Zl}\p{Zp}]|[^\P{Cf}\u200c\u200d]/gu;
// oxlint-disable-next-line no-control-regex
const STYLE = /\u001B\[[0-9;]*m/g;
// oxlint-disable-next-line no-control-regex
const TERMINAL = /\u001B\[[0-9;?]*[A-HJKmhl]|\r/g;

/** As JSON writes it: within a JSON document it stays one. */
function escaped(character: string): string {
  return Array.from(
    { length: character.length },
    (_, at) => `\\u${character.charCodeAt(at).toString(16).padStart(4, "0")}`,
  ).join("");
}

/** With what cannot be seen made visible. Lines stay lines. */
export function visibleText(text: string): string {
  return text.replaceAll(/\r\n/g, "\n").replaceAll(INVISIBLE, escaped);
}

/** On one line: a name, a key, a message. */
export function visibleLine(text: string): string {
  return visibleText(text)
    .replaceAll("\n", String.raw`\n`)
    .replaceAll("\t", String.raw`\t`);
}

/** Lines after the first begin further right than anything that we say ourselves. */
export function continued(text: string): string {
  return text.replaceAll(/\n(?=\S)/g, "\n  ");
}

/** Leaves what `kept` matches as it is. */
function visibleBut(text: string, kept: RegExp): string {
  let result = "";
  let done = 0;
  for (const { 0: code, index } of text.matchAll(kept)) {
    result += text.slice(done, index).replaceAll(INVISIBLE, escaped) + code;
    done = index + code.length;
  }
  return result + text.slice(done).replaceAll(INVISIBLE, escaped);
}

/** A line that is painted in our colours. */
export function visibleLines(text: string): string {
  return visibleBut(text.replaceAll("\r\n", "\n"), STYLE);
}

/**
 * What leaves the process: whatever came past the other filters neither moves on a terminal nor writes to its clipboard,
 * and no line is a command to a workflow (`::error::`, `##[error]`; the runner reads indented ones too).
 *
 * @param terminal whether it is one, on which we move the cursor ourselves
 */
export function harmless(text: string, terminal: boolean): string {
  const shown = terminal ? visibleBut(text, TERMINAL) : visibleLines(text);
  return shown.replaceAll(/^([^\S\n]*):(?=:[A-Za-z])/gm, "$1: ").replaceAll("##[", "# #[");
}
