/** What a document shows of a command's output, held against what it printed. */

/** What is another in each run. */
const VARIES = new RegExp(
  [
    /…/, // whatever a document leaves out
    /\b\d+(\.\d+)? ?(ms|s|m)\b/, // durations
    /\d{4}-\d\d-\d\d[T ][\d:.-]+Z?|(?<=(tested|until) )\d{4}-\d\d-\d\d/, // times
    /(https?:\/\/)?127\.0\.0\.1:\d+|\b192\.0\.2\.\d+/, // addresses of the sandbox
    /ocid1\.[\w.-]+|\b[0-9a-f]{12,}\b|^\d+(?= {2})/, // ids
    /(\/[\w.@-]+)+/, // folders
    /\bv?\d+\.\d+\.\d+\b/, // versions of tools
    /(?<=serial )\d+/, // two objects that are made at once are written at once
    /(?<=failed after )\d+/, // how far a deploy came beside what failed
  ]
    .map(({ source }) => source)
    .join("|"),
  "g",
);

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
