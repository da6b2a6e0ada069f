/** Objects as a table (meta.k8s.io/v1 Table). */
import type { Fields } from "../objects/fields.ts";
import { columnsOf } from "./columns.ts";
import { groupVersionOf, type Kind } from "./kinds.ts";

/** What of each object a row has with it. */
export type Include = "Metadata" | "Object" | "None";

/** @param now RFC 3339 */
export function tableOf(
  kind: Kind,
  items: readonly Fields[],
  metadata: Fields,
  now: string,
  include: Include = "Metadata",
): Fields {
  const columns = columnsOf(kind);
  const object = (item: Fields): Fields => {
    if (include === "Object") return { kind: kind.kind, apiVersion: groupVersionOf(kind), ...item };
    return { kind: "PartialObjectMetadata", apiVersion: "meta.k8s.io/v1", metadata: item["metadata"] ?? {} };
  };
  return {
    kind: "Table",
    apiVersion: "meta.k8s.io/v1",
    metadata,
    columnDefinitions: columns.map(([name, , priority = 0]) => ({
      name,
      type: "string",
      format: name === "Name" ? "name" : "",
      description: "",
      priority,
    })),
    rows: items.map((item) => ({
      cells: columns.map(([, cell]) => cell(item, Date.parse(now))),
      ...(include !== "None" && { object: object(item) }),
    })),
  };
}

/** Whether a client would rather have a table. */
export function wantsTable(accept: string | undefined): boolean {
  return (accept ?? "").split(",").some((type) => /;as=Table\b/.test(type) && /;v=v1\b/.test(type));
}
