/** Reads a config file: TypeScript or JavaScript whose default export is a plain object, or JSON. */
import { readFile, stat } from "node:fs/promises";
import { extname, resolve } from "node:path";
import { ConfigFileError, shown } from "./errors.ts";
import { guarded } from "./guarded.ts";
import { explainImportError } from "./import-error.ts";
import { importModule } from "./import-module.ts";
import { SCHEMA_KEY } from "./json-schema.ts";
import { isPlain } from "./merge.ts";
import { parseConfig } from "./parse.ts";
import type { LabConfig } from "./schema.ts";
import { withoutByteOrderMark } from "./text.ts";
import { displayName } from "./where.ts";

export { parseConfig } from "./parse.ts";

const TYPES = [".ts", ".mts", ".js", ".mjs", ".json"];

async function assertReadable(file: string, where: string): Promise<void> {
  if (!TYPES.includes(extname(file))) {
    throw new ConfigFileError(where, `got a file ending in "${extname(file)}", allowed ${TYPES.join(", ")}`);
  }
  const found = await stat(file).catch(() => null);
  if (found?.isFile() !== true) {
    const advice = "name another with --config FILE or LAB_CONFIG, or write one as docs/config.md says";
    throw new ConfigFileError(where, `${found === null ? "no such file" : "not a file"}; ${advice}`);
  }
}

async function evaluate(file: string): Promise<unknown> {
  if (extname(file) !== ".json") return importModule(file);
  const written: unknown = JSON.parse(withoutByteOrderMark(await readFile(file, "utf8")));
  if (!isPlain(written)) return { default: written };
  const { [SCHEMA_KEY]: _, ...lab } = written;
  return { default: lab };
}

function defaultExport(exports: unknown, where: string): unknown {
  if (typeof exports !== "object" || exports === null || !("default" in exports) || exports.default === undefined) {
    throw new ConfigFileError(where, "no default export; end it with `export default defineLab({ … });`");
  }
  const lab = exports.default;
  if (isPlain(lab)) return lab;
  const awaited = typeof lab === "object" && lab !== null && "then" in lab;
  const got = awaited ? "a promise; put `await` after `export default`" : shown(lab);
  throw new ConfigFileError(where, `its default export must be a plain object, got ${got}`);
}

/**
 * Loads, completes and checks a config file.
 *
 * @param file path, relative to the working directory; .ts, .mts, .js, .mjs or .json
 * @param basePort access.basePort where the file says none. @default - the preset's
 * @throws ConfigFileError, one line, when the file cannot be read or evaluated
 * @throws ConfigError with one line per wrong field
 */
export async function loadConfig(file: string, basePort?: number): Promise<LabConfig> {
  const path = resolve(file);
  const where = displayName(path);
  await assertReadable(path, where);
  const exports = await guarded(() => evaluate(path), where).catch((cause: unknown) => {
    throw explainImportError(cause, where);
  });
  return parseConfig(defaultExport(exports, where), where, basePort);
}
