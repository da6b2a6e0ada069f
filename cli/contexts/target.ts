/** Which file `--merge` goes to where none is named: the one that kubectl or talosctl itself would write. */
import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import { homeFolder, pathVariable, userPath } from "../../config/user-path.ts";
import { readIfThere } from "../files.ts";
import { type ContextsKind, contextNames } from "./merge.ts";

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
 * Of several: the one that has the lab's contexts, as what stands in an earlier one counts; else the first that is there; else
 * the last (kubectl, client-go's PathOptions).
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
