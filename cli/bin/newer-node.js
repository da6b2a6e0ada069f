// Only read by a Node that is too old for TypeScript: finds a newer one and hands everything over to it.
import { execFileSync, spawn } from "node:child_process";
import { accessSync, constants, realpathSync } from "node:fs";
import { createRequire } from "node:module";
import { delimiter, join } from "node:path";
import { runsTypeScript } from "./launch.js";

const NAME = process.platform === "win32" ? "node.exe" : "node";

/** @param {string} file */
function isExecutable(file) {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** The first `node` of PATH that is new enough. */
function fromPath() {
  const own = realpathSync(process.execPath);
  const found = (process.env["PATH"] ?? "")
    .split(delimiter)
    .filter((folder) => folder !== "")
    .map((folder) => join(folder, NAME))
    .filter((file) => isExecutable(file) && realpathSync(file) !== own);
  return found.find((file) => {
    try {
      return runsTypeScript(
        execFileSync(file, ["--version"], { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] }),
      );
    } catch {
      return false;
    }
  });
}

/** The one that `npm ci` brought, unless optional packages were left out. */
function fromPackage() {
  const platform = process.platform === "win32" ? "win" : process.platform;
  const name = `node-${platform}-${process.arch}`;
  try {
    return join(createRequire(import.meta.url).resolve(`${name}/package.json`), "..", "bin", NAME);
  } catch {
    return undefined;
  }
}

/** Runs this very command again on that Node, and ends as it ended. */
export function runOnNewerNode() {
  const node = fromPath() ?? fromPackage();
  if (node === undefined) {
    console.error(
      `Node ${process.version} is too old: ampere-lab needs Node 22.18 or newer. ` +
        "Put one on PATH, or run `npm ci --include=optional`, which brings one along.",
    );
    process.exitCode = 1;
    return;
  }
  const child = spawn(node, process.argv.slice(1), { stdio: "inherit" });
  // A terminal's Ctrl-C reaches both of us, so the program hears it twice: it takes signals that close for one.
  /** @param {NodeJS.Signals} signal */
  const forward = (signal) => void child.kill(signal);
  const signals = /** @type {const} */ (["SIGINT", "SIGTERM", "SIGHUP"]);
  for (const signal of signals) process.on(signal, forward);
  child.on("error", (error) => {
    console.error(`cannot run ${node}: ${error.message}`);
    process.exitCode = 1;
  });
  child.on("exit", (code, signal) => {
    for (const each of signals) process.off(each, forward);
    if (signal === null) process.exitCode = code ?? 1;
    else process.kill(process.pid, signal);
  });
}
