import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";

const SANDBOX = join(__dirname, "../../sandbox");

/** From the bottom: a folder may import those before it, and itself. */
const LAYERS = [
  "faults",
  "http",
  "world",
  "plugin",
  "pki",
  "oci/model",
  "oci/kernel",
  "oci/resources",
  "oci/http",
  "oci/api/storage",
  "oci/api",
  "oci/terraform",
  "oci",
  "reach",
  "proxmox/model",
  "proxmox/api",
  "proxmox/terraform",
  "proxmox",
  "talos/model/config",
  "talos/model",
  "talos/api/kubernetes",
  "talos/api",
  "talos/terraform",
  "talos",
  "shell",
  "ssh",
  "systems",
  "outside",
  "page",
  "daemon",
  ".",
];

/** The layer that a file is in: of those that fit, the innermost folder. */
function layerOf(file: string): number {
  const folder = dirname(file);
  const fits = LAYERS.filter((layer) => folder === layer || folder.startsWith(`${layer}/`));
  const innermost = fits.toSorted((one, other) => other.length - one.length)[0];
  return innermost === undefined ? -1 : LAYERS.indexOf(innermost);
}

interface Import {
  readonly file: string;
  readonly imported: string;
}

/** Imports of files of the sandbox, of types and at run time too. */
function importsIn(file: string, text: string): readonly Import[] {
  const found = text.matchAll(/(?:\bfrom|\bimport\(|^import)\s*"(\.[^"]+)"/gm);
  return [...found].flatMap(([, name = ""]) => {
    const imported = relative(SANDBOX, resolve(SANDBOX, dirname(file), name));
    return imported.startsWith("..") ? [] : [{ file, imported }];
  });
}

function isDownward({ file, imported }: Import): boolean {
  return dirname(file) === dirname(imported) || layerOf(imported) < layerOf(file);
}

const files = readdirSync(SANDBOX, { recursive: true, encoding: "utf8" }).filter(
  (file) => file.endsWith(".ts") && !file.includes("node_modules"),
);

describe("the sandbox's folders", () => {
  it("are layers: none is outside of them", () => {
    expect(files.filter((file) => layerOf(file) === -1)).toEqual([]);
  });

  it("import what is in layers below, and nothing else", () => {
    const imports = files.flatMap((file) => importsIn(file, readFileSync(join(SANDBOX, file), "utf8")));
    expect(imports.length).toBeGreaterThan(files.length);
    const upward = imports
      .filter((each) => !isDownward(each))
      .map(({ file, imported }) => `${file} imports ${imported}`);
    expect(upward).toEqual([]);
  });

  it("are laid out alike, system by system", () => {
    const foldersOf = (system: string): readonly string[] =>
      files.filter((file) => file.startsWith(`${system}/`)).flatMap((file) => file.split("/").slice(1, -1)[0] ?? []);
    for (const system of ["proxmox", "talos"])
      expect([...new Set(foldersOf(system))].toSorted()).toEqual(["api", "model", "terraform"]);
    // Its resources are declared; what is done with declarations is a kernel's, and how calls are answered a layer of its own.
    const oci = ["api", "http", "kernel", "model", "resources", "terraform"];
    expect([...new Set(foldersOf("oci"))].toSorted()).toEqual(oci);
  });
});

describe("a layer's imports", () => {
  it.each([
    ['import { x } from "../../daemon/main.ts";', "proxmox/model/a.ts", ["daemon/main.ts"]],
    ['const { x } = await import("../terraform/vm.ts");', "proxmox/api/a.ts", ["proxmox/terraform/vm.ts"]],
    ['import type { X } from "../talos/index.ts";', "reach/a.ts", ["talos/index.ts"]],
    ['import type { X } from "../../world/world.ts";', "proxmox/model/a.ts", []],
    ['import { x } from "./hosts.ts";', "proxmox/model/a.ts", []],
  ])("of %s in %s", (text, file, refused) => {
    expect(
      importsIn(file, text)
        .filter((each) => !isDownward(each))
        .map(({ imported }) => imported),
    ).toEqual(refused);
  });
});
