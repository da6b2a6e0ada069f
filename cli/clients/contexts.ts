/** Merges the contexts of one kubeconfig or talosconfig into another, by name. */
import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import { Document, isMap, isScalar, isSeq } from "yaml";
import { homeFolder, pathVariable, userPath } from "../../config/user-path.ts";
import { readYamlDocuments, type YamlDocument, YamlError } from "../../config/yaml.ts";
import { CliError } from "../ui/errors.ts";
import { readIfThere } from "../ui/files.ts";

/** Kubernetes' file of contexts, or Talos's. */
export type ContextsKind = "kubeconfig" | "talosconfig";

/** Where each kind keeps what: lists of entries with a name, or a map by name. */
const LISTS = ["clusters", "users", "contexts"] as const;

/** Nothing of the text gets into the error: it holds keys. */
function parse(text: string, where: string): Document {
  let read: readonly YamlDocument[];
  try {
    read = readYamlDocuments(text);
  } catch (error) {
    if (!(error instanceof YamlError)) throw error;
    const why = error.code === "BUDGET" ? error.message : error.code;
    throw new CliError(`${where}: line ${error.line}, column ${error.column}: cannot be read as YAML (${why})`);
  }
  if (read.length > 1) throw new CliError(`${where}: line 1, column 1: cannot be read as YAML (MULTIPLE_DOCS)`);
  const document = read[0]?.document ?? new Document();
  if (document.contents !== null && !isMap(document.contents))
    throw new CliError(`${where}: cannot be read: allowed a map with contexts`);
  // Aliases are looked at when it is written.
  write(document, "kubeconfig", where);
  return document;
}

/** As kubectl and talosctl write: keys in one long line, lists not indented. @throws CliError for a lone alias */
function write(document: Document, kind: ContextsKind, where: string): string {
  try {
    return document.toString({ lineWidth: 0, indentSeq: false, indent: kind === "kubeconfig" ? 2 : 4 });
  } catch {
    throw new CliError(`${where}: has an alias (*) without its anchor (&): write out what it stands for`);
  }
}

function nameOf(entry: unknown): string | undefined {
  const name: unknown = isMap(entry) ? entry.get("name") : undefined;
  return typeof name === "string" ? name : undefined;
}

/** Names of the contexts in a file. */
export function contextNames(kind: ContextsKind, text: string, where: string): readonly string[] {
  const contexts: unknown = parse(text, where).get("contexts");
  if (kind === "kubeconfig") return isSeq(contexts) ? contexts.items.flatMap((entry) => nameOf(entry) ?? []) : [];
  return isMap(contexts) ? contexts.items.map(({ key }) => String(isScalar(key) ? key.value : key)) : [];
}

function mergeList(into: Document, from: Document, list: string, where: string): void {
  const added: unknown = from.get(list);
  if (!isSeq(added)) return;
  const existing: unknown = into.get(list);
  // A file that was emptied by hand has `clusters: null` and the like.
  if (existing === undefined || existing === null) {
    into.set(list, added);
    return;
  }
  if (!isSeq(existing)) throw new CliError(`${where}: ${list}: allowed a list`);
  for (const entry of added.items) {
    const name = nameOf(entry);
    const index = name === undefined ? -1 : existing.items.findIndex((each) => nameOf(each) === name);
    if (index === -1) existing.add(entry);
    else existing.items[index] = entry;
  }
  existing.flow = false;
}

function mergeMap(into: Document, from: Document, where: string): void {
  const added: unknown = from.get("contexts");
  if (!isMap(added)) return;
  const existing: unknown = into.get("contexts");
  if (existing === undefined || existing === null) {
    into.set("contexts", added);
    return;
  }
  if (!isMap(existing)) throw new CliError(`${where}: contexts: allowed a map`);
  for (const { key, value } of added.items) existing.set(key, value);
  existing.flow = false;
}

/**
 * The text of `existing` with the clusters, users and contexts of `added`. Those of the same name are replaced; the
 * current context stays, where there is one, and so do comments.
 *
 * @param where what to call the existing file in errors
 * @throws CliError, with nothing of the text in it, where that is no such file
 */
export function mergeContexts(kind: ContextsKind, existing: string, added: string, where: string): string {
  const from = parse(added, `the lab's ${kind}`);
  const into = parse(existing, where);
  if (into.contents === null) return added;
  if (kind === "kubeconfig") for (const list of LISTS) mergeList(into, from, list, where);
  else mergeMap(into, from, where);
  const current = kind === "kubeconfig" ? "current-context" : "context";
  if (!into.get(current)) into.set(current, from.get(current));
  return write(into, kind, where);
}

/** A kubeconfig whose clusters are reached at another address, such as `https://127.0.0.1:18000`. */
export function withServer(kubeconfig: string, server: string): string {
  const document = parse(kubeconfig, "the lab's kubeconfig");
  const clusters: unknown = document.get("clusters");
  if (isSeq(clusters)) for (const entry of clusters.items) if (isMap(entry)) entry.setIn(["cluster", "server"], server);
  return write(document, "kubeconfig", "the lab's kubeconfig");
}

type Variables = Readonly<Record<string, string | undefined>>;

/** In the order in which they are read. KUBECONFIG may name several; empty names count for none. */
function candidates(kind: ContextsKind, env: Variables): readonly string[] {
  if (kind === "talosconfig") return [pathVariable(env, "TALOSCONFIG") ?? join(homeFolder(env), ".talos", "config")];
  const named = (env["KUBECONFIG"] ?? "").split(delimiter).filter((path) => path !== "");
  if (named.length === 0) return [join(homeFolder(env), ".kube", "config")];
  return named.map((path) => userPath(path, "KUBECONFIG", process.cwd(), env));
}

function has(kind: ContextsKind, file: string, names: readonly string[]): boolean {
  const before = readIfThere(file);
  return before !== undefined && contextNames(kind, before, file).some((name) => names.includes(name));
}

/**
 * Which file `--merge` goes to where none is named: the one that kubectl or talosctl itself would write. Of several: the one
 * that has the lab's contexts, as what stands in an earlier one counts; else the first that is there; else the last
 * (kubectl, client-go's PathOptions).
 *
 * @param text the lab's own contexts
 * @throws UserPathError for a variable that names no path; CliError for a file that cannot be read
 */
export function mergeTarget(kind: ContextsKind, text: string, env: Variables = process.env): string {
  const files = candidates(kind, env);
  const names = contextNames(kind, text, `the lab's ${kind}`);
  const [last = ""] = files.slice(-1);
  if (files.length === 1) return last;
  return files.find((file) => has(kind, file, names)) ?? files.find((file) => existsSync(file)) ?? last;
}
