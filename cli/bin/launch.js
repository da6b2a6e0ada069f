// Plain JavaScript, so that Node 20 can read it: runs a TypeScript program on a Node that takes TypeScript as it is.
import module from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

/** Where Node keeps what it compiled: in the checkout, so that nobody else can write to it. */
const CACHE = join(import.meta.dirname, "../../node_modules/.cache/compile");

/**
 * Whether a Node of this version strips types without a flag: 22.18, 23.6 and everything from 24.
 * @param {string} version such as `v24.1.0`
 */
export function runsTypeScript(version) {
  const [major = 0, minor = 0] = version.replace(/^v/, "").split(".").map(Number);
  return major >= 24 || (major === 23 && minor >= 6) || (major === 22 && minor >= 18);
}

/** Node 22 says on every run that type stripping and SQLite are experimental; any other warning stays. */
function hushTypeStripping() {
  const emitWarning = process.emitWarning.bind(process);
  /** @type {(warning: string | Error, ...rest: any[]) => void} */
  const quieter = (warning, ...rest) => {
    const text = typeof warning === "string" ? warning : warning.message;
    if (!/^(Type Stripping|SQLite) is an experimental feature/.test(text)) emitWarning(warning, ...rest);
  };
  process.emitWarning = quieter;
}

/**
 * Runs `main` here, or this very command again on a newer Node.
 * @param {string} main absolute path of a TypeScript file
 */
export async function launch(main) {
  if (!runsTypeScript(process.version)) {
    const { runOnNewerNode } = await import("./newer-node.js");
    runOnNewerNode();
    return;
  }
  hushTypeStripping();
  module.enableCompileCache?.(process.env["NODE_COMPILE_CACHE"] ?? CACHE);
  try {
    await import(pathToFileURL(main).href);
  } catch (error) {
    // Before anything of ours runs that could tell it.
    const [, name] = /^Cannot find package '([^']+)'/.exec(error instanceof Error ? error.message : "") ?? [];
    if (name === undefined) throw error;
    console.error(`the package ${name} is not installed: npm ci`);
    process.exitCode = 1;
  }
}
