/** What of OCI is played, from the declarations and the routes. */
import { type ApiCall, call, keyOf, namesOf, table } from "./document-calls.ts";
import { ROUTES } from "./oci/api/routes.ts";
import { declarations, parts } from "./oci/resources/index.ts";

interface Collection {
  readonly type: string;
  readonly path: string;
  readonly notPlayed?: readonly string[];
}

/** Object Storage is not declared: its calls have ways of their own. */
const STORAGE: readonly Collection[] = [
  { type: "oci_objectstorage_namespace", path: "/n" },
  { type: "oci_objectstorage_bucket", path: "/n/{}/b" },
  { type: "oci_objectstorage_object", path: "/n/{}/b/{}/o" },
  { type: "oci_objectstorage_object_lifecycle_policy", path: "/n/{}/b/{}/l" },
  { type: "oci_objectstorage_preauthrequest", path: "/n/{}/b/{}/p" },
];

const RESOURCES: readonly Collection[] = [
  ...declarations,
  ...parts.map(({ type, path, parent, notPlayed = [] }) => {
    return { type, path: call("", `${parent.path}/{id}/${path}`).path, notPlayed };
  }),
  ...STORAGE,
].toSorted((a, b) => (a.type < b.type ? -1 : 1));

/** Collections that are none of the provider's types. */
const MORE = ["/n/{}/b/{}/u", "/n/{}/b/{}/retentionRules"];

const answered = new Map(ROUTES.map(({ method, path }) => call(method, path)).map((each) => [keyOf(each), each]));

/** The longest of the paths above that are known as collections; else the first name. */
function collectionOf({ path }: ApiCall): string {
  const above = [...RESOURCES.map((each) => each.path), ...MORE].filter((each) => `${path}/`.startsWith(`${each}/`));
  const own = above.toSorted((a, b) => b.length - a.length)[0];
  return own ?? /^(\/\d{8})?\/[^/]+/.exec(path)?.[0] ?? path;
}

const byCollection = Map.groupBy(answered.values(), collectionOf);

/** What is answered of a collection. */
function cellsOf(path: string): readonly string[] {
  return [`\`${path}\``, namesOf(path, byCollection.get(path) ?? [])];
}

const ofResources = new Set(RESOURCES.map(({ path }) => path));
const others = [...byCollection]
  .filter(([path]) => !ofResources.has(path))
  .toSorted(([a], [b]) => a.localeCompare(b, "en"));

/** The chapter. */
export function documentOci(): string {
  const resources = RESOURCES.map(({ type, path, notPlayed = [] }) => {
    return [`\`${type}\``, ...cellsOf(path), notPlayed.map((argument) => `\`${argument}\``).join(", ")];
  });
  const rest = others.map(([path]) => cellsOf(path));
  return `## OCI

${answered.size} calls of core, identity, budgets, limits, certificates, both load balancers, Object Storage and work requests are answered.

**What is not there** is answered 400 \`NotPlayed\` with its name, a call of any service as well as an argument that a body says:
never 404, which clients take for an object that is gone, nor 405, which the real provider repeats for two minutes.

### Resources

By the names of oracle/oci; \`move\` is to another compartment, \`{}\` stands for an object's id or name.
\`POST {}\` acts on an instance, changes a bucket, and ends an upload in parts.

${table(["resource", "path", "calls", "arguments that are not there"], resources)}

### Other calls

${table(["path", "calls"], rest)}
`;
}
