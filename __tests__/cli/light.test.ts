import { readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";

const ROOT = join(__dirname, "../..");

/** What a file imports by its own lines, types left out: what is loaded with it. */
function importsOf(file: string): readonly string[] {
  const found = readFileSync(file, "utf8").matchAll(/^import (?!type )([^;]*?)from "([^"]+)";/gms);
  return [...found].flatMap(([, names = "", path = ""]) => {
    const braced = /^\{([^}]*)\}\s*$/.exec(names.trim())?.[1];
    const isTypes = braced?.split(",").every((each) => each.trim() === "" || each.trim().startsWith("type "));
    return isTypes ? [] : [path];
  });
}

/** Files and packages that are there before any command runs. */
function loadedBy(entry: string): { readonly files: readonly string[]; readonly packages: readonly string[] } {
  const files = new Set<string>();
  const packages = new Set<string>();
  const visit = (file: string): void => {
    if (files.has(file)) return;
    files.add(file);
    for (const path of importsOf(file)) {
      if (path.startsWith(".")) visit(resolve(dirname(file), path));
      else if (!path.startsWith("node:")) packages.add(path);
    }
  };
  visit(join(ROOT, entry));
  return { files: [...files].map((file) => relative(ROOT, file)), packages: [...packages] };
}

// Each Tab of a completing shell starts a program of ours, and so does each command.
describe.each(["cli/run-lab.ts", "cli/run-cdktf.ts"])("before it knows its command, %s", (entry) => {
  const { files, packages } = loadedBy(entry);

  it("loads every command's definition", () => {
    expect(files.filter((file) => file.startsWith("cli/commands/")).length).toBeGreaterThan(4);
  });

  it("loads no library but the command line's own", () => {
    expect(packages).toEqual(["commander"]);
  });
});
