/** docs/played.md, of Kubernetes. */
import { table } from "./document-calls.ts";
import { groupVersionOf, KINDS } from "./talos/api/kubernetes/kinds/kinds.ts";
import { REFUSED_VERSIONS } from "./talos/api/kubernetes/verbs/request.ts";
import { REFUSED_PARTS } from "./talos/api/kubernetes/verbs/parts.ts";

/** By group and version. */
function kinds(): string {
  const groups = Map.groupBy(KINDS, groupVersionOf);
  const rows = [...groups].map(([group, all]) => [`\`${group}\``, all.map(({ kind }) => kind).join(", ")]);
  return table(["version", "kinds"], rows);
}

function warned(): string {
  const rows = KINDS.filter(({ warning }) => warning !== "").map(({ kind, warning }) => [kind, warning]);
  return table(["kind", "what kubectl prints as a warning"], rows);
}

function refused(): string {
  const rows = Object.entries(REFUSED_PARTS).map(([part, [why, what]]) => {
    const of = KINDS.filter(({ parts }) => parts.some((each) => each === part)).map(
      ({ plural }) => `\`${plural}/${part}\``,
    );
    return [of.join(", "), `${why}: ${what} …`];
  });
  const versions = Object.entries(REFUSED_VERSIONS).map(([version, why]) => [`\`${version}\``, why]);
  return table(["path", "501 `NotImplemented`"], [...rows, ...versions]);
}

/** What the API server of a cluster has, keeps and refuses. */
export function documentKubernetes(): string {
  return `## Kubernetes

Of each kind: get, list, watch, create, update, delete, patches by JSON, merge, strategic merge and server-side apply; of reviews create alone.
With a CustomResourceDefinition its kind is there too, by its schema (no rules in CEL, no conversion), but for strategic merge.

${kinds()}

Some are kept, and nothing is done with them:

${warned()}

What would need a container or a token is refused, and so are some versions:

${refused()}
`;
}
