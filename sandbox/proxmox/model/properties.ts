/** PVE's property strings: `data:vm-100-disk-0,discard=on,size=20G`, where the first value may stand without its key. */

/** Parses a property string. `unnamed` is the key of the value that has none. */
export function properties(text: string, unnamed: string): Map<string, string> {
  return new Map(
    text
      .split(",")
      .filter((part) => part !== "")
      .map((part) => {
        const at = part.indexOf("=");
        return at < 0 ? [unnamed, part] : [part.slice(0, at), part.slice(at + 1)];
      }),
  );
}

/** Prints a property string: the unnamed value first, then the required one, the rest in alphabetical order, as PVE does. */
export function propertyString(values: ReadonlyMap<string, string>, unnamed: string, required = ""): string {
  const first = values.get(unnamed);
  const rank = (key: string): string => (key === required ? "" : key);
  const rest = [...values].filter(([key]) => key !== unnamed).sort(([a], [b]) => (rank(a) < rank(b) ? -1 : 1));
  return [...(first === undefined ? [] : [first]), ...rest.map(([key, value]) => `${key}=${value}`)].join(",");
}

const UNITS = ["", "K", "M", "G", "T"] as const;

/** `20G` for as long as the number is whole. */
export function formatSize(bytes: number): string {
  let size = bytes;
  let unit = 0;
  while (size > 0 && size % 1024 === 0 && unit < UNITS.length - 1) {
    size /= 1024;
    unit += 1;
  }
  return `${size}${UNITS[unit] ?? ""}`;
}

/** Bytes of `20G`, `4M`, `512`; undefined where it is no size. */
export function parseSize(text: string): number | undefined {
  const match = /^(\d+(?:\.\d+)?)([KMGT]?)$/.exec(text);
  if (!match) return undefined;
  const [, digits = "", unit = ""] = match;
  return Number(digits) * 1024 ** UNITS.findIndex((candidate) => candidate === unit);
}
