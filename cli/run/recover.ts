/** Objects that the state has lost: says what they are and how to get them back, and has them imported. */
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Stack } from "../terraform/stack.ts";
import type { Finding } from "./judge.ts";

export interface Import {
  readonly address: string;
  readonly id: string;
  /** The state holds an older object at this address, which has to go first. */
  readonly replaces: boolean;
}

/** For a shell: as it is where that is safe, else in single quotes. */
export function quoted(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}

/** Lines that name each lost object, and how to get it back. */
export function describe(stack: string, findings: readonly Finding[]): readonly string[] {
  return findings.flatMap(({ object, verdict }) => {
    const { address, id } = object;
    const what = `  ${address}${id === null ? " (cut off while it was being made)" : ""}`;
    const option = (value: string): string => `--recover-id ${quoted(`${address}=${value}`)}`;
    switch (verdict.kind) {
      case "import":
        return [what, `      --recover imports ${verdict.id}`];
      case "absent":
        return [what, "      does not exist: it will be created"];
      case "pending":
        return [what, "      may still come to be: it is being made; the next run waits for that"];
      case "irreplaceable":
        return [
          what,
          "      was in the state only, and the nodes that have taken these keys refuse all others: nodes and keys have to be made anew:",
          "      npx cdktf destroy proxmox talos --forget-lost, then npx cdktf deploy proxmox talos",
        ];
      case "undecided":
        if (verdict.candidates.length === 0) {
          return [
            what,
            `      may exist: look in the provider's console, then npx cdktf deploy ${stack} ${option("ID")}, or ${option("none")}`,
          ];
        }
        return [
          what,
          "      may be one of these, which no state knows:",
          ...verdict.candidates.map(
            ({ id: candidate, name }) => `        ${option(candidate)}${name === "" ? "" : `   (${name})`}`,
          ),
          `        ${option("none")}   (none of them)`,
        ];
    }
  });
}

const FILE = "recover.tf.json";

/** Has the next plan import these, so that a review of it shows them. */
export function writeImports(stack: Stack, imports: readonly Import[]): void {
  const blocks = imports.map(({ address, id }) => ({ to: address, id }));
  writeFileSync(join(stack.folder, FILE), `${JSON.stringify({ import: blocks }, undefined, 2)}\n`);
}

/** Takes the imports out again; also those that a killed run left. */
export function removeImports(stack: Stack): void {
  rmSync(join(stack.folder, FILE), { force: true });
}
