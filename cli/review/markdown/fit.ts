/** Makes the parts of a comment fit: what is longest is cut first, and what was cut says so. */

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

/** The highest level at which sizes cut to it add up to the budget: as water levels out in vessels. */
function waterLevel(sizes: readonly number[], budget: number): number {
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
  const level = waterLevel(
    parts.map(({ lines }) => sizeOf(lines)),
    budget - leastSize(parts),
  );
  return parts.map((part) => {
    const { open, close } = part;
    return [...(open === "" ? [] : [open]), ...cut(part, level), ...(close === "" ? [] : [close])].join("\n");
  });
}
