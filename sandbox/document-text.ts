/** The text of docs/played.md, from what the sandbox declares. */
import { table } from "./document-calls.ts";
import { documentKubernetes } from "./document-kubernetes.ts";
import { documentOci } from "./document-oci.ts";
import { documentProxmox } from "./document-proxmox.ts";
import { documentTalos } from "./document-talos.ts";
import { ociProvider } from "./oci/index.ts";
import { proxmoxProvider } from "./proxmox/index.ts";
import { talosProvider } from "./talos/index.ts";

const INTRODUCTION = `# What the sandbox plays

<!-- Made from the sandbox's own declarations by \`node sandbox/document.ts\`; edit those. -->

Call by call, and what one gets instead of what is not there. How true the played ones are, and what only looks as if it did something,
is in [the sandbox](sandbox.md).
`;

function standIns(): string {
  const names = (types: object): string => {
    return Object.keys(types)
      .toSorted()
      .map((type) => `\`${type}\``)
      .join(", ");
  };
  const rows = [ociProvider, proxmoxProvider, talosProvider].map(({ source, resources, dataSources }) => {
    return [`\`${source}\``, names(resources), names(dataSources)];
  });
  return `## Stand-ins of the providers

They have the types that the lab's stacks have: Terraform itself refuses others.

${table(["provider", "resources", "data sources"], rows)}
`;
}

/** All of docs/played.md. */
export function documentPlayed(): string {
  return [INTRODUCTION, documentOci(), documentProxmox(), documentTalos(), documentKubernetes(), standIns()].join("\n");
}
