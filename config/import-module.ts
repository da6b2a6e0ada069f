/** Imports a config file from any folder. */
import { registerHooks } from "node:module";
import { pathToFileURL } from "node:url";

/**
 * A .ts config is a module whatever the nearest package.json says: outside the checkout Node would warn that no type is
 * given there, or take the file for CommonJS. Other kinds of file say themselves what they are.
 */
export async function importModule(file: string): Promise<unknown> {
  const { href } = pathToFileURL(file);
  if (!file.endsWith(".ts")) return import(href);
  const hooks = registerHooks({
    resolve(specifier, context, next) {
      const resolved = next(specifier, context);
      return resolved.url === href ? { ...resolved, format: "module-typescript" } : resolved;
    },
  });
  try {
    return await import(href);
  } finally {
    hooks.deregister();
  }
}
