/** What of Proxmox VE is played, from the routes and Proxmox VE's own list of calls. */
import { type ApiCall, call, callsIn, keyOf, pathsOf, table } from "./document-calls.ts";
import described from "./proxmox/api/calls.json" with { type: "json" };
import { ROUTES } from "./proxmox/api/routes.ts";

const answered = new Map(ROUTES.map(({ method, path }) => call(method, path)).map((each) => [keyOf(each), each]));
const known = new Map(callsIn(described).map((each) => [keyOf(each), each]));

/** `access/users`, `nodes/{}/qemu`. */
function groupOf({ path }: ApiCall): string {
  const names = path.split("/");
  return names
    .slice(0, names[0] === "nodes" ? 3 : 2)
    .filter((name, index) => name !== "{}" || (index === 1 && names.length > 2))
    .join("/");
}

/** The chapter. */
export function documentProxmox(): string {
  const every = new Map([...known, ...answered]);
  const groups = [...Map.groupBy(every.values(), groupOf)]
    .map(([group, calls]) => ({ group, calls, absent: calls.filter((each) => !answered.has(keyOf(each))) }))
    .toSorted((a, b) => a.group.localeCompare(b.group, "en"));
  const rows = groups
    .filter(({ calls, absent }) => absent.length < calls.length)
    .map(({ group, calls, absent }) => {
      const count = `${calls.length - absent.length} of ${calls.length}`;
      return [`\`${group}\``, count, pathsOf(group, absent).join(", ")];
    });
  const none = groups.filter(({ calls, absent }) => absent.length === calls.length);
  const more = [...answered.keys()].filter((key) => !known.has(key)).length;
  return `## Proxmox VE

Proxmox VE 9.1 describes ${known.size} calls. ${answered.size - more} of them are answered, and ${more} newer ones, of models of CPUs.

**What is not there** is answered 501 \`Method 'GET /…' not implemented\`, as Proxmox VE says it of what it has not.

${table(["below", "answered", "501"], rows)}

501 altogether, with the number of their calls: ${none.map(({ group, calls }) => `\`${group}\` (${calls.length})`).join(", ")}.
`;
}
