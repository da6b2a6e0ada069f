/** Which tests stay in jest's own process: neither they nor a helper that they import starts a program. */
import { globSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";

const STARTS_PROGRAMS = /from "node:child_process";$/m;
const IMPORTED = /(?:from|import\() ?"(\.[^"\n]+)"/g;

/**
 * @param {string} folder of tests
 * @returns {string[]} its tests that start no program, by their paths in it. What lies outside of the folder is not looked at.
 */
export function testsInOwnProcess(folder) {
  const files = globSync("**/*.{ts,mjs}", { cwd: folder });
  const texts = new Map(files.map((file) => [file, readFileSync(join(folder, file), "utf8")]));

  /** @type {(file: string, seen: Set<string>) => boolean} */
  const startsPrograms = (file, seen) => {
    const text = texts.get(file);
    if (text === undefined || seen.has(file)) return false;
    seen.add(file);
    if (STARTS_PROGRAMS.test(text)) return true;
    return [...text.matchAll(IMPORTED)].some(([, path = ""]) => startsPrograms(join(dirname(file), path), seen));
  };
  return files.filter((file) => file.endsWith(".test.ts") && !startsPrograms(file, new Set()));
}
