/** The types and namespaces themselves, as resources: what `talosctl get` looks a word up in (cosi-project/runtime v1.16, meta). */
import type { Kind, Resources } from "./kind.ts";
import type { Fields } from "./spec.ts";

const namespace = "meta";

/** What Talos says of its namespaces (v1alpha2_state.go). */
const NAMESPACES: Readonly<Record<string, string>> = {
  cluster: "Cluster configuration and discovery resources.",
  config: "Talos node configuration.",
  controlplane: "Kubernetes control plane resources.",
  etcd: "etcd resources.",
  hardware: "Hardware resources.",
  k8s: "Kubernetes all node types resources.",
  kubespan: "KubeSpan resources.",
  meta: "Metadata about namespaces and resource definitions.",
  network: "Networking resources.",
  perf: "Stats resources.",
  runtime: "Talos runtime resources.",
  secrets: "Resources with secret material.",
};

/** @param known those that are not of this file */
export function definitionKinds(known: readonly Kind[]): readonly Kind[] {
  const namespaces: Kind = {
    type: "Namespaces.meta.cosi.dev",
    namespace,
    aliases: ["ns"],
    columns: { Description: "{.description}" },
    spec: "description:1",
    always: () => Object.fromEntries(Object.entries(NAMESPACES).map(([id, description]) => [id, { description }])),
  };
  const definitions: Kind = {
    type: "ResourceDefinitions.meta.cosi.dev",
    namespace,
    aliases: ["api-resources"],
    columns: { Aliases: "{.aliases[:]}" },
    spec: `type:1 displayType:2 defaultNamespace:3 aliases:4* allAliases:5* printColumns:6*={name:1 jsonPath:2}
      sensitivity:7=(|sensitive)`,
    always: () => all,
  };
  const all: Resources = Object.fromEntries(
    [...known, namespaces, definitions].map((kind) => [kind.type.toLowerCase(), definitionOf(kind)]),
  );
  return [namespaces, definitions];
}

/** Names follow from the type: its singular, its plural with and without parts of the suffix, and its capitals. */
function definitionOf({ type, namespace: defaultNamespace, aliases: own = [], columns = {}, sensitive }: Kind): Fields {
  const [plural = "", ...suffix] = type.split(".");
  const displayType = plural.replace(/ies$/, "y").replace(/(ss|us)es$|s$/, "$1");
  const capitals = plural.replaceAll(/[^A-Z]/g, "");
  const short = capitals.length > 1 ? [capitals, ...(capitals.endsWith("S") ? [] : [`${capitals}s`])] : [];
  const aliases = [...own, displayType, ...short].map((name) => name.toLowerCase());
  const name = plural.toLowerCase();
  const dotted = suffix.slice(0, -1).map((_, index) => [name, ...suffix.slice(0, index + 1)].join("."));
  return {
    type,
    displayType,
    defaultNamespace,
    aliases,
    allAliases: [name, ...dotted, ...aliases],
    printColumns: Object.entries(columns).map(([title, jsonPath]) => ({ name: title, jsonPath })),
    sensitivity: sensitive ? "sensitive" : "",
  };
}
