/** Files as error lines name them. */
import { relative } from "node:path";

/** Relative where the file lies under the working directory, else in full. */
export function displayName(file: string): string {
  const near = relative(process.cwd(), file);
  return near === "" || near.startsWith("..") ? file : near;
}

/** Kept beside the configs, not in them: a config must not depend on its path. */
const origins = new WeakMap<object, string>();

/** Keeps from which file a config came. */
export function rememberOrigin(config: object, where: string): void {
  origins.set(config, where);
}

/** The file that a parsed config came from, for errors found later; the usual one for a config made by hand. */
export function originOf(config: object): string {
  return origins.get(config) ?? "lab.config.ts";
}
