/** The checks that lie beside the templates, as jest tests: each `check "sentence" …` of a script is one. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Guest } from "./guest.ts";

const PACKER = join(__dirname, "../../packer");

const text = (...path: readonly string[]): string => readFileSync(join(PACKER, ...path), "utf8");

/** Runs one of the scripts under `packer/` on a guest. @returns what it printed */
export function runScript(guest: Guest, ...path: readonly string[]): Promise<string> {
  return guest.run(`${text("tests", "tap.sh")}\n${text(...path)}`);
}

/** Declares a test for each check of a script; the script runs once, when the first of them does. */
export function itPasses(guest: () => Guest, ...path: readonly string[]): void {
  const sentences = [...text(...path).matchAll(/^check "([^"]+)"/gm)].map(([, sentence]) => sentence ?? "");
  let printed: Promise<string> | undefined;
  it.each(sentences)("%s", async (sentence) => {
    printed ??= runScript(guest(), ...path);
    const lines = (await printed).split("\n");
    const at = lines.findIndex((line) => line.replace(/^(not )?ok \d+ - /, "") === sentence);
    const details = lines.slice(at + 1);
    const end = details.findIndex((line) => !line.startsWith("# "));
    expect([lines[at], ...details.slice(0, end)].join("\n")).toMatch(/^ok /);
  });
}

/** What `identity.sh` prints: digests of all that no two machines may share. */
export async function identityOf(guest: Guest, ...path: readonly string[]): Promise<ReadonlyMap<string, string>> {
  const lines = (await runScript(guest, ...path)).trim().split("\n");
  return new Map(lines.map((line) => [line.slice(0, line.indexOf("=")), line.slice(line.indexOf("=") + 1)]));
}
