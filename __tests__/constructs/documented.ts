/** The files that docs/extending.md shows, by chapter. */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { REPOSITORY } from "../config/labs.ts";

type Files = ReadonlyMap<string, string>;

/** The files of each chapter that has some, by their names in folder `mine`. */
export function chapters(): ReadonlyMap<string, Files> {
  const text = readFileSync(join(REPOSITORY, "docs", "extending.md"), "utf8");
  const all = text.split(/^## /m).map((chapter): [string, Files] => {
    const blocks = chapter.matchAll(/^```ts\n\/\/ mine\/(?<file>\S+)\n(?<code>.*?)^```$/gms);
    const files = [...blocks].map(({ groups }): [string, string] => [groups?.["file"] ?? "", groups?.["code"] ?? ""]);
    return [chapter.split("\n")[0] ?? "", new Map(files)];
  });
  return new Map(all.filter(([, files]) => files.size > 0));
}

/** Writes files of `mine` into a folder two deeper than users have it. @returns the config among them */
export function write(folder: string, files: Files): string {
  mkdirSync(folder, { recursive: true });
  for (const [file, code] of files) writeFileSync(join(folder, file), code.replaceAll('from "../', 'from "../../../'));
  return join(folder, "lab.config.ts");
}
