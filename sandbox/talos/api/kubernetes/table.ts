/** Lists as kubectl shows them: the server makes the columns (meta.k8s.io/v1 Table). */
import type { KubernetesNamespace } from "./namespaces.ts";
import type { KubernetesNode } from "./nodes.ts";

interface Column<Item> {
  readonly name: string;
  /** 0 is always shown, 1 with `-o wide`. */
  readonly priority?: 0 | 1;
  readonly cell: (item: Item, now: number) => string;
}

type Named = { readonly metadata: { readonly name: string; readonly creationTimestamp: string } };

const name = { name: "Name", cell: ({ metadata }: Named) => metadata.name };
const age = {
  name: "Age",
  cell: ({ metadata }: Named, now: number) => duration(now - Date.parse(metadata.creationTimestamp)),
};

const nodeColumns: readonly Column<KubernetesNode>[] = [
  name,
  { name: "Status", cell: ({ status }) => (status.conditions.some(isReady) ? "Ready" : "NotReady") },
  { name: "Roles", cell: ({ metadata }) => rolesOf(metadata.labels) },
  age,
  { name: "Version", cell: ({ status }) => status.nodeInfo["kubeletVersion"] ?? "" },
  { name: "Internal-IP", priority: 1, cell: ({ status }) => status.addresses[0]?.address ?? "<none>" },
  { name: "External-IP", priority: 1, cell: () => "<none>" },
  { name: "OS-Image", priority: 1, cell: ({ status }) => status.nodeInfo["osImage"] ?? "" },
  { name: "Kernel-Version", priority: 1, cell: ({ status }) => status.nodeInfo["kernelVersion"] ?? "<unknown>" },
  {
    name: "Container-Runtime",
    priority: 1,
    cell: ({ status }) => status.nodeInfo["containerRuntimeVersion"] ?? "<unknown>",
  },
];

const namespaceColumns: readonly Column<KubernetesNamespace>[] = [
  name,
  { name: "Status", cell: ({ status }) => status.phase },
  age,
];

function isReady({ type, status }: { readonly type: string; readonly status: string }): boolean {
  return type === "Ready" && status === "True";
}

function rolesOf(labels: Readonly<Record<string, string>>): string {
  const prefix = "node-role.kubernetes.io/";
  const roles = Object.keys(labels).flatMap((label) => (label.startsWith(prefix) ? [label.slice(prefix.length)] : []));
  return roles.join(",") || "<none>";
}

/** As kubectl writes ages: `5s`, `3m`, `2h`, `4d`. */
function duration(milliseconds: number): string {
  const seconds = Math.max(0, Math.floor(milliseconds / 1000));
  if (seconds < 120) return `${seconds}s`;
  if (seconds < 3 * 3600) return `${Math.floor(seconds / 60)}m`;
  return seconds < 48 * 3600 ? `${Math.floor(seconds / 3600)}h` : `${Math.floor(seconds / 86_400)}d`;
}

/** Nodes as a table. @param now RFC 3339 */
export function nodeTable(items: readonly KubernetesNode[], now: string): object {
  return table(nodeColumns, "Node", items, now);
}

/** Namespaces as a table. @param now RFC 3339 */
export function namespaceTable(items: readonly KubernetesNamespace[], now: string): object {
  return table(namespaceColumns, "Namespace", items, now);
}

function table<Item extends Named>(
  columns: readonly Column<Item>[],
  kind: string,
  items: readonly Item[],
  now: string,
): object {
  return {
    kind: "Table",
    apiVersion: "meta.k8s.io/v1",
    metadata: { resourceVersion: "1" },
    columnDefinitions: columns.map((column) => ({
      name: column.name,
      type: "string",
      format: column.name === "Name" ? "name" : "",
      description: "",
      priority: column.priority ?? 0,
    })),
    rows: items.map((item) => ({
      cells: columns.map(({ cell }) => cell(item, Date.parse(now))),
      object: { kind, apiVersion: "v1", metadata: item.metadata },
    })),
  };
}

/** Whether a client would rather have a table. */
export function wantsTable(accept: string | undefined): boolean {
  return (accept ?? "").split(",").some((type) => /;as=Table\b/.test(type) && /;v=v1\b/.test(type));
}
