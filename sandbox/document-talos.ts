/** What of Talos is played, from its methods and its types of resources. */
import { table } from "./document-calls.ts";
import { services } from "./talos/api/services.ts";
import { KINDS } from "./talos/model/resources/index.ts";
import type { Kind } from "./talos/model/resources/kind.ts";

function listed(names: readonly string[]): string {
  return names.toSorted().join(", ");
}

function methodRows(): readonly (readonly string[])[] {
  return services().map(({ name, definition, methods }) => {
    const names = Object.keys(definition);
    const refused = names.flatMap((each) => {
      const method = methods[each];
      const what = method && "unplayed" in method ? method.unplayed : undefined;
      return what === undefined ? [] : `${each} (${what})`;
    });
    const answered = names.filter((each) => each in methods && !refused.some((one) => one.startsWith(`${each} (`)));
    const absent = names.filter((each) => !(each in methods));
    return [`\`${name}\``, listed(answered), listed([...refused, ...absent])];
  });
}

/** As `talosctl get` takes it. */
function nameOf({ type }: Kind): string {
  return (type.split(".")[0] ?? "").toLowerCase();
}

function kindRows(): readonly (readonly string[])[] {
  const groups = Map.groupBy(KINDS, ({ type }) => type.split(".").slice(1).join("."));
  return [...groups]
    .toSorted(([a], [b]) => a.localeCompare(b, "en"))
    .map(([group, kinds]) => [
      `\`${group}\``,
      listed(kinds.filter((kind) => !kind.unplayed).map(nameOf)),
      listed(kinds.filter((kind) => kind.unplayed).map(nameOf)),
    ]);
}

/** The chapter. */
export function documentTalos(): string {
  const played = KINDS.filter((kind) => !kind.unplayed).length;
  return `## Talos

**What is not there** is \`UNIMPLEMENTED\` with its name: a method, and a type of resource; an empty list would say that a machine has
nothing of it.

### Methods

${table(["service", "answered", "`UNIMPLEMENTED`"], methodRows())}

\`cosi.resource.State\` has no method that changes a resource.

### Types of resources

${played} types that \`talosctl get\` reads and watches, and ${KINDS.length - played} that it knows by name alone:

${table(["group", "played", "`UNIMPLEMENTED`"], kindRows())}
`;
}
