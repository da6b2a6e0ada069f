/** The documents of a machine configuration that Talos 1.13 knows. */
import { readNotation, type Struct } from "./notation.ts";
import { documentsNotation } from "./schema-documents.ts";
import { v1alpha1Notation } from "./schema-v1alpha1.ts";

const v1alpha1 = readNotation(v1alpha1Notation);
const others = readNotation(documentsNotation);

/** The kind of the first document, which names none. */
export const mainKind = "v1alpha1";

/** Kinds of documents, beside the first. */
export const kinds: readonly string[] = [...others.documents].sort();

/** The structure of a document by its kind; undefined where Talos knows no such kind. */
export function documentStruct(kind: string): Struct | undefined {
  if (kind === mainKind) return v1alpha1.structs.get("Config");
  return others.documents.has(kind) ? others.structs.get(kind) : undefined;
}

/** Whether documents of a kind are told apart by name: LinkConfig is, HostnameConfig there can be only one of. */
export function isNamed(kind: string): boolean {
  return kind !== mainKind && documentStruct(kind)?.fields.has("name") === true;
}
