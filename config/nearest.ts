/** "Did you mean": the known name that takes the fewest edits. */

function distance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (const [row, left] of [...a].entries()) {
    const current = [row + 1];
    for (const [column, right] of [...b].entries()) {
      const substituted = (previous[column] ?? 0) + (left === right ? 0 : 1);
      current.push(Math.min(substituted, (previous[column + 1] ?? 0) + 1, (current[column] ?? 0) + 1));
    }
    previous = current;
  }
  return previous[b.length] ?? 0;
}

/** The nearest of `known`, when it is near at all: a third of the letters differ, or one starts the other. */
export function nearest(name: string, known: readonly string[]): string | undefined {
  const wanted = name.toLowerCase().slice(0, 64);
  const scored = known.map((candidate) => {
    const lower = candidate.toLowerCase();
    const starts = wanted.length >= 3 && (lower.startsWith(wanted) || wanted.startsWith(lower));
    return { candidate, edits: starts ? 1 : distance(wanted, lower) };
  });
  const best = scored.toSorted((a, b) => a.edits - b.edits)[0];
  if (best === undefined) return undefined;
  return best.edits <= Math.max(1, Math.floor(best.candidate.length / 3)) ? best.candidate : undefined;
}
