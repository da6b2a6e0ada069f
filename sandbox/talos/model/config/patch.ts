/** Config patches: strategic-merge YAML documents, with `$patch: delete` where something is to go. */
import { isMap, isScalar, isSeq, type Node, type YAMLSeq } from "yaml";
import { keyText, readYaml, scalarText } from "./decode.ts";
import { applyDeletion, type Deletion } from "./deletion.ts";
import {
  type ConfigDocument,
  documentId,
  kindOf,
  readConfiguration,
  readDocument,
  structOf,
  writeConfiguration,
} from "./documents.ts";
import { mergeStruct } from "./merge.ts";
import { isNamed } from "./schema.ts";
import { ConfigError } from "./value.ts";

/** What one patch does, in order. */
type PatchStep = { readonly merge: ConfigDocument } | { readonly remove: Deletion };

/** Reads a patch. Throws a one-line ConfigError where the provider refuses it. */
export function readPatch(text: string): readonly PatchStep[] {
  if (text.startsWith("@") || (!/[\n ]/.test(text) && !/^[[{]/.test(text))) {
    throw new ConfigError(`a patch must be YAML text, got "${text}"; give a file's content with file()`);
  }
  const documents = readYaml(text);
  const [first] = documents;
  if (!first) throw new ConfigError("a patch must hold a YAML document, got nothing");
  if (isSeq(first.root)) {
    throw new ConfigError(
      "JSON6902 patches are not supported for multi-document machine configuration: write a strategic-merge patch",
    );
  }
  const seen = new Set<string>();
  return documents.flatMap(({ root, source }): PatchStep[] => {
    const kind = kindOf(root);
    const id = isNamed(kind) ? `${kind}/${nameOf(root)}` : kind;
    const deletions = takeDeletions(root, [], id);
    if (deletions === "everything") return [{ remove: { document: id, path: [], item: null } }];
    const removals = deletions.map((remove) => ({ remove }));
    if (isEmptied(root, removals.length)) return removals;
    if (seen.has(id)) throw new ConfigError(`a patch may hold each document once, got ${id} twice`);
    seen.add(id);
    return [...removals, { merge: readDocument(root, source) }];
  });
}

/**
 * Applies patches to a configuration. Without any, the text stays as it is, to the byte; the provider does the same.
 * Throws a one-line ConfigError.
 */
export function applyPatches(configuration: string, patches: readonly string[]): string {
  const steps = patches.flatMap(readPatch);
  return patches.length === 0
    ? configuration
    : writeConfiguration(patchDocuments(readConfiguration(configuration), steps));
}

/** Lays the documents of a patch over those of a configuration. @throws ConfigError */
export function patchDocuments(
  documents: readonly ConfigDocument[],
  steps: readonly PatchStep[],
): readonly ConfigDocument[] {
  return steps.reduce(
    (before, step) => ("merge" in step ? mergeDocument(before, step.merge) : remove(before, step.remove)),
    documents,
  );
}

function mergeDocument(documents: readonly ConfigDocument[], patch: ConfigDocument): readonly ConfigDocument[] {
  const id = documentId(patch);
  if (!documents.some((document) => documentId(document) === id)) return [...documents, patch];
  const struct = structOf(patch.kind);
  return documents.map((document) =>
    documentId(document) === id
      ? { ...document, fields: mergeStruct(document.fields, patch.fields, struct) }
      : document,
  );
}

function remove(documents: readonly ConfigDocument[], deletion: Deletion): readonly ConfigDocument[] {
  if (!documents.some((document) => documentId(document) === deletion.document)) {
    throw new ConfigError(`$patch: delete names ${deletion.document}, which the configuration does not have`);
  }
  if (deletion.path.length === 0) return documents.filter((document) => documentId(document) !== deletion.document);
  return documents.map((document) =>
    documentId(document) === deletion.document
      ? { ...document, fields: applyDeletion(document.fields, structOf(document.kind), deletion) }
      : document,
  );
}

/** Takes the `$patch: delete` entries out of a node; "everything" when the node itself is to go. */
function takeDeletions(node: unknown, path: readonly string[], document: string): Deletion[] | "everything" {
  if (isSeq(node)) return takeItems(node, path, document);
  if (!isMap(node)) return [];
  if (
    node.items.some(({ key, value }) => keyText(key) === "$patch" && isScalar(value) && scalarText(value) === "delete")
  ) {
    return "everything";
  }
  const found: Deletion[] = [];
  node.items = node.items.filter((pair) => {
    const here = [...path, keyText(pair.key)];
    const inside = takeDeletions(pair.value, here, document);
    if (inside === "everything") {
      found.push({ document, path: here, item: null });
      return false;
    }
    found.push(...inside);
    const emptied = (isMap(pair.value) || isSeq(pair.value)) && pair.value.items.length === 0;
    return inside.length === 0 || !emptied;
  });
  return found;
}

/** In a list the first field beside `$patch` says which item is meant. */
function takeItems(node: YAMLSeq, path: readonly string[], document: string): Deletion[] {
  const found: Deletion[] = [];
  node.items = node.items.filter((item) => {
    const inside = takeDeletions(item, path, document);
    if (inside !== "everything") {
      found.push(...inside);
      return true;
    }
    const selector = isMap(item) ? item.items.find(({ key }) => keyText(key) !== "$patch") : undefined;
    if (!selector || !isScalar(selector.value)) {
      throw new ConfigError(`$patch: delete in the list ${path.join(".")} needs a field that says which item is meant`);
    }
    found.push({ document, path, item: { key: keyText(selector.key), value: scalarText(selector.value) } });
    return false;
  });
  return found;
}

function nameOf(root: Node): string {
  const pair = isMap(root) ? root.items.find(({ key }) => keyText(key) === "name") : undefined;
  return isScalar(pair?.value) ? scalarText(pair.value) : "";
}

/** Whether only what names the document is left of it. */
function isEmptied(root: Node, removals: number): boolean {
  if (removals === 0 || !isMap(root)) return false;
  return root.items.every(({ key }) => ["apiVersion", "version", "kind", "name"].includes(keyText(key)));
}
