/** A machine configuration: its documents, in order. */
import { isMap, type Node } from "yaml";
import { nearest } from "../../../../config/nearest.ts";
import { decodeStruct, keyText, readYaml, scalarText, type Source } from "./decode.ts";
import { encodeDocument } from "./encode.ts";
import { documentStruct, isNamed, kinds, mainKind } from "./schema.ts";
import type { Struct } from "./notation.ts";
import { ConfigError, type Fields, textAt } from "./value.ts";

/** One document of a machine configuration. */
export interface ConfigDocument {
  /** `v1alpha1` for the first document, which has no kind. */
  readonly kind: string;
  readonly fields: Fields;
}

/** Reads a whole configuration. Throws a one-line ConfigError where Talos would refuse it. */
export function readConfiguration(text: string): readonly ConfigDocument[] {
  return readYaml(text).map(({ root, source }) => readDocument(root, source));
}

/** Reads one by its kind. @throws ConfigError */
export function readDocument(root: Node, source: Source): ConfigDocument {
  const kind = kindOf(root);
  return { kind, fields: decodeStruct(root, structOf(kind), source) };
}

/** The kind a document's node says it is. Throws for kinds Talos does not have. */
export function kindOf(root: Node): string {
  if (!isMap(root)) throw new ConfigError("a document must be a mapping");
  const texts = new Map(root.items.map(({ key, value }) => [keyText(key), isValue(value) ? scalarText(value) : ""]));
  const kind = texts.get("kind") ?? "";
  if (kind === "") {
    const isMain = ["machine", "cluster", "debug", "persist"].some((name) => texts.has(name));
    if (isMain || texts.get("apiVersion") === mainKind) return mainKind;
    throw new ConfigError(
      `a document needs a kind, or is made of machine and cluster; got ${[...texts.keys()].join(", ")}`,
    );
  }
  if (texts.get("apiVersion") !== "v1alpha1") throw new ConfigError(`${kind} needs apiVersion: v1alpha1`);
  structOf(kind);
  return kind;
}

/** The schema of a kind. @throws ConfigError for one that is not known */
export function structOf(kind: string): Struct {
  const struct = documentStruct(kind);
  if (struct) return struct;
  const meant = nearest(kind, kinds);
  throw new ConfigError(`Talos has no document of kind "${kind}"${meant ? `; is ${meant} meant?` : ""}`);
}

function isValue(node: unknown): node is { readonly value: unknown } {
  return typeof node === "object" && node !== null && "value" in node;
}

/** What tells one document of a configuration from another. */
export function documentId({ kind, fields }: ConfigDocument): string {
  return isNamed(kind) ? `${kind}/${textAt(fields, "name")}` : kind;
}

/** The configuration as Talos writes it. */
export function writeConfiguration(documents: readonly ConfigDocument[]): string {
  return documents
    .map(({ kind, fields }) => {
      const head: (readonly [string, string])[] = [
        ["apiVersion", "v1alpha1"],
        ["kind", kind],
      ];
      return encodeDocument(fields, structOf(kind), kind === mainKind ? [] : head);
    })
    .join("---\n");
}
