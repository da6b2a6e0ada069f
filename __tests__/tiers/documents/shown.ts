/** What a document shows of a command's output, held against what it printed. */

/**
 * What is another in each run: durations, times, addresses on loopback and of documentation, ids, folders, versions of tools, and how far a
 * deploy came that failed.
 */
const VARIES =
  /…|\b\d+(\.\d+)? ?(ms|s|m)\b|\d{4}-\d\d-\d\d[T ][\d:.-]+Z?|(https?:\/\/)?127\.0\.0\.1:\d+|\b192\.0\.2\.\d+|ocid1\.[\w.-]+|\b[0-9a-f]{12,}\b|(\/[\w.@-]+)+|\bv?\d+\.\d+\.\d+\b|^\d+(?= {2})|(?<=failed after )\d+|(?<=tested )\d{4}-\d\d-\d\d/g;

/** `RegExp.escape`, which Node has from 24 on. */
function literally(text: string): string {
  return text.replaceAll(/[\\^$.*+?()[\]{}|/]/g, "\\$&");
}

function pattern(line: string): RegExp {
  const parts: string[] = [];
  let end = 0;
  for (const match of line.matchAll(VARIES)) {
    parts.push(literally(line.slice(end, match.index)), match[0] === "…" ? ".*" : "\\S+( ?(ms|s|m)\\b)?");
    end = match.index + match[0].length;
  }
  parts.push(literally(line.slice(end)));
  // How wide a column is depends on what else stands in it.
  return new RegExp(`^${parts.join("").replaceAll(/ +/g, " +")}`);
}

/** Lines that are shown and were not printed. A line `…` stands for lines left out. */
export function missing(shown: readonly string[], printed: string): readonly string[] {
  const lines = printed.split("\n").map((line) => line.trim());
  return shown
    .map((line) => line.trim())
    .filter((line) => line !== "" && line !== "…")
    .filter((line) => {
      const expected = pattern(line);
      return !lines.some((each) => expected.test(each));
    });
}
