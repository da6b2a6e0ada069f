/** What lists of a bucket are of, by names: a prefix, a range, and folders that are folded. */
import { ServiceRefusal } from "../../model/refusals.ts";

/** What is asked for, in the order of names; those of one name stay in theirs. */
interface Selection<T> {
  readonly found: readonly T[];
  /** The folder that a name is folded into; null where the name itself is listed. */
  folder(name: string): string | null;
  readonly prefixes: readonly string[];
}

/** @throws ServiceRefusal 400 for a delimiter that there is not */
export function selection<T extends { readonly name: string }>(
  query: URLSearchParams,
  all: readonly T[],
): Selection<T> {
  const [prefix, start, end] = [query.get("prefix") ?? "", query.get("start") ?? "", query.get("end")];
  const [after, delimiter] = [query.get("startAfter"), query.get("delimiter")];
  if (delimiter && delimiter !== "/")
    throw new ServiceRefusal(400, "InvalidParameter", `delimiter ${delimiter} is not valid: only / is.`, "");
  const found = all
    .filter(({ name }) => name.startsWith(prefix) && name >= start && (!end || name < end) && (!after || name > after))
    .toSorted((a, b) => (a.name < b.name ? -1 : Number(a.name > b.name)));
  const folder = (name: string): string | null => {
    const at = delimiter ? name.indexOf(delimiter, prefix.length) : -1;
    return at < 0 ? null : name.slice(0, at + 1);
  };
  const folders = found.map(({ name }) => folder(name)).filter((name) => name !== null);
  return { found, folder, prefixes: [...new Set(folders)] };
}
