/** Calls of an API by the names that a person has for them, and tables of them, for docs/played.md. */

/** A call of an API. */
export interface ApiCall {
  readonly method: string;
  /** Whatever a path has in it stands as `{}`: `/20160918/vcns/{}`. */
  readonly path: string;
}

/** What is usually done with a collection, after its own path. */
const USUAL: Readonly<Record<string, string>> = {
  "GET ": "list",
  "POST ": "create",
  "GET {}": "get",
  "HEAD {}": "head",
  "PUT {}": "update",
  "DELETE {}": "delete",
  "PUT ": "update",
  "DELETE ": "delete",
  "POST {}/actions/changeCompartment": "move",
  "POST {}/changeCompartment": "move",
};
const ACTION = /^(?:\{\}\/)?actions\/(\w+)$/;

/** @param calls methods by path, as calls.json has them */
export function callsIn(calls: Readonly<Record<string, string>>): readonly ApiCall[] {
  return Object.entries(calls).flatMap(([path, methods]) => methods.split(" ").map((method) => call(method, path)));
}

/** A call, without the names of what stands in its path. */
export function call(method: string, path: string): ApiCall {
  return { method, path: path.replaceAll(/\{[^}]+\}/g, "{}") };
}

/** One text for each call, by which they are told apart. */
export function keyOf({ method, path }: ApiCall): string {
  return `${method} ${path}`;
}

/** By method and path below a collection: `GET PUT {}/shapes/{}`. */
export function pathsOf(collection: string, calls: readonly ApiCall[]): readonly string[] {
  const byRest = Map.groupBy(calls, ({ path }) => path.slice(collection.length).replace(/^\//, ""));
  return [...byRest]
    .map(([rest, at]) => ({ rest, methods: at.map(({ method }) => method).toSorted() }))
    .toSorted((a, b) => a.rest.localeCompare(b.rest, "en"))
    .map(({ rest, methods }) => `\`${[...methods, rest].join(" ").trim()}\``);
}

/** The usual calls of a collection by their names, actions by theirs, the others by method and path. */
export function namesOf(collection: string, calls: readonly ApiCall[]): string {
  const usual: string[] = [];
  const actions: string[] = [];
  const others: ApiCall[] = [];
  const isOne = calls.some((each) => keyOf(each) === `PUT ${collection}`);
  for (const each of calls) {
    const rest = each.path.slice(collection.length + 1);
    const [name, action] = [USUAL[`${each.method} ${rest}`], ACTION.exec(rest)?.[1]];
    if (name !== undefined) usual.push(isOne && name === "list" ? "get" : name);
    else if (action !== undefined && each.method === "POST") actions.push(action);
    else others.push(each);
  }
  const order = Object.values(USUAL);
  const named = usual.toSorted((a, b) => order.indexOf(a) - order.indexOf(b));
  return [...named, ...actions.toSorted(), ...pathsOf(collection, others)].join(", ");
}

/** Not padded: some cells are long. */
export function table(headings: readonly string[], rows: readonly (readonly string[])[]): string {
  const lines = [headings, headings.map(() => "---"), ...rows].map((cells) => `| ${cells.join(" | ")} |`);
  return `<!-- prettier-ignore-start -->\n\n${lines.join("\n")}\n\n<!-- prettier-ignore-end -->`;
}
