/** Prints what Dagger's own introspection makes of the module: what an engine would register. */
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

const root = resolve(import.meta.dirname, "../..");
const source = join(root, ".dagger/src");
/** Of the SDK, but not exported: an engine runs it through a program of its own. */
const introspector = join(root, "node_modules/@dagger.io/dagger/dist/src/module/introspector/index.js");

const folder = mkdtempSync(join(tmpdir(), "ampere-lab-scan-"));
try {
  // Stands for the client that an engine generates: introspection looks the core's types up in it by name.
  const client = join(folder, "client.gen.ts");
  writeFileSync(client, "export class Directory {}\nexport class File {}\nexport class Secret {}\n");
  const { scan } = await import(introspector);
  const files = readdirSync(source).map((name) => join(source, name));
  console.log(JSON.stringify(await scan([client, ...files], "ampere-lab", false)));
} finally {
  rmSync(folder, { recursive: true });
}
