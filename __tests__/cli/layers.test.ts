import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";

const CLI = join(__dirname, "../../cli");

/** From the bottom: a folder may import those before it, and itself. The commands' groups are side by side. */
const LAYERS = [
  "ui",
  "clients",
  "engine/synth",
  "engine/terraform",
  "engine/state",
  "engine/checks",
  "engine/runs",
  "commands",
  ".",
];

interface Import {
  readonly file: string;
  readonly imported: string;
}

function layerOf(file: string): number {
  const folder = dirname(file);
  return LAYERS.findIndex((layer) => folder === layer || folder.startsWith(`${layer}/`));
}

/** Imports of files of the command line, of types and at run time too. */
function importsIn(file: string, text: string): readonly Import[] {
  const found = text.matchAll(/(?:\bfrom|\bimport\(|^import)\s*"(\.[^"]+)"/gm);
  return [...found].flatMap(([, name = ""]) => {
    const imported = relative(CLI, resolve(CLI, dirname(file), name));
    return imported.startsWith("..") ? [] : [{ file, imported }];
  });
}

function isDownward({ file, imported }: Import): boolean {
  return dirname(file) === dirname(imported) || layerOf(imported) < layerOf(file);
}

const files = readdirSync(CLI, { recursive: true, encoding: "utf8" }).filter((file) => file.endsWith(".ts"));

describe("the command line's folders", () => {
  it("are layers: none is outside of them", () => {
    expect(files.filter((file) => layerOf(file) === -1)).toEqual([]);
  });

  it("import what is in layers below, and nothing else", () => {
    const imports = files.flatMap((file) => importsIn(file, readFileSync(join(CLI, file), "utf8")));
    expect(imports.length).toBeGreaterThan(files.length);
    const upward = imports
      .filter((each) => !isDownward(each))
      .map(({ file, imported }) => `${file} imports ${imported}`);
    expect(upward).toEqual([]);
  });

  it("are few", () => {
    expect([...new Set(files.map(dirname))].filter((folder) => folder !== ".").length).toBeLessThanOrEqual(12);
  });
});

describe("a layer's imports", () => {
  it.each([
    ['import { x } from "../../engine/runs/begin.ts";', "engine/state/a.ts", ["engine/runs/begin.ts"]],
    ['const { x } = await import("../look/doctor.ts");', "commands/start/a.ts", ["commands/look/doctor.ts"]],
    ['import type { X } from "../../ui/words.ts";', "engine/state/a.ts", []],
    ['import { x } from "./location.ts";', "engine/state/a.ts", []],
  ])("of %s in %s", (text, file, refused) => {
    expect(
      importsIn(file, text)
        .filter((each) => !isDownward(each))
        .map(({ imported }) => imported),
    ).toEqual(refused);
  });
});
