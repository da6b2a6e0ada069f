/** Folders as layers: a file may import what lies in a layer below its own, and in its own folder. */
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";

/** A text, the file that it is in, and what it imports that it must not. */
type Example = readonly [text: string, file: string, refused: readonly string[]];

/**
 * Describes the layers of a folder.
 *
 * @param layers folders below the root, from the bottom; of those that fit a file, the innermost counts
 * @returns the files that are held
 */
export function describeLayers(
  title: string,
  root: string,
  layers: readonly string[],
  examples: readonly Example[],
): readonly string[] {
  const files = readdirSync(root, { recursive: true, encoding: "utf8" }).filter(
    (file) => file.endsWith(".ts") && !file.includes("node_modules"),
  );
  const layerOf = (file: string): number => {
    const folder = dirname(file);
    const fits = layers.filter((layer) => folder === layer || folder.startsWith(`${layer}/`));
    const innermost = fits.toSorted((one, other) => other.length - one.length)[0];
    return innermost === undefined ? -1 : layers.indexOf(innermost);
  };
  // Of types and at run time too.
  const importsIn = (file: string, text: string): readonly string[] =>
    [...text.matchAll(/(?:\bfrom|\bimport\(|^import)\s*"(\.[^"]+)"/gm)]
      .map(([, name = ""]) => relative(root, resolve(root, dirname(file), name)))
      .filter((imported) => !imported.startsWith(".."));
  const refusedIn = (file: string, text: string): readonly string[] =>
    importsIn(file, text).filter(
      (imported) => dirname(file) !== dirname(imported) && layerOf(imported) >= layerOf(file),
    );

  describe(title, () => {
    it("are layers: none is outside of them", () => {
      expect(files.filter((file) => layerOf(file) === -1)).toEqual([]);
    });

    it("import what is in layers below, and nothing else", () => {
      const texts = files.map((file) => ({ file, text: readFileSync(join(root, file), "utf8") }));
      expect(texts.flatMap(({ file, text }) => importsIn(file, text)).length).toBeGreaterThan(files.length);
      const upward = texts.flatMap(({ file, text }) => refusedIn(file, text).map((each) => `${file} imports ${each}`));
      expect(upward).toEqual([]);
    });

    it.each(examples)("would be held of %s in %s", (text, file, refused) => {
      expect(refusedIn(file, text)).toEqual(refused);
    });
  });
  return files;
}
