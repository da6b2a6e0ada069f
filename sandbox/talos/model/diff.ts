/** The difference of two texts, as `diff -u` writes it. */

/** Lines around a change that are shown with it. */
const CONTEXT = 3;

interface Line {
  readonly sign: " " | "-" | "+";
  readonly text: string;
}

/** Empty where they are the same. */
export function unifiedDiff(before: string, after: string): string {
  if (before === after) return "";
  const lines = compared(linesOf(before), linesOf(after));
  const hunks = hunksOf(lines).map(([from, to]) => {
    const part = lines.slice(from, to);
    const start = (sign: Line["sign"]): number => lines.slice(0, from).filter((line) => line.sign !== sign).length + 1;
    const count = (sign: Line["sign"]): number => part.filter((line) => line.sign !== sign).length;
    const head = `@@ -${start("+")},${count("+")} +${start("-")},${count("-")} @@`;
    return [head, ...part.map(({ sign, text }) => `${sign}${text}`)].join("\n");
  });
  return `--- a\n+++ b\n${hunks.join("\n")}\n`;
}

const linesOf = (text: string): readonly string[] => (text === "" ? [] : text.replace(/\n$/, "").split("\n"));

/** Removes what only the first has and adds what only the second has, around their longest common lines. */
function compared(before: readonly string[], after: readonly string[]): readonly Line[] {
  let head = 0;
  while (head < before.length && head < after.length && before[head] === after[head]) head += 1;
  let tail = 0;
  const shorter = Math.min(before.length, after.length) - head;
  while (tail < shorter && before.at(-1 - tail) === after.at(-1 - tail)) tail += 1;
  const [old, fresh] = [before.slice(head, before.length - tail), after.slice(head, after.length - tail)];
  const same = (texts: readonly string[]): readonly Line[] => texts.map((text) => ({ sign: " ", text }));
  return [...same(before.slice(0, head)), ...middle(old, fresh), ...same(before.slice(before.length - tail))];
}

/** By a table of the longest common subsequences: configurations have some hundred lines. */
function middle(old: readonly string[], fresh: readonly string[]): readonly Line[] {
  const length = Array.from({ length: old.length + 1 }, () => new Uint32Array(fresh.length + 1));
  const at = (i: number, j: number): number => length[i]?.[j] ?? 0;
  for (let i = old.length - 1; i >= 0; i -= 1)
    for (let j = fresh.length - 1; j >= 0; j -= 1) {
      const row = length[i];
      if (row) row[j] = old[i] === fresh[j] ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1));
    }
  const lines: Line[] = [];
  let [i, j] = [0, 0];
  while (i < old.length || j < fresh.length) {
    if (i < old.length && j < fresh.length && old[i] === fresh[j]) {
      lines.push({ sign: " ", text: old[i] ?? "" });
      i += 1;
      j += 1;
    } else if (i < old.length && (j === fresh.length || at(i + 1, j) >= at(i, j + 1))) {
      lines.push({ sign: "-", text: old[i] ?? "" });
      i += 1;
    } else {
      lines.push({ sign: "+", text: fresh[j] ?? "" });
      j += 1;
    }
  }
  return lines;
}

/** From and to of each part that is shown. */
function hunksOf(lines: readonly Line[]): readonly (readonly [number, number])[] {
  const hunks: [number, number][] = [];
  for (const [index, { sign }] of lines.entries()) {
    if (sign === " ") continue;
    const [from, to] = [Math.max(0, index - CONTEXT), Math.min(lines.length, index + CONTEXT + 1)];
    const last = hunks.at(-1);
    if (last && from <= last[1]) last[1] = to;
    else hunks.push([from, to]);
  }
  return hunks;
}
