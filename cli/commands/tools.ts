/** `lab tools`: programs that are built here, where they cannot be had otherwise. */
import { CliError } from "../errors.ts";
import { buildTofu } from "../opentofu/build.ts";
import { cachedTofu } from "../opentofu/cache.ts";
import { openTerminal } from "../show/terminal.ts";

/** Builds OpenTofu and prints where it is. */
export async function buildTools(): Promise<number> {
  // Progress belongs on stderr: stdout has the path alone.
  const terminal = openTerminal({ json: true, color: true });
  const path = await buildTofu({ say: (line) => terminal.aside(line), status: (text) => terminal.status(text) });
  console.log(path);
  return 0;
}

/** Prints where the built OpenTofu is. */
export async function toolsPath(): Promise<number> {
  const path = cachedTofu();
  if (path === undefined)
    throw new CliError("OpenTofu has not been built for this checkout: `npx lab tools build` does it, with Go");
  console.log(path);
  return 0;
}
